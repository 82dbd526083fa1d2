[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeDiscovery {
    # As scripts: a report in XML has no place for control characters and halves of pairs.
    $texts = @(
        @{ Shown = 'plain'; Text = { 'hello' } }
        @{ Shown = 'blanks around it'; Text = { '  hello  ' } }
        @{ Shown = 'colons'; Text = { 'TO:bob@127.0.0.1 a:b::c' } }
        @{ Shown = 'one line break'; Text = { "one`ntwo" } }
        @{ Shown = 'Windows line breaks'; Text = { "one`r`ntwo`r`n" } }
        @{ Shown = 'a lone carriage return'; Text = { "one`rtwo" } }
        @{ Shown = 'line breaks at both ends'; Text = { "`n`nhello`n`n" } }
        @{ Shown = 'only a line break'; Text = { "`n" } }
        @{ Shown = 'backslashes'; Text = { 'C:\new\reports \\ \r\n' } }
        @{ Shown = 'backslashes and a line break'; Text = { "C:\new`n\n \\" } }
        @{ Shown = 'fields of the wire format'; Text = { "hi`nUSER_ID:mallory@6.6.6.6`n`nTYPE:DM`nTO:x" } }
        @{ Shown = 'a NUL'; Text = { "a`0b" } }
        @{ Shown = 'tabs'; Text = { "a`tb" } }
        @{ Shown = 'umlauts and scripts'; Text = { 'Grüße, Привет, שלום, こんにちは' } }
        @{ Shown = 'emoji of several code points'; Text = { '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪' } }
        @{ Shown = 'combining marks'; Text = { "e$([char] 0x301) n$([char] 0x303)" } }
        @{ Shown = 'terminal commands'; Text = { "`e[2J`e]0;owned`a" } }
        @{ Shown = 'right-to-left overrides'; Text = { "abc$([char] 0x202E)txt.exe" } }
        @{ Shown = 'a byte order mark in front'; Text = { "$([char] 0xFEFF)hello" } }
        @{ Shown = '60,000 letters'; Text = { 'x' * 60000 } }
        @{ Shown = '20,000 three-byte letters'; Text = { '語' * 20000 } }
        @{ Shown = '700,000 letters'; Text = { 'y' * 700000 } }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort
    $alice = Start-LanPeer alice -DiscoveryPort $port
    $shell = Open-PeerShell
    $bob, $carol = Invoke-PeerShell $shell { param($Port) 'bob', 'carol' | ForEach-Object { Start-LanPeer $_ -DiscoveryPort $Port } } $port
    Wait-Meeting $alice $bob $carol

    function Receive-All {
        # What both receivers have got, and nothing else than that.
        param([int] $Count = 1)

        Wait-Inbox $bob $Count
        Wait-Inbox $carol $Count
        $first = @(Receive-LanMessage -Session $bob)
        $second = @(Receive-LanMessage -Session $carol)
        $first.Count | Should -Be $Count
        $second.Count | Should -Be $Count
        $second.MessageId | Should -BeExactly $first.MessageId
        $first
    }
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'Send-LanPost' {
    AfterEach {
        foreach ($session in $alice, $bob, $carol) { $null = Receive-LanMessage -Session $session }
    }

    It 'reaches everyone who is here' {
        $before = (Get-Date).AddSeconds(-2)
        Send-LanPost 'build 214 is green' | Should -BeNullOrEmpty
        $message = Receive-All
        $message | Should -BeOfType LanPeer.LanMessage
        $message.Type | Should -Be Post
        $message.From | Should -BeExactly 'alice@127.0.0.1'
        $message.FromPeer.Name | Should -BeExactly 'alice'
        $message.To | Should -BeExactly ''
        $message.Content | Should -BeExactly 'build 214 is green'
        "$message" | Should -BeExactly 'build 214 is green'
        $message.Data | Should -BeNullOrEmpty
        $message.MessageId | Should -Match '^[0-9a-f]{16}$'
        $message.Trust | Should -Be New
        $message.Timestamp | Should -BeGreaterThan $before
        $message.ReceivedAt | Should -BeGreaterThan $before
        $message.ReceivedAt | Should -BeLessOrEqual (Get-Date)
    }

    It 'does not come back to its author' {
        Send-LanPost 'echo?'
        $null = Receive-All
        $alice.Inbox.Count | Should -Be 0
    }

    It 'sends each string of the pipeline, in order' {
        1..50 | ForEach-Object { "line $_" } | Send-LanPost
        (Receive-All 50).Content | Should -BeExactly (1..50 | ForEach-Object { "line $_" })
    }

    It 'sends each string of an array' {
        Send-LanPost 'one', 'two'
        (Receive-All 2).Content | Should -BeExactly 'one', 'two'
    }

    It 'sends the text of other objects' {
        1, [timespan]::FromMinutes(1) | Send-LanPost
        (Receive-All 2).Content | Should -BeExactly '1', '00:01:00'
    }

    It 'sends an object as the text that shows it' {
        [pscustomobject]@{ Job = 'nightly' } | Send-LanPost
        (Receive-All).Content | Should -BeExactly "Job`n---`nnightly"
    }

    It 'binds to a property named Message' {
        [pscustomobject]@{ Message = 'by property'; Level = 3 } | Send-LanPost
        (Receive-All).Content | Should -BeExactly 'by property'
    }

    It 'binds to a script block' {
        [pscustomobject]@{ Job = 'nightly'; State = 'green' } | Send-LanPost -Message { "$($_.Job) is $($_.State)" }
        (Receive-All).Content | Should -BeExactly 'nightly is green'
    }

    It 'carries exactly: <Shown>' -ForEach $texts {
        $sent = & $Text
        Send-LanPost $sent
        (Receive-All).GetRawContent() | Should -BeExactly $sent
    }

    It 'passes a received message on exactly as it was sent' {
        $text = "one`ntwo $([char] 27)[2J"
        Send-LanPost $text -Session $bob
        Wait-Inbox $alice
        Wait-Inbox $carol
        $message = Receive-LanMessage -Session $alice
        $null = Receive-LanMessage -Session $carol
        $message | Send-LanPost
        Send-LanPost $message
        Send-LanPost $message, $message
        foreach ($copy in Receive-All 4) { $copy.GetRawContent() | Should -BeExactly $text }
    }

    It 'gives a delivery for each receiver with -PassThru' {
        $deliveries = Send-LanPost 'counted' -PassThru
        $deliveries | ForEach-Object { $_ | Should -BeOfType LanPeer.LanDelivery }
        $deliveries.To | Sort-Object | Should -BeExactly 'bob@127.0.0.1', 'carol@127.0.0.1'
        $deliveries.State | Should -Be Delivered, Delivered
        $deliveries.RoundTrip | ForEach-Object { $_ | Should -BeGreaterThan ([timespan]::Zero) }
        $deliveries.Reason | Should -BeExactly '', ''
        $message = Receive-All
        $deliveries.MessageId | Sort-Object -Unique | Should -BeExactly $message.MessageId
    }

    It 'is in all inboxes when it comes back with -Wait' {
        Send-LanPost 'waited for' -Wait | Should -BeNullOrEmpty
        $bob.Inbox.Count, $carol.Inbox.Count | Should -Be 1, 1
        (Receive-All).Content | Should -BeExactly 'waited for'
    }

    It 'gives the deliveries of a pipeline with -Wait -PassThru, in its order' {
        $deliveries = 1..1500 | Send-LanPost -Wait -PassThru -Timeout 60
        $deliveries.Count | Should -Be 3000
        @($deliveries.State | Sort-Object -Unique) | Should -BeExactly ([LanPeer.LanDeliveryState]::Delivered)
        $messages = Receive-All 1500
        $messages.Content -join ' ' | Should -BeExactly (1..1500 -join ' ')
        ($deliveries | Where-Object To -Like 'bob@*').MessageId -join ' ' | Should -BeExactly ($messages.MessageId -join ' ')
    }

    It 'sends nothing with -WhatIf' {
        Send-LanPost 'never' -WhatIf
        Send-LanPost 'marker'
        (Receive-All).Content | Should -BeExactly 'marker'
    }

    It 'uses the session it is given' {
        Send-LanPost 'from bob' -Session $bob
        Wait-Inbox $alice
        Wait-Inbox $carol
        (Receive-LanMessage).From | Should -BeExactly 'bob@127.0.0.1'
    }

    It 'refuses <Shown> and goes on with the next' -ForEach @(
        @{ Shown = 'an empty text'; Text = { '' }; Id = 'EmptyMessage'; Category = 'InvalidData' }
        @{ Shown = 'no text'; Text = { $null }; Id = 'EmptyMessage'; Category = 'InvalidData' }
        @{ Shown = 'half a surrogate pair'; Text = { "x$([char] 0xD83D)y" }; Id = 'InvalidText'; Category = 'InvalidData' }
        @{ Shown = 'more than 1 MiB'; Text = { 'x' * 1048577 }; Id = 'MessageTooLarge'; Category = 'LimitsExceeded' }
        @{ Shown = 'more than 1 MiB once its line breaks are escaped'; Text = { "`n" * 524289 }; Id = 'MessageTooLarge'; Category = 'LimitsExceeded' }
    ) {
        'before', (& $Text), 'after' | Send-LanPost -ErrorAction SilentlyContinue -ErrorVariable failures
        (Receive-All 2).Content | Should -BeExactly 'before', 'after'
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failures[0].CategoryInfo.Category | Should -Be $Category
        $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'refuses <Shown> in the place of a text' -ForEach @(
        @{ Shown = 'a peer'; Argument = { Get-LanPeer bob } }
        @{ Shown = 'a session'; Argument = { $alice } }
        @{ Shown = 'an array with a peer'; Argument = { , @((Get-LanPeer bob), 'text') } }
        @{ Shown = 'the peers of a session'; Argument = { , $alice.Peers } }
    ) {
        $value = & $Argument
        { Send-LanPost $value -ErrorAction Stop } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        Send-LanPost 'marker'
        (Receive-All).Content | Should -BeExactly 'marker'
    }

    It 'refuses peers from the pipeline' {
        Get-LanPeer | Send-LanPost -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures.Count | Should -Be 2
        Send-LanPost 'marker'
        (Receive-All).Content | Should -BeExactly 'marker'
    }

    It 'arrives once for each of many at once, in order from each sender' {
        $module = Get-LanPeerModulePath
        $alice, $carol | ForEach-Object -Parallel {
            Import-Module $using:module
            $session = $_
            1..100 | ForEach-Object { "$($session.Name) $_" } | Send-LanPost -Session $session
        }
        Wait-Inbox $bob 200
        $messages = Receive-LanMessage -Session $bob
        $messages.Count | Should -Be 200
        ($messages | Where-Object From -Like 'alice*').Content | Should -BeExactly (1..100 | ForEach-Object { "alice $_" })
        ($messages | Where-Object From -Like 'carol*').Content | Should -BeExactly (1..100 | ForEach-Object { "carol $_" })
    }

    It 'reaches a peer in another process' {
        $far = Open-PeerProcess far -DiscoveryPort $port
        Wait-Until { $alice.Peers.Name -contains 'far' }
        Send-LanPost "Grüße 👋`nin two lines"
        Invoke-PeerProcess $far { (Receive-LanMessage -Timeout 20 -Count 1).Content } | Should -BeExactly "Grüße 👋`nin two lines"
        Close-PeerProcess $far
        Wait-Until { $alice.Peers.Name -notcontains 'far' }
    }
}

Describe 'Send-LanPost to peers of all kinds' {
    BeforeEach {
        $there = Get-DiscoveryPort
        $dan = Start-LanPeer dan -DiscoveryPort $there -Ephemeral
        $small, $large = foreach ($capacity in 16, 100) {
            [LanPeer.LanSession]::Start([LanPeer.LanPeerOptions] @{ Name = "has$capacity"; DiscoveryPort = $there; Network = 'Loopback'; Ephemeral = $true; InboxCapacity = $capacity })
        }

        Wait-Meeting $dan $small $large
    }

    AfterEach {
        $small, $large, $dan | ForEach-Object Dispose
    }

    It 'takes one that gives no receipts for no failure, and one that cannot read it for one' {
        $seed = Open-SeedPeer sid -Session $dan
        $deliveries = Send-LanPost 'to all kinds' -Session $dan -PassThru -ErrorAction Stop
        $deliveries | ForEach-Object { "$_" } | Sort-Object | Should -BeExactly 'Delivered: has100@127.0.0.1', 'Delivered: has16@127.0.0.1', 'Unconfirmed: sid@127.0.0.1'
        Send-LanPost ('x' * 70000) -Session $dan -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures.Exception.ErrorId | Should -BeExactly 'SendFailed'
        $failures[0].TargetObject | Should -BeExactly $seed.UserId
        Wait-Inbox $large 2
        (Receive-LanMessage -Session $large).Content | ForEach-Object Length | Should -Be 12, 70000
        Close-SeedPeer $seed
    }

    It 'errs with -Wait on those who did not get it, and only on those' {
        1..40 | Send-LanPost -Session $dan -Wait -Timeout 2 -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures.Count | Should -Be (40 - $small.Inbox.Count)
        $failures.Count | Should -BeGreaterThan 0
        $failures.Exception.ErrorId | Sort-Object -Unique | Should -BeExactly 'SendFailed'
        $failures.TargetObject | Sort-Object -Unique | Should -BeExactly 'has16@127.0.0.1'
        $large.Inbox.Count | Should -Be 40
    }

    It 'comes back without -Wait, whoever has no room' {
        1..40 | Send-LanPost -Session $dan -ErrorAction Stop
        Wait-Inbox $large 40
        (Receive-LanMessage -Session $small -Count 40 -Timeout 60).Content -join ' ' | Should -BeExactly (1..40 -join ' ')
    }
}

Describe 'Send-LanPost with nobody there' {
    It 'warns, once for a whole pipeline' {
        $lonely = Start-LanPeer lonely -DiscoveryPort (Get-DiscoveryPort)
        'one', 'two', 'three' | Send-LanPost -Session $lonely -WarningAction SilentlyContinue -WarningVariable warnings
        $warnings.Count | Should -Be 1
        "$warnings" | Should -Match 'nobody got this'
        Stop-LanPeer $lonely
    }

    It 'refuses a text of more than 1 MiB all the same' {
        $lonely = Start-LanPeer lonely -DiscoveryPort (Get-DiscoveryPort)
        { Send-LanPost ('x' * 1048577) -Session $lonely -ErrorAction Stop } | Should -Throw -ErrorId 'MessageTooLarge,*'
        Stop-LanPeer $lonely
    }
}

Describe 'A script that posts and ends' {
    It 'loses nothing: <Shown>' -ForEach @(
        @{ Shown = 'with Stop-LanPeer'; End = 'Stop-LanPeer; exit 7' }
        @{ Shown = 'by exit alone'; End = 'exit 7' }
        @{ Shown = 'at its last line'; End = '' }
        @{ Shown = 'with [Environment]::Exit'; End = '[Environment]::Exit(7)' }
    ) {
        $there = Get-DiscoveryPort
        $sessions = 1..3 | ForEach-Object { Start-LanPeer "reader$_" -DiscoveryPort $there -Ephemeral }
        Wait-Meeting @sessions
        $script = Join-Path $TestDrive 'once.ps1'
        @"
Import-Module '$(Get-LanPeerModulePath)'
`$null = Start-LanPeer once -DiscoveryPort $there -Ephemeral
`$null = Find-LanPeer -Count 3 -Timeout 60
Send-LanPost 'one and only'
Send-LanDM reader2 ('y' * 100000) -NoWait
$End
"@ | Set-Content $script
        & (Join-Path $PSHOME 'pwsh') -NoProfile -NonInteractive -File $script | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be ($End ? 7 : 0)
        foreach ($session in $sessions) { (Receive-LanMessage -Session $session -Type Post).Content | Should -BeExactly 'one and only' }
        (Receive-LanMessage -Session $sessions[1] -Type DM).Content.Length | Should -Be 100000
        $sessions | Stop-LanPeer
    }
}
