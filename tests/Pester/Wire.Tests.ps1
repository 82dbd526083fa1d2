[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeDiscovery {
    $junk = @(
        @{ Shown = 'an empty datagram'; Content = [byte[]] @(); Reason = 'Empty' }
        @{ Shown = 'what the seed''s tool broadcasts'; Content = 'BROADCAST_TEST'; Reason = 'NoType' }
        @{ Shown = 'JSON'; Content = '{"TYPE": "POST"}'; Reason = 'NoType' }
        @{ Shown = 'line breaks only'; Content = "`n`n`n"; Reason = 'NoType' }
        @{ Shown = 'HTTP'; Content = "GET / HTTP/1.1`r`nHost: x`r`n`r`n"; Reason = 'NoType' }
        @{ Shown = 'bytes that are no UTF-8'; Content = [byte[]] (0x54, 0x59, 0x50, 0x45, 0x3A, 0xC3, 0x28); Reason = 'NotText' }
        @{ Shown = '60,000 zeros'; Content = [byte[]]::new(60000); Reason = 'NoType' }
        @{ Shown = 'a type nobody knows'; Content = "TYPE:BANANA`nUSER_ID:bob@127.0.0.1`n`n"; Reason = 'UnknownType' }
        @{ Shown = 'a type of the seed''s later version'; Content = "TYPE:REVOKE`nUSER_ID:bob@127.0.0.1`n`n"; Reason = 'UnknownType' }
        @{ Shown = 'a post of nobody'; Content = "TYPE:POST`nCONTENT:hi`n`n"; Reason = 'MissingSender' }
        @{ Shown = 'a post of an empty sender'; Content = "TYPE:POST`nUSER_ID:`nCONTENT:hi`n`n"; Reason = 'MissingSender' }
        @{ Shown = 'a direct message of nobody'; Content = "TYPE:DM`nTO:receiver@127.0.0.1`nCONTENT:hi`n`n"; Reason = 'MissingSender' }
        @{ Shown = 'a direct message to nobody'; Content = "TYPE:DM`nFROM:bob@127.0.0.1`nCONTENT:hi`n`n"; Reason = 'MissingRecipient' }
        @{ Shown = 'a sender that is no user id'; Content = "TYPE:POST`nUSER_ID:bob`nCONTENT:hi`n`n"; Reason = 'BadUserId' }
        @{ Shown = 'a sender of 200 letters'; Content = "TYPE:POST`nUSER_ID:$('b' * 200)@127.0.0.1`nCONTENT:hi`n`n"; Reason = 'BadUserId' }
        @{ Shown = 'two senders'; Content = "TYPE:POST`nUSER_ID:bob@127.0.0.1`nUSER_ID:eve@127.0.0.1`nCONTENT:hi`n`n"; Reason = 'ConflictingFields' }
        @{ Shown = 'two types'; Content = "TYPE:POST`nTYPE:DM`nUSER_ID:bob@127.0.0.1`nCONTENT:hi`n`n"; Reason = 'ConflictingFields' }
        @{ Shown = 'a message id with blanks'; Content = "TYPE:POST`nUSER_ID:bob@127.0.0.1`nCONTENT:hi`nMESSAGE_ID:a b`n`n"; Reason = 'BadMessageId' }
        @{ Shown = 'escapes that are none'; Content = "TYPE:POST`nUSER_ID:bob@127.0.0.1`nCONTENT:\x`nCONTENT_ENCODING:escape`n`n"; Reason = 'BadEscape' }
        @{ Shown = 'a display name of 300 letters'; Content = "TYPE:PROFILE`nUSER_ID:bob@127.0.0.1`nDISPLAY_NAME:$('x' * 300)`n`n"; Reason = 'FieldTooLong' }
        @{ Shown = 'a peer list that is no JSON'; Content = "TYPE:PEER_LIST_RESPONSE`nFROM:bob@127.0.0.1`nPEERS:[bob]`n`n"; Reason = 'BadPeerList' }
        @{ Shown = 'a peer list nobody asked for'; Content = "TYPE:PEER_LIST_RESPONSE`nFROM:bob@127.0.0.1`nPEERS:[""x@127.0.0.1""]`n`n"; Reason = 'Unsolicited' }
        @{ Shown = 'a direct message to another'; Content = "TYPE:DM`nFROM:bob@127.0.0.1`nTO:carol@127.0.0.1`nCONTENT:hi`n`n"; Reason = 'NotForUs' }
        @{ Shown = 'a post in the name of another host'; Content = "TYPE:POST`nUSER_ID:eve@203.0.113.9`nCONTENT:hi`n`n"; Reason = 'AddressMismatch' }
        @{ Shown = 'a post of someone who cannot be placed'; Content = "TYPE:POST`nUSER_ID:charlie@device888`nCONTENT:hi`n`n"; Reason = 'UnknownSender' }
    )

    $ports = 'abc', '', '0', '-1', '70000', '65536', '100000000000000000000', '9000x', '+9000', '0x50', '90.5' | ForEach-Object { @{ Value = $_ } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'A peer of the seed''s kind' {
    BeforeAll {
        $discovery = Get-DiscoveryPort
        $session = Start-LanPeer receiver -DiscoveryPort $discovery
        $bob = Open-SeedPeer bob -Session $session
    }

    AfterAll {
        Close-SeedPeer $bob
        Stop-AllLanPeer
    }

    AfterEach {
        $null = Receive-LanMessage
    }

    It 'is known by its announcement' {
        $peer = Get-LanPeer bob
        $peer.UserId | Should -BeExactly 'bob@127.0.0.1'
        $peer.Address, $peer.Port | Should -Be '127.0.0.1', $bob.Port
        $peer.Dialect | Should -Be Seed
        $peer.State | Should -Be Alive
        $peer.IsAddressMatched | Should -BeTrue
    }

    It 'is answered when it announces itself to everyone, once a second at most' {
        $new = Open-Socket
        $port = $new.Client.LocalEndPoint.Port
        $before = $session.Counters.Received
        $watch = [Diagnostics.Stopwatch]::StartNew()
        1..5 | ForEach-Object {
            Send-Datagram -Socket $new -Port $discovery ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = 'new@127.0.0.1'; PORT = $port; TIMESTAMP = 1700000000; MESSAGE_ID = New-MessageId })
        }
        $answer = Receive-Datagram -Socket $new
        $answer.TYPE | Should -BeExactly 'PEER_DISCOVERY'
        $answer.USER_ID | Should -BeExactly 'receiver@127.0.0.1'
        $answer.PORT | Should -BeExactly "$($session.Port)"
        $answer.MESSAGE_ID | Should -Match '^[0-9a-f]{16}$'
        @($answer.Keys)[0..4] | Should -BeExactly 'TYPE', 'USER_ID', 'PORT', 'TIMESTAMP', 'MESSAGE_ID'
        Wait-Until { $session.Counters.Received -ge $before + 5 }
        $session.Peers.Name | Should -Contain 'new'
        if ($watch.Elapsed.TotalSeconds -lt 1) { $new.Available | Should -Be 0 }
        Close-Socket $new
    }

    It 'is not answered on the peer''s own port, so that no two answer each other for ever' {
        # REFERENCE D1.
        $before = $session.Counters.Received
        1..3 | ForEach-Object { Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = $bob.UserId; PORT = $bob.Port }) }
        Wait-Until { $session.Counters.Received -ge $before + 3 }
        $bob.Socket.Available | Should -Be 0
    }

    It 'is heard when it posts' {
        Send-Datagram -Socket $bob.Socket -Port $session.Port "TYPE:POST`nUSER_ID:bob@127.0.0.1`nCONTENT:Hello P2P network! co:lon  two  spaces `nTIMESTAMP:1795368238`nMESSAGE_ID:d7e82efc22095aad`n`n"
        Wait-Inbox $session
        $message = Receive-LanMessage
        $message.Type | Should -Be Post
        $message.From | Should -BeExactly 'bob@127.0.0.1'
        $message.Content | Should -BeExactly 'Hello P2P network! co:lon  two  spaces '
        $message.MessageId | Should -BeExactly 'd7e82efc22095aad'
        $message.Timestamp.ToUniversalTime() | Should -Be ([DateTimeOffset]::FromUnixTimeSeconds(1795368238).UtcDateTime)
        $message.Trust | Should -Be Unsigned
    }

    It 'is heard when it posts to the discovery port' {
        Send-Datagram -Socket $bob.Socket -Port $discovery ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'to 50999'; TIMESTAMP = 1700000000; MESSAGE_ID = New-MessageId })
        Wait-Inbox $session
        (Receive-LanMessage).Content | Should -BeExactly 'to 50999'
    }

    It 'is heard when it sends a direct message' {
        Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'DM'; FROM = $bob.UserId; TO = 'receiver@127.0.0.1'; CONTENT = 'Hi: how' })
        Wait-Inbox $session
        $message = Receive-LanMessage
        $message.Type | Should -Be DM
        $message.To | Should -BeExactly 'receiver@127.0.0.1'
        $message.Content | Should -BeExactly 'Hi: how'
    }

    It 'is heard when it sends its profile' {
        $image = Get-TestImage JPEG
        Send-SeedMessage $bob -To $session ([ordered]@{
                TYPE            = 'PROFILE'
                USER_ID         = $bob.UserId
                DISPLAY_NAME    = 'Bob'
                STATUS          = 'pic'
                TIMESTAMP       = 1700000000
                MESSAGE_ID      = New-MessageId
                AVATAR_TYPE     = 'image/png'
                AVATAR_ENCODING = 'base64'
                AVATAR_DATA     = [Convert]::ToBase64String($image)
            })
        Wait-Inbox $session
        (Receive-LanMessage).Data.DisplayName | Should -BeExactly 'Bob'
        $got = Get-LanProfile bob
        $got.AvatarType | Should -BeExactly 'image/jpeg'
        [Convert]::ToHexString($got.AvatarBytes) | Should -BeExactly ([Convert]::ToHexString($image))
    }

    It 'is heard in any form a parser can read: <Shown>' -ForEach @(
        @{ Shown = 'CR LF'; Text = "TYPE:POST`r`nUSER_ID:bob@127.0.0.1`r`nCONTENT:tolerant`r`n`r`n" }
        @{ Shown = 'no end'; Text = "TYPE:POST`nUSER_ID:bob@127.0.0.1`nCONTENT:tolerant" }
        @{ Shown = 'blank lines in front'; Text = "`n`nTYPE:POST`nUSER_ID:bob@127.0.0.1`nCONTENT:tolerant`n`n" }
        @{ Shown = 'a byte order mark'; Text = "$([char] 0xFEFF)TYPE:POST`nUSER_ID:bob@127.0.0.1`nCONTENT:tolerant`n`n" }
        @{ Shown = 'another order'; Text = "CONTENT:tolerant`nUSER_ID:bob@127.0.0.1`nTYPE:POST`n`n" }
        @{ Shown = 'keys in small letters'; Text = "type:POST`nuser_id:bob@127.0.0.1`ncontent:tolerant`n`n" }
        @{ Shown = 'unknown keys'; Text = "TYPE:POST`nTTL:3600`nUSER_ID:bob@127.0.0.1`nCONTENT:tolerant`nTOKEN:x|1|y`nNONSENSE:1`n`n" }
        @{ Shown = 'the same key twice, with the same value'; Text = "TYPE:POST`nUSER_ID:bob@127.0.0.1`nUSER_ID:bob@127.0.0.1`nCONTENT:tolerant`n`n" }
        @{ Shown = 'the blanks of the LSNP draft'; Text = "TYPE: POST`nUSER_ID: bob@127.0.0.1`nCONTENT: tolerant`n`n" }
        @{ Shown = 'no message id and no time'; Text = "TYPE:POST`nUSER_ID:bob@127.0.0.1`nCONTENT:tolerant`n`n" }
    ) {
        Send-Datagram -Socket $bob.Socket -Port $session.Port $Text
        Wait-Inbox $session
        (Receive-LanMessage).Content | Should -BeExactly 'tolerant'
    }

    It 'is not understood as another by what its text contains' {
        # REFERENCE D6: a line break in a text of an old sender ends the value.
        $before = Get-DropCount $session ConflictingFields
        Send-Datagram -Socket $bob.Socket -Port $session.Port "TYPE:POST`nUSER_ID:bob@127.0.0.1`nCONTENT:hi`nUSER_ID:mallory@6.6.6.6`nTIMESTAMP:1`nMESSAGE_ID:1`n`n"
        Send-Datagram -Socket $bob.Socket -Port $session.Port "TYPE:POST`nUSER_ID:bob@127.0.0.1`nCONTENT:hi`nTYPE:DM`nFROM:x@127.0.0.1`nTO:receiver@127.0.0.1`n`n"
        Wait-Until { (Get-DropCount $session ConflictingFields) -eq $before + 2 }
        Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'marker' })
        Wait-Inbox $session
        (Receive-LanMessage).Content | Should -BeExactly 'marker'
    }

    It 'is shown once though the network repeats its message' {
        # REFERENCE D19.
        $before = Get-DropCount $session Duplicate
        $fields = [ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'once'; TIMESTAMP = 1700000000; MESSAGE_ID = New-MessageId }
        1..3 | ForEach-Object { Send-Datagram -Socket $bob.Socket -Port $session.Port $fields }
        Send-Datagram -Socket $bob.Socket -Port $discovery $fields
        Wait-Until { (Get-DropCount $session Duplicate) -eq $before + 3 }
        (Receive-LanMessage).Content | Should -BeExactly 'once'
    }

    It 'does not move by anything but its announcement' {
        # REFERENCE D7.
        $ephemeral = Open-Socket
        Send-Datagram -Socket $ephemeral -Port $session.Port ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'from another port'; MESSAGE_ID = New-MessageId })
        Wait-Inbox $session
        $null = Receive-LanMessage
        (Get-LanPeer bob@127.0.0.1).Port | Should -Be $bob.Port
        Send-LanDM bob@127.0.0.1 'to the listening port'
        (Receive-Datagram -Socket $bob.Socket -Type DM).CONTENT | Should -BeExactly 'to the listening port'
        $ephemeral.Available | Should -Be 0
        Close-Socket $ephemeral
    }

    It 'moves by its announcement' {
        $mover = Open-SeedPeer mover -Session $session
        $other = Open-Socket
        $port = $other.Client.LocalEndPoint.Port
        Send-Datagram -Socket $mover.Socket -Port $session.Port ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = $mover.UserId; PORT = $port })
        Wait-Until { (Get-LanPeer mover).Port -eq $port }
        Close-Socket $other
        Close-SeedPeer $mover
    }

    It 'is asked for its list in the form it understands, and believed only then' {
        $shell = Open-PeerShell
        $running = Start-PeerShell $shell { param($Session) Get-LanPeer -Session $Session -FromNetwork -Timeout 3 } $session
        $question = Receive-Datagram -Socket $bob.Socket -Type PEER_LIST_REQUEST
        $question.FROM | Should -BeExactly 'receiver@127.0.0.1'
        Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'PEER_LIST_RESPONSE'; FROM = $bob.UserId; PEERS = '["dave@203.0.113.7","receiver@127.0.0.1"]'; COUNT = 2 })
        $found = Wait-PeerShell $shell $running
        $dave = $found | Where-Object UserId -EQ 'dave@203.0.113.7'
        $dave.State | Should -Be Reported
        $dave.Address | Should -BeExactly '203.0.113.7'
        $dave.Port | Should -Be 0
        $found.Name | Should -Not -Contain 'receiver'
        (Get-LanPeer).Name | Should -Not -Contain 'dave'
        Close-PeerShell $shell
    }

    It 'gets the peer list when it asks, without itself' {
        $carol = Open-SeedPeer carol -Session $session
        Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'PEER_LIST_REQUEST'; FROM = $bob.UserId })
        $answer = Receive-Datagram -Socket $bob.Socket -Type PEER_LIST_RESPONSE
        @($answer.Keys)[0..5] | Should -BeExactly 'TYPE', 'FROM', 'PEERS', 'COUNT', 'TIMESTAMP', 'MESSAGE_ID'
        $answer.FROM | Should -BeExactly 'receiver@127.0.0.1'
        $ids = $answer.PEERS | ConvertFrom-Json
        $ids | Should -Contain 'carol@127.0.0.1'
        $ids | Should -Not -Contain 'bob@127.0.0.1'
        $answer.COUNT | Should -BeExactly "$($ids.Count)"
        Close-SeedPeer $carol
    }
}

