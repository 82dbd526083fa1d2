[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'Start-LanPeer' {
    AfterEach {
        Stop-AllLanPeer
    }

    It 'gives the session' {
        $session = Start-LanPeer alice -DiscoveryPort $port
        $session | Should -BeOfType LanPeer.LanSession
        $session.Name | Should -BeExactly 'alice'
        $session.UserId | Should -BeExactly 'alice@127.0.0.1'
        "$session" | Should -BeExactly 'alice@127.0.0.1'
        $session.Port | Should -BeIn (8000..9999)
        $session.Network | Should -Be Loopback
        $session.State | Should -Be Running
        $session.Peers.Count | Should -Be 0
        $session.Inbox.Count | Should -Be 0
        $session.HasIdConflict | Should -BeFalse
    }

    It 'takes the user''s name without -Name' {
        $session = Start-LanPeer -DiscoveryPort $port
        $session.Name | Should -Not -BeNullOrEmpty
        if ([Environment]::UserName -match '^\w+$') { $session.Name | Should -BeExactly ([Environment]::UserName) }
    }

    It 'listens on the port it is told' {
        $wanted = Get-FreePort
        (Start-LanPeer alice -DiscoveryPort $port -Port $wanted).Port | Should -Be $wanted
    }

    It 'narrates with -Verbose' {
        $verbose = Start-LanPeer alice -DiscoveryPort $port -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        "$verbose" | Should -Match 'alice@127\.0\.0\.1 listens on port \d+'
    }

    It 'starts nothing with -WhatIf' {
        Start-LanPeer alice -DiscoveryPort $port -WhatIf | Should -BeNullOrEmpty
        { Get-LanPeer } | Should -Throw -ErrorId 'NoSession,*'
    }

    It 'accepts the name <_>' -ForEach 'a', 'build-01', 'Zoë', '名前', 'a.b_c', ('n' * 64) {
        (Start-LanPeer $_ -DiscoveryPort $port).UserId | Should -BeExactly "$_@127.0.0.1"
    }

    It 'goes on when the discovery port belongs to somebody else, says so, and takes it when it is free' {
        $blocked = Get-DiscoveryPort
        $other = [Net.Sockets.UdpClient]::new($blocked)
        try {
            $session = Start-LanPeer alice -DiscoveryPort $blocked -WarningVariable warnings -WarningAction SilentlyContinue
            $session.State | Should -Be DiscoveryBlocked
            "$warnings" | Should -Match "port $blocked belongs to a program that does not share it"
        }
        finally {
            $other.Dispose()
        }

        Wait-Until { $session.State -eq 'Running' } -Because 'the discovery port is free'
    }
}

Describe 'A second peer' {
    BeforeAll {
        $alice = Start-LanPeer alice -DiscoveryPort $port
    }

    AfterAll {
        Stop-AllLanPeer
    }

    It 'of another name runs beside the first, which stays the default' {
        $bob = Start-LanPeer bob -DiscoveryPort $port
        Wait-Meeting $alice $bob
        (Get-LanPeer).UserId | Should -Contain 'bob@127.0.0.1'
        (Get-LanPeer -Session $bob).UserId | Should -Contain 'alice@127.0.0.1'
        Stop-LanPeer -Session $bob
        $alice.State | Should -Be Running
    }

    It 'of the same name is refused and names the running one' {
        $failure = Get-ErrorOf { Start-LanPeer alice -DiscoveryPort $port }
        $failure.FullyQualifiedErrorId | Should -BeLike 'NameInUse,*'
        $failure.CategoryInfo.Category | Should -Be ResourceExists
        $failure.TargetObject | Should -BeExactly 'alice'
        "$failure" | Should -Match "alice@127\.0\.0\.1 .*port $($alice.Port)"
    }

    It 'of the same name in other letters is refused' {
        { Start-LanPeer ALICE -DiscoveryPort $port } | Should -Throw -ErrorId 'NameInUse,*'
    }

    It 'of the same name is refused in another runspace, too' {
        $shell = Open-PeerShell
        $start = { param($Port) Start-LanPeer alice -DiscoveryPort $Port }
        { Invoke-PeerShell $shell $start $port } | Should -Throw -ExpectedMessage "*'alice' runs on this machine already*"
        Close-PeerShell $shell
    }

    It 'of the same name is refused in another process, too, and tells which process has it' {
        { Open-PeerProcess alice -DiscoveryPort $port } | Should -Throw -ExpectedMessage "*NameInUse*process $PID, port $($alice.Port)*"
    }

    It 'of the same name on another discovery port is refused, as it would be the same identity' {
        $failure = Get-ErrorOf { Start-LanPeer alice -DiscoveryPort (Get-DiscoveryPort) }
        $failure.FullyQualifiedErrorId | Should -BeLike 'IdentityInUse,*'
        $failure.CategoryInfo.Category | Should -Be ResourceExists
        "$failure" | Should -Match "'alice' is in use by process $PID"
    }

    It 'of the same name with <Shown> meets nobody on another discovery port and is allowed' -ForEach @(
        @{ Shown = '-Ephemeral'; Option = @{ Ephemeral = $true } }
        @{ Shown = 'a state folder of its own'; Option = @{ StatePath = 'TestDrive:/elsewhere' } }
    ) {
        $elsewhere = Start-LanPeer alice -DiscoveryPort (Get-DiscoveryPort) @Option
        $elsewhere.State | Should -Be Running
        $elsewhere.PeerId | Should -Not -Be $alice.PeerId
        Stop-LanPeer $elsewhere
    }

    It 'does not get a port that is taken' {
        $failure = Get-ErrorOf { Start-LanPeer carol -DiscoveryPort $port -Port $alice.Port }
        $failure.FullyQualifiedErrorId | Should -BeLike 'PortInUse,*'
        $failure.CategoryInfo.Category | Should -Be ResourceUnavailable
        "$failure" | Should -Match "port $($alice.Port) is in use"
    }

    It 'may have the name again once the first has stopped' {
        $first = Start-LanPeer dora -DiscoveryPort $port
        Stop-LanPeer $first
        $second = Start-LanPeer dora -DiscoveryPort $port
        $second.State | Should -Be Running
        Stop-LanPeer $second
    }
}

Describe 'Start-LanPeer refuses' {
    It 'the name <Shown>' -ForEach @(
        @{ Shown = 'with a blank'; Value = { 'a b' } }
        @{ Shown = 'with an @'; Value = { 'a@b' } }
        @{ Shown = 'with a colon'; Value = { 'a:b' } }
        @{ Shown = 'with a bar'; Value = { 'a|b' } }
        @{ Shown = 'with a comma'; Value = { 'a,b' } }
        @{ Shown = 'with a line break'; Value = { "a`nb" } }
        @{ Shown = 'with an escape'; Value = { "a`eb" } }
        @{ Shown = 'beginning with a dash'; Value = { '-a' } }
        @{ Shown = 'beginning with a dot'; Value = { '.a' } }
        @{ Shown = 'that leads out of a folder'; Value = { '../a' } }
        @{ Shown = 'of 65 letters'; Value = { 'n' * 65 } }
        @{ Shown = 'of blanks only'; Value = { '  ' } }
    ) {
        $name = & $Value
        $failure = Get-ErrorOf { Start-LanPeer -Name $name -DiscoveryPort $port }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidName,*'
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.TargetObject | Should -BeExactly $name
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        "$failure" | Should -Not -Match '[\x00-\x08\x0b-\x1f]'
    }

    It '-<Key> <Value>' -ForEach @(
        @{ Key = 'Port'; Value = -1 }
        @{ Key = 'Port'; Value = 65536 }
        @{ Key = 'DiscoveryPort'; Value = 0 }
        @{ Key = 'DiscoveryPort'; Value = 70000 }
        @{ Key = 'AnnounceInterval'; Value = 0 }
        @{ Key = 'AnnounceInterval'; Value = 0.05 }
        @{ Key = 'AnnounceInterval'; Value = -1 }
        @{ Key = 'AnnounceInterval'; Value = 4000 }
        @{ Key = 'AnnounceInterval'; Value = [double]::NaN }
        @{ Key = 'PeerTimeout'; Value = 0.1 }
        @{ Key = 'PeerTimeout'; Value = 100000 }
        @{ Key = 'PeerTimeout'; Value = [double]::PositiveInfinity }
        @{ Key = 'Seed'; Value = 'nocolon' }
        @{ Key = 'Seed'; Value = ':8000' }
        @{ Key = 'Seed'; Value = '127.0.0.1:0' }
        @{ Key = 'Seed'; Value = '127.0.0.1:65536' }
        @{ Key = 'Seed'; Value = '127.0.0.1:http' }
    ) {
        $options = @{ DiscoveryPort = $port }
        $options[$Key] = $Value
        $failure = Get-ErrorOf { Start-LanPeer refused @options }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'its discovery port as its own' {
        { Start-LanPeer refused -DiscoveryPort 8123 -Port 8123 } | Should -Throw -ErrorId 'InvalidOption,*'
    }

    It 'more than 64 seeds' {
        { Start-LanPeer refused -DiscoveryPort $port -Seed (1..65 | ForEach-Object { "127.0.0.1:$_" }) } | Should -Throw -ErrorId 'InvalidOption,*'
    }

    It 'a seed without an IPv4 address' {
        { Start-LanPeer refused -DiscoveryPort $port -Seed '[::1]:8000' } | Should -Throw -ErrorId 'SeedNotResolved,*'
    }

    It 'a seed outside of loopback' {
        { Start-LanPeer refused -DiscoveryPort $port -Seed '192.0.2.1:8000' } | Should -Throw -ErrorId 'NetworkConfined,*'
    }

    It 'an interface where there is only loopback' {
        { Start-LanPeer refused -DiscoveryPort $port -Interface eth0 } | Should -Throw -ErrorId 'InvalidOption,*'
    }

    It 'the network Lan where LANPEER_NETWORK says loopback' {
        { Start-LanPeer refused -DiscoveryPort $port -Network Lan } | Should -Throw -ErrorId 'NetworkConfined,*'
    }

    It 'any network where LANPEER_NETWORK says something unknown' {
        $env:LANPEER_NETWORK = 'mars'
        try {
            { Start-LanPeer refused -DiscoveryPort $port -Network Loopback } | Should -Throw -ErrorId 'NetworkConfined,*'
        }
        finally {
            $env:LANPEER_NETWORK = 'loopback'
        }
    }

    It 'and then nothing runs' {
        { Get-LanPeer } | Should -Throw -ErrorId 'NoSession,*'
    }
}

Describe 'Stop-LanPeer' {
    AfterEach {
        Stop-AllLanPeer
    }

    It 'stops the default session and frees its port' {
        $session = Start-LanPeer alice -DiscoveryPort $port
        Stop-LanPeer | Should -BeNullOrEmpty
        $session.State | Should -Be Stopped
        Close-Socket (Open-Socket -Port $session.Port)
    }

    It 'says that there is none when none runs' {
        $failure = Get-ErrorOf { Stop-LanPeer }
        $failure.FullyQualifiedErrorId | Should -BeLike 'NoSession,*'
        "$($failure.ErrorDetails.RecommendedAction)" | Should -Match 'Start-LanPeer'
    }

    It 'may be told twice of the same session' {
        $session = Start-LanPeer alice -DiscoveryPort $port
        Stop-LanPeer $session
        { Stop-LanPeer $session -ErrorAction Stop } | Should -Not -Throw
        $session.State | Should -Be Stopped
    }

    It 'takes sessions from the pipeline' {
        $sessions = 'alice', 'bob' | ForEach-Object { Start-LanPeer $_ -DiscoveryPort $port }
        $sessions | Stop-LanPeer
        $sessions.State | Should -Be Stopped, Stopped
    }

    It 'stops nothing with -WhatIf' {
        $session = Start-LanPeer alice -DiscoveryPort $port
        Stop-LanPeer -WhatIf
        $session.State | Should -Be Running
    }

    It 'makes the next session the default' {
        $null = Start-LanPeer alice -DiscoveryPort $port
        $bob = Start-LanPeer bob -DiscoveryPort $port
        Stop-LanPeer
        Stop-LanPeer
        $bob.State | Should -Be Stopped
        { Stop-LanPeer } | Should -Throw -ErrorId 'NoSession,*'
    }

    It 'tells the others goodbye' {
        $alice = Start-LanPeer alice -DiscoveryPort $port
        $bob = Start-LanPeer bob -DiscoveryPort $port
        Wait-Meeting $alice $bob
        Stop-LanPeer $bob
        Wait-Until { $alice.Peers.Count -eq 0 } -Timeout 10
    }

    It 'leaves what has arrived in the inbox' {
        $alice = Start-LanPeer alice -DiscoveryPort $port
        $bob = Start-LanPeer bob -DiscoveryPort $port
        Wait-Meeting $alice $bob
        Send-LanDM bob 'before the end' -Session $alice
        Wait-Inbox $bob
        Stop-LanPeer $bob
        (Receive-LanMessage -Session $bob).Content | Should -BeExactly 'before the end'
        Receive-LanMessage -Session $bob -Wait | Should -BeNullOrEmpty
    }

    It 'ends what can be done with the session: <Name>' -ForEach @(
        @{ Name = 'Send-LanPost'; Script = { Send-LanPost 'hello' -Session $session } }
        @{ Name = 'Set-LanProfile'; Script = { Set-LanProfile 'Alice' -Session $session } }
        @{ Name = 'Find-LanPeer'; Script = { Find-LanPeer -Timeout 1 -Session $session } }
        @{ Name = 'Get-LanPeer -FromNetwork'; Script = { Get-LanPeer -FromNetwork -Session $session } }
    ) {
        $session = Start-LanPeer alice -DiscoveryPort $port
        Stop-LanPeer $session
        $failure = Get-ErrorOf $Script
        $failure.FullyQualifiedErrorId | Should -BeLike 'SessionStopped,*'
        $failure.CategoryInfo.Category | Should -Be InvalidOperation
    }
}

Describe 'The session of a runspace' {
    AfterEach {
        Stop-AllLanPeer
    }

    It 'is no other runspace''s default' {
        $null = Start-LanPeer alice -DiscoveryPort $port
        $shell = Open-PeerShell
        { Invoke-PeerShell $shell { Send-LanPost 'hello' } } | Should -Throw -ErrorId 'NoSession,*'
        Close-PeerShell $shell
    }

    It 'ends with its runspace' {
        $shell = Open-PeerShell
        $session = Invoke-PeerShell $shell { param($Port) Start-LanPeer alice -DiscoveryPort $Port } $port
        $session.State | Should -Be Running
        Close-PeerShell $shell
        Wait-Until { $session.State -eq 'Stopped' } -Timeout 10
        Close-Socket (Open-Socket -Port $session.Port)
    }

    It 'ends with the runspace of ForEach-Object -Parallel' {
        $module = Get-LanPeerModulePath
        $sessions = 'alice', 'bob' | ForEach-Object -Parallel {
            Import-Module $using:module
            Start-LanPeer $_ -DiscoveryPort $using:port
        }
        Wait-Until { -not ($sessions | Where-Object State -NE Stopped) } -Timeout 10 -Because 'the runspaces are closed'
    }

    It 'ends with the runspace of a thread job' {
        $module = Get-LanPeerModulePath
        $job = Start-ThreadJob {
            Import-Module $using:module
            Start-LanPeer jobber -DiscoveryPort $using:port
        }
        $session = $job | Wait-Job -Timeout 20 | Receive-Job
        Remove-Job $job
        Wait-Until { $session.State -eq 'Stopped' } -Timeout 10
    }

    It 'can be used by ForEach-Object -Parallel through $using:' {
        $alice = Start-LanPeer alice -DiscoveryPort $port
        $bob = Start-LanPeer bob -DiscoveryPort $port
        Wait-Meeting $alice $bob
        $module = Get-LanPeerModulePath
        1..20 | ForEach-Object -Parallel {
            Import-Module $using:module
            Send-LanDM bob "message $_" -Session $using:alice
        }
        Wait-Inbox $bob 20
        (Receive-LanMessage -Session $bob).Content | Sort-Object { [int] ($_ -replace '\D') } | Should -BeExactly (1..20 | ForEach-Object { "message $_" })
        $alice.State | Should -Be Running
    }

    It 'can be used by a thread job through $using:' {
        $alice = Start-LanPeer alice -DiscoveryPort $port
        $bob = Start-LanPeer bob -DiscoveryPort $port
        Wait-Meeting $alice $bob
        $module = Get-LanPeerModulePath
        $job = Start-ThreadJob { Import-Module $using:module; Receive-LanMessage -Session $using:bob -Timeout 20 -Count 1 }
        Send-LanDM bob 'for the job' -Session $alice
        ($job | Wait-Job -Timeout 30 | Receive-Job).Content | Should -BeExactly 'for the job'
        Remove-Job $job
    }

    It 'is refused with an explanation when it went through serialization' {
        $alice = Start-LanPeer alice -DiscoveryPort $port
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($alice, 1))
        $failure = Get-ErrorOf { Get-LanPeer -Session $copy }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
        "$failure" | Should -Match 'copy of a session that came from another process'
    }
}

Describe 'The peer of a process' {
    BeforeAll {
        $watcher = Start-LanPeer watcher -DiscoveryPort $port
        $second = Start-LanPeer second -DiscoveryPort $port
    }

    AfterAll {
        Stop-AllLanPeer
    }

    It 'says goodbye when the process ends without Stop-LanPeer' {
        $other = Open-PeerProcess ender -DiscoveryPort $port
        Wait-Until { $watcher.Peers.Name -contains 'ender' }
        Close-PeerProcess $other
        Wait-Until { $watcher.Peers.Name -notcontains 'ender' } -Timeout 10
    }

    It 'says goodbye when the process ends with exit' {
        $other = Open-PeerProcess exiter -DiscoveryPort $port
        Wait-Until { $watcher.Peers.Name -contains 'exiter' }
        { Invoke-PeerProcess $other { exit 0 } } | Should -Throw '*ended*'
        Wait-Until { $watcher.Peers.Name -notcontains 'exiter' } -Timeout 10
        Close-PeerProcess $other
    }

    It 'disappears for all when the process is killed, long before the peer time-out, and frees its name' {
        $other = Open-PeerProcess crasher -DiscoveryPort $port
        Wait-Until { $second.Peers.Name -contains 'crasher' -and $watcher.Peers.Name -contains 'crasher' }
        Close-PeerProcess $other -Kill
        Wait-Until { $second.Peers.Name -notcontains 'crasher' -and $watcher.Peers.Name -notcontains 'crasher' } -Timeout 20
        $again = Start-LanPeer crasher -DiscoveryPort $port
        $again.State | Should -Be Running
        Stop-LanPeer $again
    }

    It 'does not keep its process alive' {
        $program = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $output = & $program -NoProfile -NonInteractive -Command "Import-Module '$(Get-LanPeerModulePath)'; (Start-LanPeer brief -DiscoveryPort $port).UserId; exit 7"
        $LASTEXITCODE | Should -Be 7
        $output | Should -BeExactly 'brief@127.0.0.1'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 20
    }
}
