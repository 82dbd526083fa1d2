[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort
    $session = Start-LanPeer receiver -DiscoveryPort $port
    $bob = Open-SeedPeer bob -Session $session
    $carol = Open-SeedPeer carol -Session $session

    function Send-Text {
        # A message of a seed peer: 'bob Post hello' and the like; waits until all have arrived.
        param([Parameter(ValueFromRemainingArguments)] [string[]] $Line)

        $before = $session.Inbox.Count
        foreach ($one in $Line) {
            $name, $type, $text = $one -split ' ', 3
            $peer = $name -eq 'bob' ? $bob : $carol
            $fields = switch ($type) {
                'Post' { [ordered]@{ TYPE = 'POST'; USER_ID = $peer.UserId; CONTENT = $text } }
                'DM' { [ordered]@{ TYPE = 'DM'; FROM = $peer.UserId; TO = $session.UserId; CONTENT = $text } }
                'Profile' { [ordered]@{ TYPE = 'PROFILE'; USER_ID = $peer.UserId; DISPLAY_NAME = $peer.Name; STATUS = $text } }
            }
            Send-SeedMessage $peer -To $session $fields
        }

        Wait-Inbox $session ($before + $Line.Count)
    }
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'Receive-LanMessage' {
    AfterEach {
        $null = Receive-LanMessage
    }

    Context 'without -Wait' {
        It 'gives nothing when nothing has arrived' {
            Receive-LanMessage | Should -BeNullOrEmpty
        }

        It 'gives what has arrived, oldest first, once' {
            Send-Text 'bob Post one' 'carol DM two' 'bob DM three'
            $messages = Receive-LanMessage
            $messages.Content | Should -BeExactly 'one', 'two', 'three'
            $messages.Type | Should -Be Post, DM, DM
            $messages.FromPeer.Name | Should -BeExactly 'bob', 'carol', 'bob'
            Receive-LanMessage | Should -BeNullOrEmpty
        }

        It 'keeps the order of many' {
            1..300 | ForEach-Object { Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = "$_" }) }
            Wait-Inbox $session 300
            (Receive-LanMessage).Content | Should -BeExactly (1..300 | ForEach-Object { "$_" })
        }
    }

    Context 'with -Keep' {
        It 'leaves the messages in the inbox' {
            Send-Text 'bob Post one' 'carol Post two'
            (Receive-LanMessage -Keep).Content | Should -BeExactly 'one', 'two'
            (Receive-LanMessage -Keep -Count 1).Content | Should -BeExactly 'one'
            $session.Inbox.Count | Should -Be 2
            (Receive-LanMessage).Content | Should -BeExactly 'one', 'two'
        }

        It 'gives each message once while it waits' {
            Send-Text 'bob Post one'
            $shell = Open-PeerShell
            $running = Start-PeerShell $shell { param($Session) Receive-LanMessage -Session $Session -Keep -Count 3 -Timeout 20 } $session
            Send-Text 'bob Post two' 'bob Post three'
            (Wait-PeerShell $shell $running).Content | Should -BeExactly 'one', 'two', 'three'
            Close-PeerShell $shell
            $session.Inbox.Count | Should -Be 3
        }
    }

    Context 'with -Type' {
        It 'gives <Types> and leaves the others, in their order' -ForEach @(
            @{ Types = @('Post'); Expected = 'p1', 'p2'; Rest = 'd1', 's1', 'd2' }
            @{ Types = @('DM'); Expected = 'd1', 'd2'; Rest = 'p1', 's1', 'p2' }
            @{ Types = @('Profile'); Expected = 's1'; Rest = 'p1', 'd1', 'd2', 'p2' }
            @{ Types = 'Post', 'DM'; Expected = 'p1', 'd1', 'd2', 'p2'; Rest = 's1' }
        ) {
            # A profile is news only when it differs from the one before.
            Send-Text 'bob Post p1' 'carol DM d1' "bob Profile s1-$Types" 'bob DM d2' 'carol Post p2'
            (Receive-LanMessage -Type $Types).Content -replace '-.*' | Should -BeExactly $Expected
            (Receive-LanMessage).Content -replace '-.*' | Should -BeExactly $Rest
        }

        It 'refuses what is no type' {
            { Receive-LanMessage -Type Letter } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
        }
    }

    Context 'with -From' {
        BeforeEach {
            Send-Text 'bob Post b1' 'carol Post c1' 'bob DM b2' 'carol DM c2'
        }

        It 'gives those of <Given> and leaves the others' -ForEach @(
            @{ Given = 'bob'; Expected = 'b1', 'b2'; Rest = 'c1', 'c2' }
            @{ Given = 'CAROL@127.0.0.1'; Expected = 'c1', 'c2'; Rest = 'b1', 'b2' }
            @{ Given = 'b*'; Expected = 'b1', 'b2'; Rest = 'c1', 'c2' }
            @{ Given = 'bob', 'c*'; Expected = 'b1', 'c1', 'b2', 'c2'; Rest = @() }
            @{ Given = 'zoe'; Expected = @(); Rest = 'b1', 'c1', 'b2', 'c2' }
        ) {
            @(Receive-LanMessage -From $Given).Content | Should -BeExactly $Expected
            @(Receive-LanMessage).Content | Should -BeExactly $Rest
        }

        It 'takes peer objects, and a name by position' {
            $peer = Get-LanPeer bob
            (Receive-LanMessage $peer -Count 1).Content | Should -BeExactly 'b1'
            (Receive-LanMessage bob).Content | Should -BeExactly 'b2'
        }

        It 'can be combined with -Type and -Count' {
            (Receive-LanMessage -From bob -Type DM -Count 5).Content | Should -BeExactly 'b2'
            (Receive-LanMessage -From carol -Count 1).Content | Should -BeExactly 'c1'
            (Receive-LanMessage).Content | Should -BeExactly 'b1', 'c2'
        }

        It 'loses nothing to a wildcard that is none' {
            $null = Get-ErrorOf { Receive-LanMessage -From zoe, 'b[o', carol -Keep }
            $before = $session.Inbox.Count
            $failure = $null
            $got = try { @(Receive-LanMessage -From bob, 'b[o') } catch { $failure = $_ }
            @($got).Count + $session.Inbox.Count | Should -Be $before -Because "$failure"
        }
    }

    Context 'with -Count' {
        It 'gives that many and leaves the rest' {
            Send-Text 'bob Post one' 'bob Post two' 'bob Post three'
            (Receive-LanMessage -Count 2).Content | Should -BeExactly 'one', 'two'
            (Receive-LanMessage -Count 2).Content | Should -BeExactly 'three'
        }

        It 'refuses less than one' {
            { Receive-LanMessage -Count 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }
    }

    Context 'with -Timeout' {
        It 'waits for fractions of a second' {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Receive-LanMessage -Timeout 0.4 | Should -BeNullOrEmpty
            $watch.Elapsed.TotalSeconds | Should -BeGreaterOrEqual 0.39
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        }

        It 'of 0 gives what is there' {
            Send-Text 'bob Post there'
            (Receive-LanMessage -Timeout 0).Content | Should -BeExactly 'there'
        }

        It 'waits on for more until the time is up' {
            Send-Text 'bob Post first'
            $watch = [Diagnostics.Stopwatch]::StartNew()
            (Receive-LanMessage -Timeout 0.3).Content | Should -BeExactly 'first'
            $watch.Elapsed.TotalSeconds | Should -BeGreaterOrEqual 0.29
        }

        It 'waits past messages that are not wanted' {
            $shell = Open-PeerShell
            $running = Start-PeerShell $shell { param($Session) Receive-LanMessage -Session $Session -Type DM -Count 1 -Timeout 20 } $session
            Send-Text 'bob Post unwanted' 'bob Post unwanted too' 'carol Post nor this'
            Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'DM'; FROM = $bob.UserId; TO = $session.UserId; CONTENT = 'wanted' })
            (Wait-PeerShell $shell $running).Content | Should -BeExactly 'wanted'
            Close-PeerShell $shell
            (Receive-LanMessage).Count | Should -Be 3
        }

        It 'refuses <_>' -ForEach -1, ([double]::NaN), ([double]::PositiveInfinity), 1e9 {
            { Receive-LanMessage -Timeout $_ } | Should -Throw -ErrorId 'InvalidOption,*'
        }
    }

    Context 'with -Wait' {
        It 'gives each message at once, and ends with -Count' {
            $shell = Open-PeerShell
            $running = Start-PeerShell $shell { param($Session) Receive-LanMessage -Session $Session -Wait -Count 2 | ForEach-Object { "got $_" } } $session
            Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'one' })
            Wait-Until { $session.Inbox.Count -eq 0 }
            Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'two' })
            Wait-PeerShell $shell $running | Should -BeExactly 'got one', 'got two'
            Close-PeerShell $shell
        }

        It 'ends when the pipeline has enough' {
            Send-Text 'bob Post one' 'bob Post two'
            (Receive-LanMessage -Wait | Where-Object Content -EQ 'two' | Select-Object -First 1).Content | Should -BeExactly 'two'
        }

        It 'ends when the session is stopped from another runspace, with what was there' {
            $shell = Open-PeerShell
            $other = Start-LanPeer other -DiscoveryPort (Get-DiscoveryPort)
            $friend = Open-SeedPeer friend -Session $other
            Send-SeedMessage $friend -To $other ([ordered]@{ TYPE = 'POST'; USER_ID = $friend.UserId; CONTENT = 'last words' })
            $running = Start-PeerShell $shell { param($Session) Receive-LanMessage -Session $Session -Wait } $other
            Wait-Until { $other.Inbox.Count -eq 0 -and $other.Counters.Delivered -eq 1 }
            Stop-LanPeer $other
            (Wait-PeerShell $shell $running -Timeout 10).Content | Should -BeExactly 'last words'
            Close-SeedPeer $friend
            Close-PeerShell $shell
        }

        It 'is not ended by the stop of another session' {
            $shell = Open-PeerShell
            $other = Start-LanPeer other -DiscoveryPort (Get-DiscoveryPort)
            $running = Start-PeerShell $shell { param($Session) Receive-LanMessage -Session $Session -Wait -Count 1 } $session
            Stop-LanPeer $other
            Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'still listening' })
            (Wait-PeerShell $shell $running).Content | Should -BeExactly 'still listening'
            Close-PeerShell $shell
        }
    }

    Context 'before Select-Object -First' {
        It 'loses nothing' {
            Send-Text 'bob Post one' 'bob Post two' 'bob Post three'
            (Receive-LanMessage | Select-Object -First 1).Content | Should -BeExactly 'one'
            (Receive-LanMessage -Wait | Select-Object -First 1).Content | Should -BeExactly 'two'
            (Receive-LanMessage).Content | Should -BeExactly 'three'
        }

        It 'loses nothing of hundreds' {
            1..200 | ForEach-Object { Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = "$_" }) }
            Wait-Inbox $session 200
            $got = for ($i = 0; $i -lt 200; $i++) { (Receive-LanMessage | Select-Object -First 1).Content }
            $got | Should -BeExactly (1..200 | ForEach-Object { "$_" })
            $session.Inbox.Count | Should -Be 0
        }

        It 'keeps the order of the others when only some are wanted' {
            Send-Text 'bob Post p1' 'bob DM d1' 'bob DM d2' 'bob Post p2' 'bob DM d3'
            (Receive-LanMessage -Type DM | Select-Object -First 1).Content | Should -BeExactly 'd1'
            (Receive-LanMessage -Keep).Content | Should -BeExactly 'p1', 'd2', 'p2', 'd3'
            (Receive-LanMessage).Content | Should -BeExactly 'p1', 'd2', 'p2', 'd3'
        }

        It 'loses nothing when the pipeline fails' {
            Send-Text 'bob Post one' 'bob Post two' 'bob Post three'
            { Receive-LanMessage | ForEach-Object { throw "no more after $_" } } | Should -Throw 'no more after one'
            (Receive-LanMessage).Content | Should -BeExactly 'two', 'three'
        }

        It 'loses nothing when a loop is left' {
            Send-Text 'bob Post one' 'bob Post two' 'bob Post three'
            foreach ($round in 1) { Receive-LanMessage | ForEach-Object { if ("$_" -eq 'two') { break } } }
            (Receive-LanMessage).Content | Should -BeExactly 'three'
        }
    }

    Context 'in a pipeline' {
        It 'filters and projects as any other command' {
            Send-Text 'bob Post build 1 is green' 'carol Post lunch' 'bob DM build 2 is red'
            Receive-LanMessage | Where-Object Content -Match '^build (\d+) is (\w+)' | ForEach-Object { $Matches[1] + $Matches[2] } | Should -BeExactly '1green', '2red'
        }

        It 'groups and counts' {
            Send-Text 'bob Post a' 'carol Post b' 'bob DM c'
            $groups = Receive-LanMessage | Group-Object From -NoElement | Sort-Object Name
            $groups.Name | Should -BeExactly 'bob@127.0.0.1', 'carol@127.0.0.1'
            $groups | ForEach-Object Count | Should -Be 2, 1
        }

        It 'becomes JSON and CSV' {
            Send-Text 'bob Post data'
            $message = Receive-LanMessage
            $json = $message | Select-Object Type, From, Content | ConvertTo-Json -EnumsAsStrings | ConvertFrom-Json
            $json.Type, $json.From, $json.Content | Should -BeExactly 'Post', 'bob@127.0.0.1', 'data'
            ($message | Select-Object Type, From, Content | ConvertTo-Csv)[1] | Should -BeExactly '"Post","bob@127.0.0.1","data"'
        }

        It 'gives each message to one of several readers' {
            $shells = 1..3 | ForEach-Object { Open-PeerShell }
            $running = $shells | ForEach-Object { Start-PeerShell $_ { param($Session) Receive-LanMessage -Session $Session -Wait | ForEach-Object { if ("$_" -eq 'end') { break }; "$_" } } $session }
            1..60 | ForEach-Object { Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = "$_" }) }
            Wait-Until { $session.Inbox.Count -eq 0 }
            1..3 | ForEach-Object {
                Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'end' })
            }
            $got = for ($i = 0; $i -lt 3; $i++) { Wait-PeerShell $shells[$i] $running[$i] -Timeout 20 }
            $got | Sort-Object { [int] $_ } | Should -BeExactly (1..60 | ForEach-Object { "$_" })
            $shells | ForEach-Object { Close-PeerShell $_ }
        }
    }
}