Describe 'What LanPeer sends to a peer of the seed''s kind' {
    BeforeAll {
        $session = Start-LanPeer sender -DiscoveryPort (Get-DiscoveryPort)
        $bob = Open-SeedPeer bob -Session $session
    }

    AfterAll {
        Close-SeedPeer $bob
        Stop-AllLanPeer
    }

    It 'is a POST, byte for byte' {
        Send-LanPost 'Hello: two  spaces '
        Receive-Datagram -Socket $bob.Socket -Raw | Should -MatchExactly '\ATYPE:POST\nUSER_ID:sender@127\.0\.0\.1\nCONTENT:Hello: two  spaces \nTIMESTAMP:\d{10}\nMESSAGE_ID:[0-9a-f]{16}\n\n\z'
    }

    It 'is a DM, byte for byte' {
        Send-LanDM bob 'Hi Bob: how'
        Receive-Datagram -Socket $bob.Socket -Raw | Should -MatchExactly '\ATYPE:DM\nFROM:sender@127\.0\.0\.1\nTO:bob@127\.0\.0\.1\nCONTENT:Hi Bob: how\nTIMESTAMP:\d{10}\nMESSAGE_ID:[0-9a-f]{16}\n\n\z'
    }

    It 'is a PROFILE, byte for byte' {
        Set-LanProfile 'Sender' 'busy'
        Receive-Datagram -Socket $bob.Socket -Raw | Should -MatchExactly '\ATYPE:PROFILE\nUSER_ID:sender@127\.0\.0\.1\nDISPLAY_NAME:Sender\nSTATUS:busy\nTIMESTAMP:\d{10}\nMESSAGE_ID:[0-9a-f]{16}\n\n\z'
    }

    It 'is a PROFILE with an avatar, byte for byte' {
        $file = Join-Path $TestDrive 'wire.gif'
        [IO.File]::WriteAllBytes($file, (Get-TestImage GIF))
        Set-LanProfile 'Sender' 'busy' -AvatarPath $file
        $data = [regex]::Escape([Convert]::ToBase64String((Get-TestImage GIF)))
        Receive-Datagram -Socket $bob.Socket -Raw | Should -MatchExactly "\ATYPE:PROFILE\nUSER_ID:sender@127\.0\.0\.1\nDISPLAY_NAME:Sender\nSTATUS:busy\nTIMESTAMP:\d{10}\nMESSAGE_ID:[0-9a-f]{16}\nAVATAR_TYPE:image/gif\nAVATAR_ENCODING:base64\nAVATAR_DATA:$data\n\n\z"
    }

    It 'keeps line breaks out of the lines, visibly' {
        Send-LanPost "one`ntwo\n`nUSER_ID:mallory@6.6.6.6"
        $text = Receive-Datagram -Socket $bob.Socket -Raw
        $text | Should -MatchExactly '\nCONTENT:one\\ntwo\\\\n\\nUSER_ID:mallory@6\.6\.6\.6\n'
        $text | Should -MatchExactly '\nCONTENT_ENCODING:escape\n'
        [regex]::Matches($text, '(?m)^USER_ID:').Count | Should -Be 1
    }

    It 'comes from the port it announces' {
        Send-LanDM bob 'from where?'
        Wait-Until { $bob.Socket.Available -gt 0 }
        $source = [Net.IPEndPoint]::new([Net.IPAddress]::Any, 0)
        $null = $bob.Socket.Receive([ref] $source)
        $source.Port | Should -Be $session.Port
    }

    It 'is no goodbye, which it would not understand' {
        $other = Start-LanPeer leaver -DiscoveryPort (Get-DiscoveryPort)
        $carol = Open-SeedPeer carol -Session $other
        Stop-LanPeer $other
        $carol.Socket.Available | Should -Be 0
        Close-SeedPeer $carol
    }
}

