[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort
    $alice = Start-LanPeer alice -DiscoveryPort $port -Ephemeral
    $shell = Open-PeerShell
    $bob, $carol = Invoke-PeerShell $shell { param($Port) 'bob', 'carol' | ForEach-Object { Start-LanPeer $_ -DiscoveryPort $Port -Ephemeral } } $port
    Wait-Meeting $alice $bob $carol
    $seed = Open-SeedPeer sid -Session $alice
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'Test-LanPeer' {
    It 'measures a round trip for each question' {
        $pings = Test-LanPeer bob -Count 3 -Interval 0.05 -Timeout 20
        $pings | ForEach-Object { $_ | Should -BeOfType LanPeer.LanPing }
        $pings.Sequence | Should -BeExactly 1, 2, 3
        $pings.State | Should -Be Answered, Answered, Answered
        foreach ($ping in $pings) {
            $ping.To | Should -BeExactly 'bob@127.0.0.1'
            $ping.PeerId | Should -BeExactly $bob.PeerId
            $ping.Address | Should -BeExactly '127.0.0.1'
            $ping.RoundTrip | Should -BeGreaterThan ([timespan]::Zero)
            $ping.RoundTrip | Should -BeLessThan ([timespan]::FromSeconds(20))
        }
    }

    It 'asks four times' {
        (Test-LanPeer bob -Interval 0 -Timeout 20).Count | Should -Be 4
    }

    It 'gives each answer as it comes' {
        # The next question would be asked in an hour.
        (Test-LanPeer bob -Interval 3600 -Timeout 20 | Select-Object -First 1).Sequence | Should -Be 1
    }

    It 'asks <Shown>' -ForEach @(
        @{ Shown = 'all a wildcard matches'; Script = { Test-LanPeer 'ca*', 'bo*' -Count 1 -Timeout 20 } }
        @{ Shown = 'several names, each peer once'; Script = { Test-LanPeer bob, carol, 'c*' -Count 1 -Timeout 20 } }
        @{ Shown = 'peers from the pipeline'; Script = { Get-LanPeer bob, carol | Test-LanPeer -Count 1 -Timeout 20 } }
        @{ Shown = 'names from the pipeline'; Script = { 'bob', 'carol' | Test-LanPeer -Count 1 -Timeout 20 } }
        @{ Shown = 'PEER_IDs'; Script = { Test-LanPeer $bob.PeerId, $carol.PeerId -Count 1 -Timeout 20 } }
        @{ Shown = 'objects with UserId'; Script = { 'bob', 'carol' | ForEach-Object { [pscustomobject]@{ UserId = "$_@127.0.0.1" } } | Test-LanPeer -Count 1 -Timeout 20 } }
    ) {
        $pings = & $Script
        $pings.To | Sort-Object | Should -BeExactly 'bob@127.0.0.1', 'carol@127.0.0.1'
        $pings.State | Should -Be Answered, Answered
    }

    It 'names a peer that speaks in the clear once, and sends it nothing it does not know' {
        $pings = Test-LanPeer sid, bob -Count 2 -Interval 0 -Timeout 20
        ($pings | Where-Object To -EQ $seed.UserId).State | Should -Be Unsupported
        ($pings | Where-Object To -EQ $seed.UserId).RoundTrip | Should -BeNullOrEmpty
        ($pings | Where-Object To -Like 'bob@*').Count | Should -Be 2
        Send-LanDM sid 'marker'
        while (($datagram = Receive-Datagram -Socket $seed.Socket).TYPE -ne 'DM') { $datagram.TYPE | Should -Be PEER_DISCOVERY }
    }

    It 'gives a truth value for each peer with -Quiet, and asks no more than it needs' {
        Test-LanPeer bob -Quiet -Timeout 20 -Interval 3600 | Should -BeTrue
        Test-LanPeer bob, sid, carol -Quiet -Timeout 20 | Should -Be $true, $false, $true
    }

    It 'refuses a name nobody has, and asks the others' {
        $ping = Test-LanPeer zoe, bob -Count 1 -Timeout 20 -ErrorAction SilentlyContinue -ErrorVariable failures
        $ping.To | Should -BeExactly 'bob@127.0.0.1'
        $failures.FullyQualifiedErrorId | Should -BeLike 'PeerNotFound,*'
        $failures[0].TargetObject | Should -BeExactly 'zoe'
    }

    It 'refuses <Name> <Value>' -ForEach @(
        @{ Name = 'Timeout'; Value = -1; Id = 'InvalidOption,*' }
        @{ Name = 'Interval'; Value = [double]::NaN; Id = 'InvalidOption,*' }
        @{ Name = 'Count'; Value = 0; Id = 'ParameterArgumentValidationError,*' }
    ) {
        $option = @{ $Name = $Value }
        { Test-LanPeer bob @option } | Should -Throw -ErrorId $Id
    }

    It 'ends with Ctrl+C' {
        $other = Open-PeerShell
        $running = Start-PeerShell $other { param($Session) Test-LanPeer bob -Interval 3600 -Session $Session } $alice
        $running.AsyncWaitHandle.WaitOne(300) | Should -BeFalse
        $other.Stop()
        $running.AsyncWaitHandle.WaitOne(20000) | Should -BeTrue
        $other.InvocationStateInfo.State | Should -Be Stopped
        Close-PeerShell $other
    }

    It 'ends with its session' {
        $short = Start-LanPeer short -DiscoveryPort $port -Ephemeral
        Wait-Until { $short.Peers.Name -contains 'bob' }
        $other = Open-PeerShell
        $running = Start-PeerShell $other { param($Session) try { Test-LanPeer bob -Interval 3600 -Session $Session } catch { $_.FullyQualifiedErrorId } } $short
        $running.AsyncWaitHandle.WaitOne(300) | Should -BeFalse
        Stop-LanPeer $short
        $ping, $id = Wait-PeerShell $other $running
        $ping.State | Should -Be Answered
        $id | Should -BeLike 'SessionStopped,*'
        Close-PeerShell $other
    }
}

Describe 'Test-LanPeer of a peer that does not answer' {
    It 'gives what is lost, and false with -Quiet' -Skip:($IsWindows) {
        $there = Get-DiscoveryPort
        $dan = Start-LanPeer dan -DiscoveryPort $there -Ephemeral
        $held = Open-PeerProcess held -DiscoveryPort $there
        Wait-Until { $dan.Peers.Count -eq 1 }
        (Test-LanPeer held -Session $dan -Count 1 -Timeout 20).State | Should -Be Answered
        kill -STOP $held.Id
        $peer = Get-LanPeer held -Session $dan
        $pings = $peer | Test-LanPeer -Session $dan -Count 2 -Interval 0 -Timeout 0.2
        $pings.State | Should -Be Lost, Lost
        foreach ($ping in $pings) { $ping.RoundTrip | Should -BeNullOrEmpty }
        $peer | Test-LanPeer -Session $dan -Count 1 -Timeout 0.2 -Quiet | Should -BeFalse
        kill -CONT $held.Id
        Close-PeerProcess $held
        Stop-LanPeer $dan
    }
}
