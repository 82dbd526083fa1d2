[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort
    $alice = Start-LanPeer alice -DiscoveryPort $port
    $shell = Open-PeerShell
    $bob, $carol, $cora = Invoke-PeerShell $shell {
        param($Port)
        'bob', 'carol', 'cora' | ForEach-Object { Start-LanPeer $_ -DiscoveryPort $Port }
    } $port
    Wait-Meeting $alice $bob $carol $cora
    Invoke-PeerShell $shell { param($One, $Other) $One, $Other | ForEach-Object { Set-LanProfile 'Twin' -Session $_ } } $carol, $cora
    Wait-Until { @($alice.Peers.DisplayName -eq 'Twin').Count -eq 2 }
    Wait-Inbox $bob 2
    Wait-Inbox $carol
    Wait-Inbox $cora
    foreach ($session in $alice, $bob, $carol, $cora) { $null = Receive-LanMessage -Session $session }

    function Receive-Text {
        # The contents of that many messages that a session has got, and no more.
        param([object] $Session, [int] $Count = 1)

        Wait-Inbox $Session $Count
        $messages = @(Receive-LanMessage -Session $Session)
        $messages.Count | Should -Be $Count
        $messages.Content
    }
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'Send-LanDM' {
    AfterEach {
        foreach ($session in $alice, $bob, $carol, $cora) { $null = Receive-LanMessage -Session $session }
    }

    Context 'binds' {
        It 'receiver and text by position' {
            Send-LanDM bob 'lunch?' | Should -BeNullOrEmpty
            Wait-Inbox $bob
            $message = Receive-LanMessage -Session $bob
            $message.Type | Should -Be DM
            $message.From | Should -BeExactly 'alice@127.0.0.1'
            $message.To | Should -BeExactly 'bob@127.0.0.1'
            $message.Content | Should -BeExactly 'lunch?'
            $message.Trust | Should -Be New
            $carol.Inbox.Count | Should -Be 0
        }

        It 'both by name' {
            Send-LanDM -Message 'by name' -To bob
            Receive-Text $bob | Should -BeExactly 'by name'
        }

        It 'the receiver <Given>' -ForEach @(
            @{ Given = 'bob@127.0.0.1' }
            @{ Given = 'BOB' }
            @{ Given = 'b?b' }
            @{ Given = 'bob@*' }
        ) {
            Send-LanDM $Given 'hello'
            Receive-Text $bob | Should -BeExactly 'hello'
        }

        It 'strings from the pipeline, in order' {
            1..200 | ForEach-Object { "line $_" } | Send-LanDM bob
            Receive-Text $bob 200 | Should -BeExactly (1..200 | ForEach-Object { "line $_" })
        }

        It 'an array of texts' {
            Send-LanDM bob 'one', 'two'
            Receive-Text $bob 2 | Should -BeExactly 'one', 'two'
        }

        It 'several receivers' {
            Send-LanDM bob, carol 'to both'
            Receive-Text $bob | Should -BeExactly 'to both'
            Receive-Text $carol | Should -BeExactly 'to both'
            $cora.Inbox.Count | Should -Be 0
        }

        It 'a receiver once, whatever names it is given by' {
            Send-LanDM bob, 'b*', bob@127.0.0.1 'once'
            Send-LanDM bob 'marker'
            Receive-Text $bob 2 | Should -BeExactly 'once', 'marker'
        }

        It 'a peer object' {
            $peer = Get-LanPeer bob
            Send-LanDM $peer 'to an object'
            Receive-Text $bob | Should -BeExactly 'to an object'
        }

        It 'peers from the pipeline with -Message' {
            Get-LanPeer c* | Send-LanDM -Message 'to each'
            Receive-Text $carol | Should -BeExactly 'to each'
            Receive-Text $cora | Should -BeExactly 'to each'
            $bob.Inbox.Count | Should -Be 0
        }

        It 'peers as Find-LanPeer gives them' {
            Find-LanPeer -Timeout 20 -Count 3 | Where-Object Name -EQ bob | Send-LanDM -Message 'found you'
            Receive-Text $bob | Should -BeExactly 'found you'
        }

        It 'a profile from the pipeline' {
            Get-LanProfile carol | Send-LanDM -Message 'nice profile'
            Receive-Text $carol | Should -BeExactly 'nice profile'
        }

        It 'peers from the pipeline with a script block for the text' {
            Get-LanPeer c* | Send-LanDM -Message { "hello $($_.Name)" }
            Receive-Text $carol | Should -BeExactly 'hello carol'
            Receive-Text $cora | Should -BeExactly 'hello cora'
        }

        It 'objects with To and Message, such as rows of a CSV' {
            @'
To,Message
bob,"first, with a comma"
carol,second
'@ | ConvertFrom-Csv | Send-LanDM
            Receive-Text $bob | Should -BeExactly 'first, with a comma'
            Receive-Text $carol | Should -BeExactly 'second'
        }

        It 'objects with UserId and Message' {
            [pscustomobject]@{ UserId = 'bob@127.0.0.1'; Message = 'by id' } | Send-LanDM
            Receive-Text $bob | Should -BeExactly 'by id'
        }

        It 'a wildcard to all it matches' {
            Send-LanDM 'co*', 'car*' 'to the Cs'
            Receive-Text $carol | Should -BeExactly 'to the Cs'
            Receive-Text $cora | Should -BeExactly 'to the Cs'
        }

        It 'a display name with a wildcard to all who have it' {
            Send-LanDM 'Twin*' 'both of you'
            Receive-Text $carol | Should -BeExactly 'both of you'
            Receive-Text $cora | Should -BeExactly 'both of you'
        }
    }

    Context 'answers' {
        BeforeEach {
            Send-LanDM alice "question$([char] 7)`nof two lines" -Session $bob
            Wait-Inbox $alice
            $question = Receive-LanMessage
        }

        It 'with -InReplyTo' {
            Send-LanDM -InReplyTo $question -Message 'answer'
            Receive-Text $bob | Should -BeExactly 'answer'
        }

        It 'messages from the pipeline with -Message' {
            $question | Send-LanDM -Message 'answer'
            Receive-Text $bob | Should -BeExactly 'answer'
        }

        It 'each as it comes, in a pipeline of its own' {
            'one', 'two' | Send-LanDM alice -Session $bob
            Receive-LanMessage -Timeout 20 -Count 2 | ForEach-Object { Send-LanDM -InReplyTo $_ -Message "re: $_" }
            Receive-Text $bob 2 | Should -BeExactly 're: one', 're: two'
        }

        It 'with a script block for the text' {
            $question | Send-LanDM -Message { "you asked: $($_.GetRawContent())" }
            Wait-Inbox $bob
            (Receive-LanMessage -Session $bob).GetRawContent() | Should -BeExactly "you asked: question$([char] 7)`nof two lines"
        }

        It 'or passes it on to another, exactly' {
            $question | Send-LanDM carol
            Wait-Inbox $carol
            $copy = Receive-LanMessage -Session $carol
            $copy.GetRawContent() | Should -BeExactly $question.GetRawContent()
            $copy.From | Should -BeExactly 'alice@127.0.0.1'
            $bob.Inbox.Count | Should -Be 0
        }
    }

    Context 'gives' {
        It 'a delivery with -PassThru' {
            $delivery = Send-LanDM bob 'counted' -PassThru
            $delivery | Should -BeOfType LanPeer.LanDelivery
            $delivery.To | Should -BeExactly 'bob@127.0.0.1'
            $delivery.State | Should -Be Delivered
            $delivery.Tries | Should -BeGreaterThan 0
            $delivery.RoundTrip | Should -BeGreaterThan ([timespan]::Zero)
            $delivery.Reason | Should -BeExactly ''
            Wait-Inbox $bob
            (Receive-LanMessage -Session $bob).MessageId | Should -BeExactly $delivery.MessageId
        }

        It 'a delivery for each text and receiver' {
            $deliveries = 'one', 'two' | Send-LanDM bob, carol -PassThru
            $deliveries.To | Should -BeExactly 'bob@127.0.0.1', 'carol@127.0.0.1', 'bob@127.0.0.1', 'carol@127.0.0.1'
            Receive-Text $bob 2 | Should -BeExactly 'one', 'two'
            Receive-Text $carol 2 | Should -BeExactly 'one', 'two'
        }

        It 'an unconfirmed delivery of a peer that gives no receipts, with -NoWait, too' {
            $seed = Open-SeedPeer sid -Session $alice
            foreach ($delivery in (Send-LanDM sid 'one' -PassThru), (Send-LanDM sid 'two' -NoWait -PassThru)) {
                $delivery.State | Should -Be Unconfirmed
                $delivery.Tries | Should -Be 1
                $delivery.RoundTrip | Should -BeNullOrEmpty
                $delivery.Reason | Should -BeExactly ''
            }

            (Receive-Datagram -Socket $seed.Socket -Type DM).CONTENT | Should -BeExactly 'one'
            (Receive-Datagram -Socket $seed.Socket -Type DM).CONTENT | Should -BeExactly 'two'
            Close-SeedPeer $seed
        }

        It 'the delivery of a peer that gives receipts with -Timeout, and with -NoWait at most what is known at once' {
            (Send-LanDM bob 'half a minute' -Timeout 30 -PassThru).State | Should -Be Delivered
            Send-LanDM bob 'no wait' -NoWait -PassThru | ForEach-Object { $_.State | Should -Be Delivered }
            Receive-Text $bob 2 | Should -BeExactly 'half a minute', 'no wait'
        }

        It 'the deliveries in the order of sending, as they come' {
            $told = [Collections.Generic.List[string]]::new()
            1..3 | ForEach-Object { $told.Add("line $_"); "line $_"; if ($_ -lt 3) { Wait-Inbox $bob $_; Start-Sleep -Milliseconds 100 } } |
                Send-LanDM bob -PassThru | ForEach-Object { $told.Add("$($_.State)") }
            # A receipt that is there already is told before the next line is taken, or right behind it.
            $told.Count | Should -Be 6
            $told[0] | Should -BeExactly 'line 1'
            $told.IndexOf('Delivered') | Should -BeLessThan $told.IndexOf('line 3')
            $told | Where-Object { $_ -like 'line *' } | Should -BeExactly 'line 1', 'line 2', 'line 3'
            Receive-Text $bob 3 | Should -BeExactly 'line 1', 'line 2', 'line 3'
        }

        It 'nothing with -WhatIf, and sends nothing' {
            Send-LanDM bob 'never' -WhatIf -PassThru | Should -BeNullOrEmpty
            Send-LanDM bob 'marker'
            Receive-Text $bob | Should -BeExactly 'marker'
        }
    }

    Context 'refuses' {
        It 'a name nobody has, and sends to the others' {
            Send-LanDM bob, zoe, carol 'hello' -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures.Count | Should -Be 1
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'PeerNotFound,*'
            $failures[0].CategoryInfo.Category | Should -Be ObjectNotFound
            $failures[0].TargetObject | Should -BeExactly 'zoe'
            $failures[0].ErrorDetails.RecommendedAction | Should -Match 'bob@127\.0\.0\.1'
            Receive-Text $bob | Should -BeExactly 'hello'
            Receive-Text $carol | Should -BeExactly 'hello'
        }

        It 'a wildcard that matches nobody' {
            { Send-LanDM 'z*' 'hello' -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound,*'
        }

        It 'a display name of two, and lists both' {
            $failure = Get-ErrorOf { Send-LanDM Twin 'which one?' }
            $failure.FullyQualifiedErrorId | Should -BeLike 'AmbiguousPeer,*'
            $failure.CategoryInfo.Category | Should -Be InvalidArgument
            $failure.TargetObject | Should -BeExactly 'Twin'
            "$failure" | Should -Match 'carol@127\.0\.0\.1'
            "$failure" | Should -Match 'cora@127\.0\.0\.1'
            $carol.Inbox.Count + $cora.Inbox.Count | Should -Be 0
        }

        It 'itself' {
            { Send-LanDM alice 'me?' -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound,*'
        }

        It 'an empty text, and sends the others' {
            'before', '', 'after' | Send-LanDM bob -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures.FullyQualifiedErrorId | Should -BeLike 'EmptyMessage,*'
            Receive-Text $bob 2 | Should -BeExactly 'before', 'after'
        }

        It 'a peer in the place of the text: <Shown>' -ForEach @(
            @{ Shown = 'by position'; Script = { Send-LanDM bob (Get-LanPeer bob) } }
            @{ Shown = 'by name'; Script = { Send-LanDM bob -Message (Get-LanPeer bob) } }
            @{ Shown = 'among texts'; Script = { Send-LanDM bob @('text', (Get-LanPeer bob)) } }
            @{ Shown = 'from the pipeline, with the text by position'; Script = { Get-LanPeer bob | Send-LanDM 'hello' } }
            @{ Shown = 'a profile'; Script = { Send-LanDM bob (Get-LanProfile carol) } }
            @{ Shown = 'a session'; Script = { Send-LanDM bob $alice } }
        ) {
            $failure = Get-ErrorOf $Script
            $failure.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
            "$failure" | Should -Match 'A peer is no text'
            Send-LanDM bob 'marker'
            Receive-Text $bob | Should -BeExactly 'marker'
        }

        It 'a negative -Timeout before anything is sent' {
            { Send-LanDM bob 'never' -Timeout -1 } | Should -Throw -ErrorId 'InvalidOption,*'
            Send-LanDM bob 'marker'
            Receive-Text $bob | Should -BeExactly 'marker'
        }

        It 'a text of more than 1 MiB, and sends the others' {
            'before', ('x' * 1048577), 'after' | Send-LanDM bob -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures.FullyQualifiedErrorId | Should -BeLike 'MessageTooLarge,*'
            $failures[0].CategoryInfo.Category | Should -Be LimitsExceeded
            Receive-Text $bob 2 | Should -BeExactly 'before', 'after'
        }

        It 'a peer that is blocked here' {
            $foe = Start-LanPeer foe -DiscoveryPort $port -Ephemeral
            Wait-Meeting $alice $foe
            $peer = Get-LanPeer foe
            Block-LanPeer foe
            foreach ($script in { Send-LanDM foe 'hello' }, { Send-LanDM $peer 'hello' }, { Send-LanDM $foe.PeerId 'hello' }) {
                $failure = Get-ErrorOf $script
                $failure.FullyQualifiedErrorId | Should -BeLike 'DeliveryRefused,*'
                $failure.CategoryInfo.Category | Should -Be PermissionDenied
                $failure.ErrorDetails.RecommendedAction | Should -Match "Unblock-LanPeer $($foe.PeerId)"
            }

            { Send-LanDM 'fo*' 'hello' -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound,*'
            Receive-LanMessage -Session $foe -Type DM | Should -BeNullOrEmpty
            Stop-LanPeer $foe
        }

        It 'to work without a session' {
            $stranger = Open-PeerShell
            { Invoke-PeerShell $stranger { Send-LanDM bob 'hello' } } | Should -Throw -ErrorId 'NoSession,*'
            Close-PeerShell $stranger
        }

        It 'a peer that has gone in the meantime' {
            $gone = Start-LanPeer gone -DiscoveryPort $port
            Wait-Until { $alice.Peers.Name -contains 'gone' }
            $peer = Get-LanPeer gone
            Stop-LanPeer $gone
            Wait-Until { $alice.Peers.Name -notcontains 'gone' }
            { Send-LanDM $peer 'still there?' -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound,*'
        }
    }

    It 'carries ten thousand lines of a pipeline, complete, in order, once' {
        # With a reader, as room in the inbox is kept for other senders, too.
        $running = Start-PeerShell $shell { param($Session) Receive-LanMessage -Session $Session -Count 10000 -Timeout 120 } $bob
        $deliveries = 1..10000 | Send-LanDM bob -Timeout 60 -PassThru
        $deliveries.Count | Should -Be 10000
        @($deliveries.State | Sort-Object -Unique) | Should -BeExactly ([LanPeer.LanDeliveryState]::Delivered)
        $messages = Wait-PeerShell $shell $running -Timeout 120
        $messages.Content -join ' ' | Should -BeExactly (1..10000 -join ' ')
        $messages.MessageId -join ' ' | Should -BeExactly ($deliveries.MessageId -join ' ')
        $bob.Inbox.Count | Should -Be 0
    }

    It 'carries 200,000 characters exactly' {
        $text = -join (1..20000 | ForEach-Object { '{0:d5} {1}{2}' -f $_, [char] (0xC0 + $_ % 60), "語`n " })
        $text.Length | Should -Be 200000
        Send-LanDM bob $text
        Wait-Inbox $bob
        (Receive-LanMessage -Session $bob).GetRawContent() | Should -BeExactly $text
    }

    It 'is read by nobody else' {
        $before = $carol.Counters.Received
        1..20 | Send-LanDM bob
        $null = Receive-Text $bob 20
        Send-LanDM carol 'marker'
        Receive-Text $carol | Should -BeExactly 'marker'
        $carol.Counters.Received - $before | Should -BeLessThan 20
    }

    It 'goes both ways between processes' {
        $far = Open-PeerProcess far -DiscoveryPort $port
        Wait-Until { $alice.Peers.Name -contains 'far' }
        Send-LanDM far "ping 🏓`nsecond line"
        Invoke-PeerProcess $far {
            $question = Receive-LanMessage -Timeout 20 -Count 1 -Type DM
            $question | Send-LanDM -Message "pong: $($question.Content)"
        }
        Wait-Inbox $alice
        (Receive-LanMessage).Content | Should -BeExactly "pong: ping 🏓`nsecond line"
        Close-PeerProcess $far
        Wait-Until { $alice.Peers.Name -notcontains 'far' }
    }
}

Describe 'Send-LanDM to a peer whose process was killed' {
    BeforeAll {
        function Open-Victim {
            # A peer that was there a moment ago.
            param([string] $Name)

            $victim = Open-PeerProcess $Name -DiscoveryPort $port
            Wait-Until { $alice.Peers.Name -contains $Name }
            Send-LanDM $Name 'are you there?' -Timeout 30 -ErrorAction Stop
            Close-PeerProcess $victim -Kill
            $victim
        }
    }

    It 'is an error when the time is up, in $? and for -PassThru, too' {
        $victim = Open-Victim victim1
        $delivery = Send-LanDM victim1 'hello' -Timeout 0.5 -PassThru -ErrorAction SilentlyContinue -ErrorVariable failures
        $? | Should -BeFalse
        $failures.Count | Should -Be 1
        $failures[0].Exception.ErrorId | Should -BeIn 'DeliveryUnknown', 'SendFailed'
        $failures[0].TargetObject | Should -BeExactly $victim.UserId
        $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $delivery.State | Should -BeIn 'Unknown', 'Failed'
        $delivery.Reason | Should -Not -BeNullOrEmpty
    }

    It 'stops a script that asks for it' {
        $null = Open-Victim victim2
        $after = $false
        $id = try { Send-LanDM victim2 'hello' -Timeout 0.5 -ErrorAction Stop; $after = $true } catch { $_.Exception.ErrorId }
        $id | Should -BeIn 'DeliveryUnknown', 'SendFailed'
        $after | Should -BeFalse
    }
}

Describe 'Send-LanDM to a peer whose inbox is full' {
    BeforeAll {
        $waiting = Open-PeerShell
    }

    BeforeEach {
        $there = Get-DiscoveryPort
        $dan = Start-LanPeer dan -DiscoveryPort $there -Ephemeral
        $full = [LanPeer.LanSession]::Start([LanPeer.LanPeerOptions] @{ Name = 'full'; DiscoveryPort = $there; Network = 'Loopback'; Ephemeral = $true; InboxCapacity = 16 })
        Wait-Meeting $dan $full
        1..16 | Send-LanDM full -Session $dan -Timeout 30 -ErrorAction Stop
    }

    AfterEach {
        # The receiver first: it leaves, and nothing waits for it any more.
        $full, $dan | ForEach-Object Dispose
    }

    It 'is an error when the time is up, and the message is not there' {
        $failure = Get-ErrorOf { Send-LanDM full 'more' -Session $dan -Timeout 0.5 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'SendFailed,*'
        $failure.CategoryInfo.Category | Should -Be ConnectionError
        "$failure" | Should -BeExactly 'Not delivered to full@127.0.0.1: Its inbox has no room.'
        (Receive-LanMessage -Session $full).Content | Should -BeExactly (1..16 | ForEach-Object { "$_" })
    }

    It 'goes on as soon as the receiver has room' {
        $running = Start-PeerShell $waiting { param($Session) 17..40 | Send-LanDM full -Session $Session -Timeout 60 -PassThru } $dan
        (Receive-LanMessage -Session $full -Count 40 -Timeout 60).Content | Should -BeExactly (1..40 | ForEach-Object { "$_" })
        (Wait-PeerShell $waiting $running).State | Sort-Object -Unique | Should -Be Delivered
    }

    It 'comes back at once with -NoWait, and the message goes on' {
        Send-LanDM full '17' -Session $dan -NoWait -PassThru | Should -BeNullOrEmpty
        $full.Inbox.Count | Should -Be 16
        (Receive-LanMessage -Session $full -Count 17 -Timeout 60).Content | Should -BeExactly (1..17 | ForEach-Object { "$_" })
    }

    It 'ends with Ctrl+C, and the message goes on' {
        $running = Start-PeerShell $waiting { param($Session) '17' | Send-LanDM full -Session $Session -Timeout 600 } $dan
        $running.AsyncWaitHandle.WaitOne(300) | Should -BeFalse
        $waiting.Stop()
        $running.AsyncWaitHandle.WaitOne(20000) | Should -BeTrue
        $waiting.InvocationStateInfo.State | Should -Be Stopped
        (Receive-LanMessage -Session $full -Count 17 -Timeout 60).Content | Should -BeExactly (1..17 | ForEach-Object { "$_" })
    }

    It 'ends with Select-Object -First' {
        $null = Receive-LanMessage -Session $full -Count 8
        (17..60 | Send-LanDM full -Session $dan -Timeout 600 -PassThru | Select-Object -First 1).State | Should -Be Delivered
        (Receive-LanMessage -Session $full -Count 9 -Timeout 60).Content | Should -BeExactly (9..17 | ForEach-Object { "$_" })
    }

    It 'ends with its session, and says what became of it' {
        $running = Start-PeerShell $waiting { param($Session) Send-LanDM full '17' -Session $Session -Timeout 600 -ErrorAction SilentlyContinue -ErrorVariable failures; $failures.Exception } $dan
        $running.AsyncWaitHandle.WaitOne(300) | Should -BeFalse
        Stop-LanPeer $dan
        $failure = Wait-PeerShell $waiting $running
        $failure.ErrorId | Should -BeExactly 'SendFailed'
        $failure.Message | Should -Match 'This session was stopped'
    }
}