Describe 'A datagram that is not acted upon' {
    BeforeAll {
        $session = Start-LanPeer receiver -DiscoveryPort (Get-DiscoveryPort)
        $bob = Open-SeedPeer bob -Session $session
    }

    AfterAll {
        Close-SeedPeer $bob
        Stop-AllLanPeer
    }

    AfterEach {
        # Nothing came of it, and the peer goes on.
        Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'marker' })
        Wait-Inbox $session
        (Receive-LanMessage).Content | Should -BeExactly 'marker'
        $session.Peers.UserId | Should -BeExactly 'bob@127.0.0.1'
        $bob.Socket.Available | Should -Be 0
    }

    It 'is counted as <Reason>: <Shown>' -ForEach $junk {
        $before = Get-DropCount $session $Reason
        Send-Datagram -Socket $bob.Socket -Port $session.Port $Content
        Wait-Until { (Get-DropCount $session $Reason) -eq $before + 1 } -Timeout 10 -Because "$Reason; dropped is $($session.Counters.Dropped.Keys)"
    }

    It 'is an announcement with the port ''<Value>''' -ForEach $ports {
        # REFERENCE D21.
        $before = Get-DropCount $session BadPort
        Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = 'eve@127.0.0.1'; PORT = $Value })
        Wait-Until { (Get-DropCount $session BadPort) -eq $before + 1 } -Timeout 10
    }

    It 'is a <Type> under the receiver''s own id' -ForEach @(
        @{ Type = 'POST'; Fields = [ordered]@{ TYPE = 'POST'; USER_ID = 'receiver@127.0.0.1'; CONTENT = 'it was me' } }
        @{ Type = 'DM'; Fields = [ordered]@{ TYPE = 'DM'; FROM = 'receiver@127.0.0.1'; TO = 'receiver@127.0.0.1'; CONTENT = 'it was me' } }
        @{ Type = 'PROFILE'; Fields = [ordered]@{ TYPE = 'PROFILE'; USER_ID = 'receiver@127.0.0.1'; DISPLAY_NAME = 'Not me'; STATUS = '' } }
    ) {
        # REFERENCE D5.
        $before = Get-DropCount $session OwnId
        Send-SeedMessage $bob -To $session $Fields
        Wait-Until { (Get-DropCount $session OwnId) -eq $before + 1 } -Timeout 10
        $session.HasIdConflict | Should -BeFalse
    }

    It 'is any in the name of a peer from another address: <Type>' -Skip:(-not $IsLinux) -ForEach @(
        # Every 127.x.y.z is this machine on Linux only.
        @{ Type = 'POST'; Fields = [ordered]@{ TYPE = 'POST'; USER_ID = 'bob@127.0.0.1'; CONTENT = 'forged' } }
        @{ Type = 'DM'; Fields = [ordered]@{ TYPE = 'DM'; FROM = 'bob@127.0.0.1'; TO = 'receiver@127.0.0.1'; CONTENT = 'forged' } }
        @{ Type = 'PROFILE'; Fields = [ordered]@{ TYPE = 'PROFILE'; USER_ID = 'bob@127.0.0.1'; DISPLAY_NAME = 'Forged'; STATUS = '' } }
        @{ Type = 'PEER_DISCOVERY'; Fields = [ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = 'bob@127.0.0.1'; PORT = 9000 } }
        @{ Type = 'LEAVE'; Fields = [ordered]@{ TYPE = 'LEAVE'; USER_ID = 'bob@127.0.0.1' } }
    ) {
        # REFERENCE D4.
        $mallory = Open-Socket -Address 127.0.0.2
        $before = Get-DropCount $session AddressMismatch
        Send-Datagram -Socket $mallory -Port $session.Port $Fields
        Wait-Until { (Get-DropCount $session AddressMismatch) -eq $before + 1 } -Timeout 10
        Close-Socket $mallory
        $peer = Get-LanPeer bob
        $peer.Address, $peer.Port, $peer.DisplayName | Should -Be '127.0.0.1', $bob.Port, 'bob'
    }

    It 'is a goodbye of a peer in another''s words' {
        $before = Get-DropCount $session AddressMismatch
        $mallory = Open-Socket
        Send-Datagram -Socket $mallory -Port $session.Port ([ordered]@{ TYPE = 'LEAVE'; USER_ID = $bob.UserId; BOOT = '00000001' })
        Wait-Until { (Get-DropCount $session AddressMismatch) -eq $before + 1 } -Timeout 10
        Close-Socket $mallory
    }
}

