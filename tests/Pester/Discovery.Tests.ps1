[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $module = Get-LanPeerModulePath
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'Peers find each other' {
    AfterEach {
        Stop-AllLanPeer
    }

    It 'in one runspace' {
        $port = Get-DiscoveryPort
        $sessions = 'alice', 'bob', 'carol' | ForEach-Object { Start-LanPeer $_ -DiscoveryPort $port }
        Wait-Meeting @sessions
        $sessions[0].Peers.Name | Sort-Object | Should -BeExactly 'bob', 'carol'
    }

    It 'in runspaces of ForEach-Object -Parallel' {
        $port = Get-DiscoveryPort
        $everybodyIsDone = [Threading.Barrier]::new(4)
        $found = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:module
            $session = Start-LanPeer "peer$_" -DiscoveryPort $using:port
            $names = [Collections.Generic.HashSet[string]]::new()
            for ($try = 0; $try -lt 10 -and $names.Count -lt 3; $try++) {
                Find-LanPeer -Timeout 2 -Count 3 | ForEach-Object { $null = $names.Add($_.Name) }
            }
            $null = ($using:everybodyIsDone).SignalAndWait(30000)
            [pscustomobject]@{ Name = $session.Name; Found = @($names | Sort-Object) -join ' ' }
        }
        ($found | Sort-Object Name).Found | Should -BeExactly 'peer2 peer3 peer4', 'peer1 peer3 peer4', 'peer1 peer2 peer4', 'peer1 peer2 peer3'
    }

    It 'between a runspace and a thread job' {
        $port = Get-DiscoveryPort
        $session = Start-LanPeer here -DiscoveryPort $port
        $job = Start-ThreadJob {
            Import-Module $using:module
            $null = Start-LanPeer there -DiscoveryPort $using:port
            (Receive-LanMessage -Timeout 30 -Count 1).Content
        }
        Wait-Until { $session.Peers.Name -contains 'there' }
        Send-LanDM there 'are you a job?'
        $job | Wait-Job -Timeout 30 | Receive-Job | Should -BeExactly 'are you a job?'
        Remove-Job $job -Force
    }

    It 'between processes' {
        $port = Get-DiscoveryPort
        $session = Start-LanPeer here -DiscoveryPort $port
        $near = Open-PeerProcess near -DiscoveryPort $port
        $far = Open-PeerProcess far -DiscoveryPort $port
        Wait-Until { $session.Peers.Count -eq 2 }
        Invoke-PeerProcess $near { (Find-LanPeer -Timeout 20 -Count 2).Name | Sort-Object } | Should -BeExactly 'far', 'here'
        $peer = Get-LanPeer far
        $peer.Port | Should -Be $far.Port
        $peer.Address | Should -BeExactly '127.0.0.1'
        $peer.State | Should -Be Alive
        $peer.Trust | Should -Be New
        $peer.PeerId | Should -MatchExactly '^([A-Z2-7]{4}-){7}[A-Z2-7]{4}$'
        $peer.Dialect | Should -Be LanPeer
        $peer.IsAddressMatched | Should -BeTrue
        $peer.LastSeen | Should -BeGreaterThan (Get-Date).AddMinutes(-5)
        $near, $far | ForEach-Object { Close-PeerProcess $_ }
        Wait-Until { $session.Peers.Count -eq 0 } -Timeout 10 -Because 'both said goodbye'
    }

    It 'and never answer each other for ever' {
        # REFERENCE D1: two of the seed's peers send 35,000 packets a second.
        $port = Get-DiscoveryPort
        $sessions = 'alice', 'bob' | ForEach-Object { Start-LanPeer $_ -DiscoveryPort $port }
        Wait-Meeting @sessions
        Receive-LanMessage -Session $sessions[0] -Timeout 1.5 | Should -BeNullOrEmpty
        foreach ($session in $sessions) {
            # Four announcements of the burst, an answer or two to the other's.
            $session.Counters.Sent | Should -BeLessThan 20
            $session.Counters.Received | Should -BeLessThan 40
        }
    }

    It 'but not on another discovery port' {
        $alice = Start-LanPeer alice -DiscoveryPort (Get-DiscoveryPort)
        $bob = Start-LanPeer bob -DiscoveryPort (Get-DiscoveryPort)
        Find-LanPeer -Timeout 0.5 -Session $alice | Should -BeNullOrEmpty
        $bob.Peers | Should -BeNullOrEmpty
    }

    It 'through -Seed where no announcement arrives' {
        $hidden = Start-LanPeer hidden -DiscoveryPort (Get-DiscoveryPort)
        $asking = Start-LanPeer asking -DiscoveryPort (Get-DiscoveryPort) -Seed "127.0.0.1:$($hidden.Port)"
        Wait-Meeting $asking $hidden
    }
}

