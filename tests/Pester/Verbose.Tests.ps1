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

    It 'narrates what arrives while a command waits, before it writes it' {
        $null = Receive-LanMessage -Session $bob
        Send-LanDM bob 'one'
        $shell = Open-PeerShell
        $running = Start-PeerShell $shell { param($Session) Receive-LanMessage -Session $Session -Timeout 20 -Count 2 -Verbose 4>&1 } $bob

        # It listens when it has taken the first.
        Wait-Until { $bob.Inbox.Count -eq 0 }
        Send-LanDM bob 'two'
        $output = @(Wait-PeerShell $shell $running)
        $output[-1].Content | Should -BeExactly 'two'
        $output | Select-Object -SkipLast 1 | ForEach-Object { "$_" } | Should -Contain "RECV < $($alice.UserId) DM, 3 characters, id $($output[-1].MessageId)"
        Close-PeerShell $shell
    }

    It 'narrates what <Name> hears' -ForEach @(
        @{ Name = 'Test-LanPeer'; Script = { Test-LanPeer bob -Count 1 -Verbose }; Kind = 'Transport' }
        @{ Name = 'Test-LanPeer -Quiet'; Script = { Test-LanPeer bob -Count 1 -Quiet -Verbose }; Kind = 'Transport' }
    ) {
        $output = @(& $Script 4>&1)
        $lines = $output[0..($output.Count - 2)]
        $lines | Should -BeOfType ([Management.Automation.VerboseRecord])
        "$lines" | Should -Match "RECV < 127\.0\.0\.1:$($bob.Port) $Kind"
    }

    It 'narrates what Find-LanPeer hears' {
        # It listens to its end. With -Count 1 a probe of bob's in that moment would do, and the answer came later.
        $output = @(Find-LanPeer -Timeout 1 -Session $alice -Verbose 4>&1)
        $lines = @($output | Where-Object { $_ -is [Management.Automation.VerboseRecord] })
        "$lines" | Should -Match "RECV < 127\.0\.0\.1:$($bob.Port) PEER_DISCOVERY"
        @($output | Where-Object { $_ -isnot [Management.Automation.VerboseRecord] }).UserId | Should -BeExactly $bob.UserId
    }

    It 'is asked for by $VerbosePreference, too, and not heard without either' {
        $quiet = Send-LanDM bob 'a' -PassThru 4>&1
        $quiet.GetType().Name | Should -Be 'LanDelivery'
        $loud = & { $VerbosePreference = 'Continue'; Send-LanDM bob 'b' 4>&1 }
        $loud | Should -Not -BeNullOrEmpty
        Send-LanDM bob 'c' -Verbose:$false 4>&1 | Should -BeNullOrEmpty
    }
}