Describe 'Two programs of one user id' {
    AfterEach {
        Stop-AllLanPeer
    }

    It 'make the owner say so' {
        # REFERENCE D12.
        $session = Start-LanPeer double -DiscoveryPort (Get-DiscoveryPort)
        $twin = Open-Socket
        Send-Datagram -Socket $twin -Port $session.Port ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = 'double@127.0.0.1'; PORT = 9001; MESSAGE_ID = New-MessageId })
        Wait-Until { $session.HasIdConflict }
        Get-LanPeer -ErrorVariable failures -ErrorAction SilentlyContinue -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $failures.FullyQualifiedErrorId | Should -BeLike 'OwnIdentityElsewhere,*'
        $failures.TargetObject | Should -BeExactly 'double@127.0.0.1'
        $warnings | Should -BeNullOrEmpty -Because 'it is said once'

        # And as long as it is so, later commands remind of it.
        Get-LanPeer -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warnings" | Should -Match 'Another program on the network uses the user id double@127\.0\.0\.1'
        Close-Socket $twin
    }

    It 'are marked as a conflict' {
        $session = Start-LanPeer observer -DiscoveryPort (Get-DiscoveryPort)
        $one = Open-SeedPeer double -Session $session
        $two = Open-Socket
        $otherPort = $two.Client.LocalEndPoint.Port
        foreach ($round in 1..2) {
            Send-Datagram -Socket $two -Port $session.Port ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = $one.UserId; PORT = $otherPort; MESSAGE_ID = New-MessageId })
            Wait-Until { (Get-LanPeer double).Port -eq $otherPort }
            Send-SeedMessage $one -To $session ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = $one.UserId; PORT = $one.Port })
            Wait-Until { (Get-LanPeer double).Port -eq $one.Port }
        }

        (Get-LanPeer double).Trust | Should -Be Conflict
        Send-SeedMessage $one -To $session ([ordered]@{ TYPE = 'POST'; USER_ID = $one.UserId; CONTENT = 'who am I?' })
        Wait-Inbox $session
        (Receive-LanMessage).Trust | Should -Be Conflict
        Close-Socket $two
        Close-SeedPeer $one
    }
}

