[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    $commands = (Import-PowerShellDataFile (Get-LanPeerModulePath)).CmdletsToExport | ForEach-Object { @{ Name = $_ } }
    $topics = 'about_LanPeer', 'about_LanPeer_Trust', 'about_LanPeer_Scripting'
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $pages = [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '..', '..', 'docs', 'help'))
    $program = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'Get-Help <Name>' -ForEach $commands {
    BeforeAll {
        $help = Get-Help $Name -Full
        $repair = "docs/help/$Name.md has to be written, and ./build.ps1 Help be run"
    }

    It 'has a synopsis and a description' {
        "$($help.Synopsis)".Trim() | Should -Match '^[A-Z].{20,}\.$' -Because $repair
        "$($help.description.Text)".Length | Should -BeGreaterThan 100 -Because $repair
    }

    It 'has two to four examples with code and a reason' {
        @($help.examples.example).Count | Should -BeIn 2, 3, 4 -Because $repair
        foreach ($example in $help.examples.example) {
            $example.code | Should -Match ([regex]::Escape($Name))
            "$($example.remarks.Text)".Trim() | Should -Match '\.$'
        }
    }

    It 'describes all parameters, and none that are common to all commands' {
        $common = [Management.Automation.PSCmdlet]::CommonParameters
        $expected = (Get-Command $Name).Parameters.Keys | Where-Object { $_ -notin $common } | Sort-Object
        $help.parameters.parameter.name | Sort-Object | Should -BeExactly $expected -Because $repair
        $help.parameters.parameter | Where-Object { -not "$($_.description.Text)".Trim() } | ForEach-Object name | Should -BeNullOrEmpty -Because $repair
    }

    It 'says what goes in and what comes out' {
        $help.inputTypes.inputType.type.name | Should -Not -BeNullOrEmpty
        $help.returnValues.returnValue.type.name | Should -Not -BeNullOrEmpty
    }
}

Describe 'Get-Help <_>' -ForEach $topics {
    It 'shows the topic' {
        Get-Help $_ | Should -Match 'LONG DESCRIPTION'
    }
}

Describe 'The examples of the pages' {
    It 'run in pwsh, every one of them' {
        # They wait more than they work: four processes at once.
        $script = Join-Path $PSScriptRoot 'HelpExample.ps1'
        $module = Get-LanPeerModulePath
        $parts = foreach ($match in '^[A-G]', '^[H-R]', '^[S-Z]', '^about_') {
            @{ Match = $match; Port = Get-DiscoveryPort }
            $null = Get-DiscoveryPort
        }

        $ran = $parts | ForEach-Object -Parallel {
            $output = & $using:program -NoProfile -NonInteractive -File $using:script -Folder $using:pages -DiscoveryPort $_.Port -Module $using:module -Match $_.Match
            [pscustomobject]@{ ExitCode = $LASTEXITCODE; Last = $output[-1]; Text = $output -notmatch '^running:' -join "`n" }
        }

        $ran.Count | Should -Be 4
        foreach ($part in $ran) {
            $part.Last | Should -Match '^[1-9]\d* ran, 0 failed, 0 skipped$' -Because $part.Text
            $part.ExitCode | Should -Be 0
        }
    }
}
