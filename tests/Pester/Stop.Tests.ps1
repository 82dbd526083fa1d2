[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

# Every waiting command against everything that may end it, many times over: it ends, nothing is left behind, the next one works.

BeforeDiscovery {
    # Waits: only something else ends it. Gives: writes something and goes on. Timed: its time is over soon.
    $commands = @(
        @{ Name = 'Receive-LanMessage'
            Waits = { param($Session) Receive-LanMessage -Session $Session -Wait }
            Gives = { Send-LanDM alice 'one' -Session $bob; Receive-LanMessage -Session $alice -Wait }
            Timed = { Receive-LanMessage -Session $alice -Timeout 0.02 } }
        @{ Name = 'Find-LanPeer'
            Waits = { param($Session) Find-LanPeer -Session $Session -Timeout 100 }
            Gives = { Find-LanPeer -Session $alice -Timeout 100 }
            Timed = { Find-LanPeer -Session $alice -Timeout 0.02 } }
        @{ Name = 'Find-LanPeer without a session'
            Waits = { param($Session) Find-LanPeer -DiscoveryPort $Session.Options.DiscoveryPort -Network Loopback -Timeout 100 }
            Gives = { Find-LanPeer -DiscoveryPort $port -Network Loopback -Timeout 100 }
            Timed = { Find-LanPeer -DiscoveryPort $port -Network Loopback -Timeout 0.02 } }
        @{ Name = 'Get-LanPeer -FromNetwork'
            Waits = { param($Session) Get-LanPeer -Session $Session -FromNetwork -Timeout 100 }
            Gives = $null
            Timed = { Get-LanPeer -Session $alice -FromNetwork -Timeout 0.02 } }
        @{ Name = 'Test-LanPeer'
            Waits = { param($Session) Test-LanPeer bob -Session $Session -Interval 100 }
            Gives = { Test-LanPeer bob -Session $alice -Count 1000 -Interval 100 }
            Timed = { Test-LanPeer bob -Session $alice -Count 1 -Timeout 0.02 } }
        @{ Name = 'Send-LanDM'
            Waits = { param($Session) 1..20 | Send-LanDM full -Session $Session -Timeout 100 -ErrorAction Ignore }
            Gives = { 1..8 | Send-LanDM bob -Session $alice -PassThru }
            Timed = { Send-LanDM full 'more' -Session $alice -Timeout 0.02 -ErrorAction Ignore } }
        @{ Name = 'Send-LanPost -Wait'
            Waits = { param($Session) 'more' | Send-LanPost -Session $Session -Wait -Timeout 100 -ErrorAction Ignore }
            Gives = { 1..8 | Send-LanPost -Session $alice -PassThru -Timeout 0.1 -ErrorAction Ignore }
            Timed = { Send-LanPost 'more' -Session $alice -Wait -Timeout 0.02 -ErrorAction Ignore } }
    )
    $giving = $commands | Where-Object Gives
    $sending = $commands | Where-Object Name -Like 'Send-*'
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $random = [Random]::new(1)
    $port = Get-DiscoveryPort

    function Open-TestPeer([string] $Name) {
        [LanPeer.LanSession]::Start([LanPeer.LanPeerOptions] @{ Name = $Name; DiscoveryPort = $port; Network = 'Loopback'; Ephemeral = $true; InboxCapacity = 16 })
    }

    # What a stopped command may leave behind.
    function Get-Leftover {
        $threads = @(Get-ChildItem /proc/self/task | ForEach-Object { Get-Content "$($_.FullName)/comm" -ErrorAction Ignore } | Where-Object { $_ -like 'LanPeer*' }).Count
        $handles = @(Get-ChildItem /proc/self/fd -ErrorAction Ignore | ForEach-Object { $_.ResolvedTarget ?? $_.Target })
        [pscustomobject]@{ Threads = $threads; Sockets = @($handles -like 'socket:*').Count; Handles = $handles.Count }
    }

    # Somewhere between its begin and its wait: which moment it is differs each time, and is the same in each run of the suite.
    function Wait-SomeMoment { [Threading.Thread]::Sleep($random.Next(15)) }

    # Does something many times, and compares what is there before and after. The first times load what is loaded once.
    function Invoke-Often([scriptblock] $Action, [int] $Count = 20) {
        & $Action
        $before = $IsLinux ? (Get-Leftover) : $null
        for ($i = 0; $i -lt $Count; $i++) { & $Action }
        if ($IsLinux) {
            Wait-Until {
                [GC]::Collect()
                [GC]::WaitForPendingFinalizers()
                $now = Get-Leftover
                $now.Threads -le $before.Threads -and $now.Sockets -le $before.Sockets -and $now.Handles -le $before.Handles + 3
            } -Because "what was there is there: $before"
        }
    }

    function Wait-End([powershell] $Shell, [IAsyncResult] $Running) {
        if (-not $Running.AsyncWaitHandle.WaitOne(20000)) { throw 'The command did not end.' }
        try { $null = $Shell.EndInvoke($Running) } catch { $null = $_ }
    }
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'A waiting command' {
    BeforeAll {
        $alice = Open-TestPeer alice
        $bob = Open-TestPeer bob
        $full = Open-TestPeer full
        Wait-Meeting $alice $bob $full

        # Nobody reads this inbox: who writes to it waits.
        1..16 | Send-LanDM full -Session $alice -Timeout 30 -ErrorAction Stop
        $silent = Open-SeedPeer silent -Session $alice
        $shell = Open-PeerShell
    }

    AfterAll {
        Close-PeerShell $shell
        Close-SeedPeer $silent
        $full, $bob, $alice | ForEach-Object Dispose
    }

    It 'ends with Ctrl+C: <Name>' -ForEach $commands {
        Invoke-Often {
            $null = Receive-LanMessage -Session $alice
            $null = Receive-LanMessage -Session $bob
            $running = Start-PeerShell $shell $Waits $alice
            Wait-SomeMoment
            $shell.Stop()
            Wait-End $shell $running
            $shell.InvocationStateInfo.State | Should -Be Stopped
        }
    }

    It 'ends with Select-Object -First: <Name>' -ForEach $giving {
        Invoke-Often {
            $null = Receive-LanMessage -Session $bob
            @(& $Gives | Select-Object -First 1) | Should -HaveCount 1
        }
    }

    It 'ends with an error behind it: <Name>' -ForEach $giving {
        Invoke-Often {
            $null = Receive-LanMessage -Session $bob
            { & $Gives | ForEach-Object { throw 'enough' } } | Should -Throw 'enough'
        }
    }

    It 'ends when its time is over: <Name>' -ForEach $commands {
        Invoke-Often {
            $null = Receive-LanMessage -Session $bob
            $null = & $Timed
        }
    }

    It 'ends when its runspace is closed: <Name>' -ForEach $commands {
        Invoke-Often {
            $null = Receive-LanMessage -Session $alice
            $null = Receive-LanMessage -Session $bob
            $own = Open-PeerShell
            $running = Start-PeerShell $own $Waits $alice
            Wait-SomeMoment
            Close-PeerShell $own
            $alice.State | Should -Be Running
        }
    }
}

Describe 'A session that is stopped elsewhere' {
    BeforeAll {
        $waiting = @(
            { param($Session) Receive-LanMessage -Session $Session -Wait }
            { param($Session) Find-LanPeer -Session $Session -Timeout 100 }
            { param($Session) Get-LanPeer -Session $Session -FromNetwork -Timeout 100 }
            { param($Session) Test-LanPeer bob -Session $Session -Interval 100 }
        )
        $bob = Open-TestPeer bob
        $full = Open-TestPeer full
        $silent = Open-SeedPeer silent -Session $bob
        $shell = Open-PeerShell
        $owner = Open-PeerShell
        $shells = $waiting | ForEach-Object { Open-PeerShell }

        # All commands at once, each in a runspace of its own.
        function Open-Wait([LanPeer.LanSession] $Session) { for ($i = 0; $i -lt $shells.Count; $i++) { Start-PeerShell $shells[$i] $waiting[$i] $Session } }
        function Close-Wait([IAsyncResult[]] $Running) { for ($i = 0; $i -lt $shells.Count; $i++) { Wait-End $shells[$i] $Running[$i] } }

        function Open-OwnedPeer {
            $alice = Invoke-PeerShell $owner {
                param($Module, $Port)
                Import-Module $Module
                Start-LanPeer alice -DiscoveryPort $Port -Network Loopback -Ephemeral
            } (Get-LanPeerModulePath), $port
            Wait-Meeting $alice $bob
            $alice
        }
    }

    AfterAll {
        $shells, $owner, $shell | ForEach-Object { $_ } | ForEach-Object { Close-PeerShell $_ }
        Close-SeedPeer $silent
        $full, $bob | ForEach-Object Dispose
    }

    It 'ends all that wait for it' {
        Invoke-Often {
            $alice = Open-OwnedPeer
            $running = Open-Wait $alice
            Wait-SomeMoment
            Stop-LanPeer $alice
            Close-Wait $running
        }
    }

    It 'by the removal of its module, too' {
        Invoke-Often {
            $alice = Open-OwnedPeer
            $running = Open-Wait $alice
            Wait-SomeMoment
            Invoke-PeerShell $owner { Remove-Module LanPeer }
            $alice.State | Should -Be Stopped
            Close-Wait $running
        }
    }

    It 'or by the end of its runspace' {
        Invoke-Often {
            $other = Open-PeerShell
            $alice = Invoke-PeerShell $other { param($Port) Start-LanPeer alice -DiscoveryPort $Port -Network Loopback -Ephemeral } $port
            Wait-Meeting $alice $bob
            $running = Open-Wait $alice
            Wait-SomeMoment
            Close-PeerShell $other
            $alice.State | Should -Be Stopped
            Close-Wait $running
        }
    }

    # What is on the way gets 2 s to arrive when a session stops, so not as often.
    It 'ends what sends by it: <Name>' -ForEach $sending {
        Invoke-Often -Count 1 {
            $alice = Open-OwnedPeer
            Wait-Meeting $alice $full
            $running = Start-PeerShell $shell $Waits $alice
            Wait-SomeMoment
            Stop-LanPeer $alice
            Wait-End $shell $running
        }
    }
}