Describe 'Find-LanPeer' {
    BeforeAll {
        $port = Get-DiscoveryPort
        $shell = Open-PeerShell
        $alice, $bob = Invoke-PeerShell $shell {
            param($Port)
            'alice', 'bob' | ForEach-Object { Start-LanPeer $_ -DiscoveryPort $Port }
        } $port
        Wait-Meeting $alice $bob
    }

    AfterAll {
        Close-PeerShell $shell
    }

    AfterEach {
        Stop-AllLanPeer
    }

    It 'finds all without a session' {
        # A scan asks twice; a loaded machine may need more.
        Wait-Until { ((Find-LanPeer -DiscoveryPort $port -Timeout 2 -Count 2).Name | Sort-Object) -join ' ' -eq 'alice bob' }
        $found = Find-LanPeer -DiscoveryPort $port -Timeout 5 -Count 1
        $found | Should -BeOfType LanPeer.LanPeer
        $found.Port | Should -BeIn $alice.Port, $bob.Port
        $found.State | Should -Be Alive
        $found.IsAddressMatched | Should -BeTrue
        $found.Dialect | Should -Be LanPeer
    }

    It 'leaves no trace without a session' {
        Wait-Until { (Find-LanPeer -DiscoveryPort $port -Timeout 2 -Count 2).Count -eq 2 }
        $alice.Peers.UserId | Should -BeExactly 'bob@127.0.0.1'
        $bob.Peers.UserId | Should -BeExactly 'alice@127.0.0.1'
        { Get-LanPeer } | Should -Throw -ErrorId 'NoSession,*'
    }

    It 'leaves no trace when the seed''s discovery tool asks, and answers it' {
        # REFERENCE D2, D3: the tool names a peer that does not exist and listens on the port it sends from.
        $tool = Open-Socket
        Send-Datagram -Socket $tool -Port $port 'BROADCAST_TEST'
        Send-Datagram -Socket $tool -Port $port ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = 'scanner@127.0.0.1'; PORT = 9999; TIMESTAMP = 1700000000; MESSAGE_ID = 'scan123' })
        (Receive-Datagram -Socket $tool -Type PEER_DISCOVERY).USER_ID | Should -BeIn 'alice@127.0.0.1', 'bob@127.0.0.1'
        $alice.Peers.Name | Should -Not -Contain 'scanner'
        $bob.Peers.Name | Should -Not -Contain 'scanner'
        Close-Socket $tool
    }

    It 'finds all with a session, which knows them afterwards' {
        $session = Start-LanPeer seeker -DiscoveryPort $port
        $found = Find-LanPeer -Timeout 20 -Count 2
        $found.Name | Sort-Object | Should -BeExactly 'alice', 'bob'
        $session.Peers.Name | Sort-Object | Should -BeExactly 'alice', 'bob'
        Wait-Until { $alice.Peers.Name -contains 'seeker' }
    }

    It 'asks through the session it is given' {
        (Find-LanPeer -Session $alice -Timeout 20 -Count 1).Name | Should -BeExactly 'bob'
    }

    It 'ends at -Count' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        @(Find-LanPeer -DiscoveryPort $port -Timeout 60 -Count 1).Count | Should -Be 1
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
    }

    It 'ends when the pipeline has enough' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        @(Find-LanPeer -DiscoveryPort $port -Timeout 60 | Select-Object -First 1).Count | Should -Be 1
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
    }

    It 'listens for fractions of a second' {
        $empty = Get-DiscoveryPort
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Find-LanPeer -DiscoveryPort $empty -Timeout 0.4 | Should -BeNullOrEmpty
        $watch.Elapsed.TotalSeconds | Should -BeGreaterOrEqual 0.39
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
    }

    It 'takes the time by position' {
        Find-LanPeer 0.1 -DiscoveryPort (Get-DiscoveryPort) | Should -BeNullOrEmpty
    }

    It 'tells of peers of the seed''s kind that others know' {
        $old = Open-SeedPeer oldtimer -Session $alice
        Wait-Until { (Find-LanPeer -DiscoveryPort $port -Timeout 2 -Count 3 | Where-Object Name -EQ oldtimer).State -eq 'Reported' }
        $found = Find-LanPeer -DiscoveryPort $port -Timeout 2 -Count 3 | Where-Object Name -EQ oldtimer
        $found.Port | Should -Be $old.Port
        $found.LastSeen | Should -BeNullOrEmpty
        Close-SeedPeer $old
    }

    It 'refuses -<Key> <Value>' -ForEach @(
        @{ Key = 'Timeout'; Value = -1; Id = 'InvalidOption' }
        @{ Key = 'Timeout'; Value = [double]::NaN; Id = 'InvalidOption' }
        @{ Key = 'Timeout'; Value = [double]::PositiveInfinity; Id = 'InvalidOption' }
        @{ Key = 'DiscoveryPort'; Value = 0; Id = 'InvalidOption' }
        @{ Key = 'DiscoveryPort'; Value = 65536; Id = 'InvalidOption' }
        @{ Key = 'Count'; Value = 0; Id = 'ParameterArgumentValidationError' }
        @{ Key = 'Network'; Value = 'Lan'; Id = 'NetworkConfined' }
    ) {
        $options = @{ DiscoveryPort = $port; Timeout = 0.1 }
        $options[$Key] = $Value
        { Find-LanPeer @options } | Should -Throw -ErrorId "$Id,*"
    }
}

