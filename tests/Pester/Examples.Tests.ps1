[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $program = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
    $example = [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '..', '..', 'examples', 'Integration.Tests.ps1'))
    $pester = (Get-Module Pester).Path
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'The example of an integration test' {
    It 'passes, in a Pester of its own' {
        $port = Get-DiscoveryPort
        $output = & $program -NoProfile -NonInteractive -Command "
            `$env:LANPEER_EXAMPLE_PORT = '$port'
            Import-Module '$(Get-LanPeerModulePath)'
            Import-Module '$($pester -replace 'psm1$', 'psd1')'
            `$run = Invoke-Pester -Path '$example' -PassThru -Output None
            `$run.Failed | ForEach-Object { `$_.ErrorRecord }
            ""`$(`$run.Result) `$(`$run.PassedCount)"""
        @($output)[-1] | Should -BeExactly 'Passed 3' -Because ($output -join "`n")
    }
}

Describe 'The picture in the README' {
    It 'is drawn by its script, from commands that are run' {
        $root = [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '..', '..'))
        $script = Join-Path $root 'docs' 'images' 'New-SessionPicture.ps1'
        $path = Join-Path $TestDrive 'session.svg'
        $output = & $program -NoProfile -NonInteractive -File $script -Path $path -Module (Get-LanPeerModulePath) -DiscoveryPort (Get-DiscoveryPort)
        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
        $shown = ([xml] (Get-Content $path -Raw)).DocumentElement.InnerText
        $committed = ([xml] (Get-Content (Join-Path $root 'docs' 'images' 'session.svg') -Raw)).DocumentElement.InnerText
        foreach ($text in "Send-LanPost 'build 214 is green'", 'Delivered', 'at noon, by the lift', "No peer 'bop' is known.") {
            $shown | Should -Match ([regex]::Escape($text))
            $committed | Should -Match ([regex]::Escape($text))
        }
    }
}
