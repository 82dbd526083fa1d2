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
            $delivery.State | Should -Be Unconfirmed
            $delivery.Tries | Should -Be 1
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

        It 'the same with -NoWait and -Timeout' {
            (Send-LanDM bob 'no wait' -NoWait -PassThru).State | Should -Be Unconfirmed
            (Send-LanDM bob 'half a second' -Timeout 0.5 -PassThru).State | Should -Be Unconfirmed
            Receive-Text $bob 2 | Should -BeExactly 'no wait', 'half a second'
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