Describe 'Get-LanPeer' {
    BeforeAll {
        $port = Get-DiscoveryPort
        $session = Start-LanPeer self -DiscoveryPort $port
        $seeds = 'bob', 'bobby', 'carol' | ForEach-Object { Open-SeedPeer $_ -Session $session }
        Send-SeedMessage $seeds[2] -To $session ([ordered]@{ TYPE = 'PROFILE'; USER_ID = 'carol@127.0.0.1'; DISPLAY_NAME = 'Carol Danvers'; STATUS = 'flying' })
        Wait-Until { $session.Peers.DisplayName -contains 'Carol Danvers' }
    }

    AfterAll {
        $seeds | ForEach-Object { Close-SeedPeer $_ }
        Stop-AllLanPeer
    }

    It 'gives all, each once' {
        (Get-LanPeer).UserId | Should -BeExactly 'bob@127.0.0.1', 'bobby@127.0.0.1', 'carol@127.0.0.1'
    }

    It 'knows a peer of the seed''s kind for what it is' {
        $peer = Get-LanPeer carol
        $peer | Should -BeOfType LanPeer.LanPeer
        $peer.Dialect | Should -Be Seed
        $peer.DisplayName | Should -BeExactly 'Carol Danvers'
        $peer.Status | Should -BeExactly 'flying'
        $peer.HasAvatar | Should -BeFalse
        $peer.PeerId | Should -BeNullOrEmpty
    }

    It 'gives <Expected> for <Given>' -ForEach @(
        @{ Given = 'bob'; Expected = 'bob' }
        @{ Given = 'BOB'; Expected = 'bob' }
        @{ Given = 'bob@127.0.0.1'; Expected = 'bob' }
        @{ Given = 'Carol Danvers'; Expected = 'carol' }
        @{ Given = 'carol danvers'; Expected = 'carol' }
        @{ Given = 'bob*'; Expected = 'bob', 'bobby' }
        @{ Given = '*'; Expected = 'bob', 'bobby', 'carol' }
        @{ Given = '*@127.0.0.1'; Expected = 'bob', 'bobby', 'carol' }
        @{ Given = '* Danvers'; Expected = 'carol' }
        @{ Given = '[a-b]*'; Expected = 'bob', 'bobby' }
        @{ Given = '?ob'; Expected = 'bob' }
        @{ Given = 'bob', 'carol'; Expected = 'bob', 'carol' }
        @{ Given = 'bob', 'bob*'; Expected = 'bob', 'bobby' }
    ) {
        (Get-LanPeer $Given).Name | Should -BeExactly $Expected
    }

    It 'takes names from the pipeline' {
        ('carol', 'bob' | Get-LanPeer).Name | Should -BeExactly 'carol', 'bob'
    }

    It 'takes peers from the pipeline' {
        (Get-LanPeer c* | Get-LanPeer).Name | Should -BeExactly 'carol'
    }

    It 'takes objects with a Name or UserId' {
        ([pscustomobject]@{ Name = 'bob' } | Get-LanPeer).Name | Should -BeExactly 'bob'
        ([pscustomobject]@{ UserId = 'carol@127.0.0.1' } | Get-LanPeer).Name | Should -BeExactly 'carol'
    }

    It 'takes a name that is an ill-formed wildcard for a name' {
        Send-SeedMessage $seeds[1] -To $session ([ordered]@{ TYPE = 'PROFILE'; USER_ID = 'bobby@127.0.0.1'; DISPLAY_NAME = 'b[o'; STATUS = '' })
        Wait-Until { $session.Peers.DisplayName -contains 'b[o' }
        (Get-LanPeer 'b[o').Name | Should -BeExactly 'bobby'
        { Get-LanPeer 'z[o' -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound,*'
    }

    It 'gives nothing, and no error, for a wildcard that matches nobody' {
        Get-LanPeer 'x*' -ErrorVariable failures | Should -BeNullOrEmpty
        $failures | Should -BeNullOrEmpty
    }

    It 'errs for a name nobody has, and goes on with the next' {
        $found = Get-LanPeer zoe, bob -ErrorVariable failures -ErrorAction SilentlyContinue
        $found.Name | Should -BeExactly 'bob'
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'PeerNotFound,*'
        $failures[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $failures[0].TargetObject | Should -BeExactly 'zoe'
        $failures[0].ErrorDetails.RecommendedAction | Should -Match 'bob@127\.0\.0\.1'
    }

    It 'gives snapshots that do not change later' {
        $before = Get-LanPeer bob
        Send-SeedMessage $seeds[0] -To $session ([ordered]@{ TYPE = 'PROFILE'; USER_ID = 'bob@127.0.0.1'; DISPLAY_NAME = 'Robert'; STATUS = '' })
        Wait-Until { (Get-LanPeer bob).DisplayName -eq 'Robert' }
        $before.DisplayName | Should -BeExactly 'bob'
    }

    It 'asks the others with -FromNetwork' {
        $shell = Open-PeerShell
        $dora = Invoke-PeerShell $shell { param($Port) Start-LanPeer dora -DiscoveryPort $Port } $port
        Wait-Meeting $session $dora
        $hermit = Open-SeedPeer hermit -Session $dora
        (Get-LanPeer).Name | Should -Not -Contain 'hermit'

        $peer = Get-LanPeer hermit -FromNetwork -Timeout 2
        $peer.State | Should -Be Reported
        $peer.UserId | Should -BeExactly 'hermit@127.0.0.1'
        $peer.Port | Should -Be $hermit.Port
        $peer.LastSeen | Should -BeNullOrEmpty
        Close-SeedPeer $hermit
        Close-PeerShell $shell
    }

    It 'says what is missing without a session' {
        $shell = Open-PeerShell
        { Invoke-PeerShell $shell { Get-LanPeer } } | Should -Throw -ErrorId 'NoSession,*'
        Close-PeerShell $shell
    }
}
