[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort
    $alice = Start-LanPeer alice -DiscoveryPort $port
    $bob = Start-LanPeer bob -DiscoveryPort $port
    Wait-Meeting $alice $bob
}

AfterAll {
    Stop-AllLanPeer
}

Describe '-Verbose' {
    It 'narrates what a command sends' {
        $lines = Send-LanDM bob 'hello' -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        "$lines" | Should -Match "SEND > 127\.0\.0\.1:$($bob.Port) Transport, \d+ bytes"
        "$lines" | Should -Match "SEND > $($bob.UserId) id [0-9a-f]{16}: Delivered"
    }

    It 'narrates what arrives while a command waits' {
        $null = Receive-LanMessage -Session $bob
        Send-LanDM bob 'again'
        $found = Receive-LanMessage -Session $bob -Timeout 20 -Count 1
        $found.Content | Should -BeExactly 'again'
        $lines = Test-LanPeer bob -Count 2 -Interval 0.1 -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        "$lines" | Should -Match "RECV < 127\.0\.0\.1:$($bob.Port) Transport"
    }

    It 'is asked for by $VerbosePreference, too, and not heard without either' {
        $quiet = Send-LanDM bob 'a' -PassThru 4>&1
        $quiet.GetType().Name | Should -Be 'LanDelivery'
        $loud = & { $VerbosePreference = 'Continue'; Send-LanDM bob 'b' 4>&1 }
        $loud | Should -Not -BeNullOrEmpty
        Send-LanDM bob 'c' -Verbose:$false 4>&1 | Should -BeNullOrEmpty
    }
}