Describe 'A command that waits' {
    It 'ends with its pipeline: <Name>' -ForEach @(
        @{ Name = 'Receive-LanMessage -Wait'; Script = { param($Session) Receive-LanMessage -Session $Session -Wait } }
        @{ Name = 'Receive-LanMessage -Timeout'; Script = { param($Session) Receive-LanMessage -Session $Session -Timeout 100 } }
        @{ Name = 'Receive-LanMessage -Keep -Wait'; Script = { param($Session) Receive-LanMessage -Session $Session -Keep -Wait } }
        @{ Name = 'Find-LanPeer'; Script = { param($Session) Find-LanPeer -Session $Session -Timeout 100 } }
        @{ Name = 'Find-LanPeer without a session'; Script = { param($Session) Find-LanPeer -DiscoveryPort $Session.Options.DiscoveryPort -Timeout 100 } }
        @{ Name = 'Get-LanPeer -FromNetwork'; Script = { param($Session) Get-LanPeer -Session $Session -FromNetwork -Timeout 100 } }
    ) {
        $null = Receive-LanMessage
        $shell = Open-PeerShell
        $running = Start-PeerShell $shell $Script $session
        $running.AsyncWaitHandle.WaitOne(300) | Should -BeFalse -Because 'it waits'

        # What Ctrl+C does.
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        $shell.InvocationStateInfo.State | Should -Be Stopped
        Close-PeerShell $shell
        $session.State | Should -Be Running
    }

    It 'ends when the session stops: <Name>' -ForEach @(
        @{ Name = 'Receive-LanMessage -Wait'; Script = { param($Session) Receive-LanMessage -Session $Session -Wait; 'ended' } }
        @{ Name = 'Receive-LanMessage -Timeout'; Script = { param($Session) Receive-LanMessage -Session $Session -Timeout 100; 'ended' } }
        @{ Name = 'Find-LanPeer'; Script = { param($Session) Find-LanPeer -Session $Session -Timeout 100; 'ended' } }
        @{ Name = 'Get-LanPeer -FromNetwork'; Script = { param($Session) $null = Get-LanPeer -Session $Session -FromNetwork -Timeout 100; 'ended' } }
    ) {
        $other = Start-LanPeer other -DiscoveryPort (Get-DiscoveryPort)

        # It is asked for its peers and never answers.
        $silent = Open-SeedPeer silent -Session $other
        $shell = Open-PeerShell
        $running = Start-PeerShell $shell $Script $other
        $running.AsyncWaitHandle.WaitOne(600) | Should -BeFalse -Because 'it waits'
        Stop-LanPeer $other
        Wait-PeerShell $shell $running -Timeout 10 | Should -BeExactly 'ended'
        Close-SeedPeer $silent
        Close-PeerShell $shell
    }

    It 'leaves no thread behind after many stops' -Skip:(-not $IsLinux) {
        $count = { @(Get-ChildItem /proc/self/task | ForEach-Object { Get-Content "$($_.FullName)/comm" -ErrorAction Ignore } | Where-Object { $_ -like 'LanPeer*' }).Count }
        # Two receive, one makes handshakes, one wakes when something is due.
        Wait-Until { (& $count) -eq 4 } -Because 'one session runs'
        foreach ($i in 1..10) { $null = Find-LanPeer -Network Loopback -Timeout 0.05; $null = Receive-LanMessage -Wait -Timeout 0.01 }
        $shell = Open-PeerShell
        foreach ($i in 1..10) { $null = Invoke-PeerShell $shell { param($Port) Find-LanPeer -DiscoveryPort $Port -Timeout 0.02 } $port }
        Close-PeerShell $shell
        Wait-Until { (& $count) -eq 4 } -Timeout 10
    }
}