Describe 'A flood' {
    AfterEach {
        Stop-AllLanPeer
    }

    It 'of invented peers fills the table and no more' {
        # REFERENCE D10.
        $session = Start-LanPeer flooded -DiscoveryPort (Get-DiscoveryPort)
        $socket = Open-Socket
        $script:invented = 0
        Wait-Until {
            foreach ($i in 1..200) {
                $script:invented++
                Send-Datagram -Socket $socket -Port $session.Port "TYPE:PEER_DISCOVERY`nUSER_ID:fake$script:invented@127.0.0.1`nPORT:9000`n`n"
            }

            (Get-DropCount $session TableFull) -gt 0
        }

        $session.Peers.Count | Should -BeLessOrEqual 1024
        $socket.Available | Should -Be 0
        Close-Socket $socket
    }

    It 'of junk leaves the peer working' {
        $session = Start-LanPeer tough -DiscoveryPort (Get-DiscoveryPort)
        $bob = Open-SeedPeer bob -Session $session
        $random = [Random]::new(1)
        foreach ($i in 1..500) {
            $bytes = [byte[]]::new($random.Next(1, 1500))
            $random.NextBytes($bytes)
            Send-Datagram -Socket $bob.Socket -Port $session.Port $bytes
        }

        Send-SeedMessage $bob -To $session ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'still there?' })
        Wait-Inbox $session
        (Receive-LanMessage).Content | Should -BeExactly 'still there?'
        Get-DropCount $session Fault | Should -Be 0
        Close-SeedPeer $bob
    }
}
