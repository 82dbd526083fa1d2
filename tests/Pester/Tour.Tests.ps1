[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $program = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
    $tour = [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '..', '..', 'examples', 'Tour.ps1'))
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'The tour' {
    BeforeAll {
        $output = & $program -NoProfile -NonInteractive -File $tour -DiscoveryPort (Get-DiscoveryPort)
        $exitCode = $LASTEXITCODE
        $text = $output -join "`n"
    }

    It 'ends with exit code 0' {
        $exitCode | Should -Be 0 -Because $text
        $output[-1] | Should -BeExactly 'All three peers received everything.'
    }

    It 'shows what <_> knows and received' -ForEach 'alice', 'bob', 'carol' {
        $text | Should -Match "===== $_ knows ====="
        $text | Should -Match "===== $_ received ====="
    }

    It 'shows posts, direct messages and profiles as tables' {
        $text | Should -Match 'Received +Type +From +Content'
        $text | Should -Match 'Post +Carol +Hello everyone, this is carol\.'
        $text | Should -Match 'DM +Alice +Only for bob\.'
        $text | Should -Match 'Profile +Alice +Alice: showing you around'
        $text | Should -Match 'png, [\d,.]+ B'
    }

    It 'writes plain text when NO_COLOR asks for it' {
        $text | Should -Not -Match ([char] 27)
    }
}
