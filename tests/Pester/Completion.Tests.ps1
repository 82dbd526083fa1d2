[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSReviewUnusedParameter', 'Session', Justification = 'Completion looks for it.')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeDiscovery {
    $lines = @(
        'Send-LanDM ', 'Send-LanDM -To ', 'Send-LanDM -Message hi -To bob,', 'Send-LanDM -UserId ', 'Test-LanPeer ', 'Get-LanPeer ', 'Get-LanPeer -Name '
        'Get-LanProfile ', 'Receive-LanMessage ', 'Receive-LanMessage -From '
    ) | ForEach-Object { @{ Line = $_ } }
    $everything = @(
        'Send-LanDM ', 'Send-LanDM -Peer ', 'Send-LanPost -Session ', 'Test-LanPeer ', 'Get-LanPeer ', 'Get-LanProfile ', 'Save-LanAvatar '
        'Receive-LanMessage -From ', 'Approve-LanPeer ', 'Block-LanPeer ', 'Unblock-LanPeer ', 'Get-LanPin ', 'Remove-LanPin ', 'Stop-LanPeer '
        'Find-LanPeer -Session ', 'Find-LanPeer -NetworkName ', 'Start-LanPeer -NetworkName '
    ) | ForEach-Object { @{ Line = $_ } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort

    function Get-Completion {
        # What Tab gives at the end of a line; files are not meant.
        param([Parameter(Position = 0)] [string] $Line)

        (TabExpansion2 $Line $Line.Length).CompletionMatches | Where-Object ResultType -NotIn 'ProviderItem', 'ProviderContainer'
    }
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'Completion before there is a session' {
    It 'of "<Line>" is nothing, and no error' -ForEach $everything {
        Stop-AllLanPeer
        $Error.Clear()
        Get-Completion $Line | Should -BeNullOrEmpty
        $Error | Should -BeNullOrEmpty
    }

    It 'of message types and networks needs none' {
        (Get-Completion 'Receive-LanMessage -Type ').CompletionText | Should -BeExactly 'DM', 'Post', 'Profile'
        (Get-Completion 'Receive-LanMessage -Type Post,p').CompletionText | Should -BeExactly 'Post', 'Profile'
        (Get-Completion 'Start-LanPeer -Network l').CompletionText | Should -BeExactly 'Lan', 'Loopback'
        (Get-Completion 'Find-LanPeer -Network ').CompletionText | Should -BeExactly 'Lan', 'Loopback'
        (Get-Completion 'Get-LanPin -State ').CompletionText | Should -BeExactly 'Approved', 'Blocked', 'Pinned'
    }
}

Describe 'Completion of peers' {
    BeforeAll {
        $alice = Start-LanPeer alice -DiscoveryPort $port
        $bob = Open-SeedPeer bob -Session $alice
        $carol = Open-SeedPeer carol -Session $alice
        $twins = Open-SeedPeer twin -Session $alice
        $blank = Open-SeedPeer 'mary ann''s' -Session $alice
        $number = Open-SeedPeer '007' -Session $alice
        $star = Open-SeedPeer 's*r' -Session $alice
        $hostile = "Evil$([char] 27)(0`u{202E}Twin"
        foreach ($sent in @($bob, 'Bob "the" Builder'), @($carol, $hostile), @($twins, 'bob')) {
            Send-SeedMessage $sent[0] -To $alice ([ordered]@{ TYPE = 'PROFILE'; USER_ID = $sent[0].UserId; DISPLAY_NAME = $sent[1]; STATUS = '' })
        }

        Wait-Inbox $alice 3
        $null = Receive-LanMessage
    }

    AfterAll {
        Stop-AllLanPeer
        $bob, $carol, $twins, $blank, $number, $star | ForEach-Object { Close-SeedPeer $_ }
    }

    It 'of "<Line>" gives all' -ForEach $lines {
        (Get-Completion $Line).ListItemText | Should -BeExactly '007', 'bob', 'carol', 'mary ann''s', 's*r@127.0.0.1', 'twin'
    }

    It 'quotes what needs it, and what was quoted' {
        (Get-Completion 'Send-LanDM mar').CompletionText | Should -BeExactly "'mary ann''s'"
        (Get-Completion 'Send-LanDM ''mary a').CompletionText | Should -BeExactly "'mary ann''s'"
        (Get-Completion 'Send-LanDM "mary a').CompletionText | Should -BeExactly "'mary ann''s'"
        (Get-Completion 'Send-LanDM 0').CompletionText | Should -BeExactly "'007'"
        (Get-Completion 'Send-LanDM "ca').CompletionText | Should -BeExactly "'carol'"
        (Get-Completion 'Send-LanDM ca').CompletionText | Should -BeExactly 'carol'
    }

    It 'gives what the command then finds' {
        foreach ($completion in Get-Completion 'Get-LanPeer ') {
            $found = & ([scriptblock]::Create("Get-LanPeer $($completion.CompletionText)"))
            @($found).Count | Should -Be 1 -Because $completion.CompletionText
            $completion.ToolTip | Should -Match ([regex]::Escape("$($found.Address):$($found.Port)"))
        }
    }

    It 'goes by user ids and display names, too' {
        (Get-Completion 'Send-LanDM carol@').CompletionText | Should -BeExactly 'carol@127.0.0.1'
        (Get-Completion 'Send-LanDM ''Bob "').CompletionText | Should -BeExactly "'Bob ""the"" Builder'"
        (Get-Completion 'Send-LanDM *rol').CompletionText | Should -BeExactly 'carol'
        Get-Completion 'Send-LanDM nobody' | Should -BeNullOrEmpty
        Get-Completion 'Send-LanDM [' | Should -BeNullOrEmpty
    }

    It 'gives nobody''s name for somebody who only calls himself so' {
        $both = Get-Completion 'Send-LanDM bob'
        $both.CompletionText | Should -BeExactly 'bob', 'twin@127.0.0.1'
        $both[0].ToolTip | Should -Match "$($bob.Port)"
        $both[1].ToolTip | Should -Match "$($twins.Port)"
    }

    It 'tells state, trust and address, and makes control characters visible' {
        (Get-Completion 'Send-LanDM bob@').ToolTip | Should -BeExactly "Bob ""the"" Builder: Alive, Unsigned, 127.0.0.1:$($bob.Port)"
        $evil = Get-Completion 'Send-LanDM Evil'
        foreach ($text in $evil.CompletionText, $evil.ListItemText, $evil.ToolTip) {
            $text | Should -Match "Evil$([char] 0x241B)\(0\\u\{202E\}Twin"
            $text | Should -Not -Match "[\x00-\x1f\x7f-\x9f`u{202e}]"
        }
    }

    It 'gives a command where a peer is wanted and no name' {
        $text = (Get-Completion 'Send-LanDM -Message hi -Peer car').CompletionText
        $text | Should -BeExactly '(Get-LanPeer carol)'
        (& ([scriptblock]::Create($text))).UserId | Should -BeExactly $carol.UserId
        (Get-Completion 'Send-LanDM -Message hi -Session $alice -Peer car').CompletionText | Should -BeExactly '(Get-LanPeer carol -Session $alice)'
    }

    It 'gives those with an avatar where one is saved' {
        Get-Completion 'Save-LanAvatar ' | Should -BeNullOrEmpty
        Send-SeedMessage $bob -To $alice ([ordered]@{
                TYPE = 'PROFILE'; USER_ID = $bob.UserId; DISPLAY_NAME = 'Bob "the" Builder'; STATUS = ''
                AVATAR_ENCODING = 'base64'; AVATAR_DATA = [Convert]::ToBase64String((Get-TestImage PNG))
            })
        Wait-Inbox $alice
        $null = Receive-LanMessage
        (Get-Completion 'Save-LanAvatar ').CompletionText | Should -BeExactly 'bob'
    }

    It 'works in a runspace that started no peer, with the session on the command line' {
        $shell = Open-PeerShell
        $texts = Invoke-PeerShell $shell {
            param($Session)
            foreach ($line in 'Send-LanDM -Session $Session car', 'Receive-LanMessage -From car -Session $Session', 'Send-LanDM car') {
                "$line|" + ((TabExpansion2 $line ($line.IndexOf(' car') + 4)).CompletionMatches | Where-Object ResultType -EQ ParameterValue | ForEach-Object CompletionText)
            }
        } $alice
        $texts | Should -BeExactly 'Send-LanDM -Session $Session car|carol', 'Receive-LanMessage -From car -Session $Session|carol', 'Send-LanDM car|'
        Close-PeerShell $shell
    }

    It 'is nothing where the session on the command line cannot be known' {
        Get-Completion 'Send-LanDM -Session $unknown bo' | Should -BeNullOrEmpty
        Get-Completion 'Send-LanDM -Session nobody bo' | Should -BeNullOrEmpty
        (Get-Completion 'Send-LanDM -Session alice car').CompletionText | Should -BeExactly 'carol'
    }
}

Describe 'Completion among a thousand peers' {
    BeforeAll {
        $many = Start-LanPeer many -DiscoveryPort $port
        $socket = Open-Socket
        foreach ($i in 1..1000) {
            Send-Datagram -Socket $socket -Port $many.Port ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = 'peer{0:d4}@127.0.0.1' -f $i; PORT = 20000 + $i })
            if ($i % 50 -eq 0) { Wait-Until { $many.Peers.Count -ge $i } }
        }
    }

    AfterAll {
        Stop-AllLanPeer
        Close-Socket $socket
    }

    It 'gives each once, in order, and the one that is meant' {
        $all = Get-Completion 'Send-LanDM '
        $all.Count | Should -Be 1000
        $all[0].CompletionText | Should -BeExactly 'peer0001'
        $all[999].CompletionText | Should -BeExactly 'peer1000'
        (Get-Completion 'Send-LanDM peer0777').CompletionText | Should -BeExactly 'peer0777'
        (Get-Completion 'Send-LanDM peer077').Count | Should -Be 10
    }
}

Describe 'Completion of identities' {
    BeforeAll {
        $alice = Start-LanPeer alice -DiscoveryPort $port -Ephemeral
        $dan = Start-LanPeer dan -DiscoveryPort $port -Ephemeral
        Wait-Meeting $alice $dan
        $pins = Join-Path $TestDrive 'pins.json'
        $blocked = New-PeerId
        Write-PinFile $pins $blocked -State Blocked -UserId 'zoe@10.0.0.1'
        $null = Import-LanPin $pins
        $nameless = New-PeerId
        Block-LanPeer $nameless
    }

    AfterAll {
        Stop-AllLanPeer
    }

    It 'gives a PEER_ID for its first letters, with or without its hyphens' {
        $id = "$($dan.PeerId)"
        (Get-Completion "Send-LanDM $($id.Substring(0, 7))").ListItemText | Should -BeExactly $id
        (Get-Completion "Send-LanDM $($id.Replace('-', '').Substring(0, 7).ToLowerInvariant())").ListItemText | Should -BeExactly $id
    }

    It 'gives those who can be unblocked, pinned or blocked' {
        (Get-Completion 'Unblock-LanPeer ').ListItemText | Should -BeExactly (@($nameless, 'zoe') | Sort-Object)
        (Get-Completion 'Get-LanPin ').ListItemText | Should -BeExactly (@('dan', $nameless, 'zoe') | Sort-Object)

        # A PEER_ID begins with any letter, also with this one.
        @((Get-Completion 'Block-LanPeer d').ListItemText) -notmatch '^([A-Z2-7]{4}-){7}' | Should -BeExactly 'dan'
        (Get-Completion 'Unblock-LanPeer z' | Where-Object ListItemText -NotMatch '^([A-Z2-7]{4}-){7}').ToolTip | Should -BeExactly "${blocked}: Blocked"
    }

    It 'gives Approve-LanPeer no PEER_ID that nobody has compared' {
        (Get-Completion 'Approve-LanPeer ').ListItemText | Should -BeExactly 'dan', 'zoe'
        Get-Completion "Approve-LanPeer $($dan.PeerId.Substring(0, 9))" | Should -BeNullOrEmpty
    }
}

Describe 'Completion of sessions' {
    BeforeAll {
        $one = Start-LanPeer one -DiscoveryPort $port -Ephemeral
        $key = ConvertTo-NetworkKey 'a key for tests'
        $two = Start-LanPeer two -DiscoveryPort $port -Ephemeral -NetworkName 'book-club' -NetworkKey $key
    }

    AfterAll {
        Stop-AllLanPeer
    }

    It 'gives their names, and the commands take them' {
        (Get-Completion 'Send-LanPost hi -Session ').CompletionText | Should -BeExactly 'one', 'two'
        (Get-Completion 'Stop-LanPeer t').CompletionText | Should -BeExactly 'two'
        (Get-Completion 'Stop-LanPeer t').ToolTip | Should -BeExactly "two@127.0.0.1: Running, port $($two.Port), 0 peer(s)"
        Set-LanProfile 'Number Two' -Session two
        (Get-LanProfile -Session $two).DisplayName | Should -BeExactly 'Number Two'
        Get-LanProfile -Session one | Should -BeNullOrEmpty
    }

    It 'gives the names of closed networks' {
        (Get-Completion 'Find-LanPeer -NetworkName ').CompletionText | Should -BeExactly 'book-club'
    }

    It 'is not needed to say that there is none of a name' {
        $failure = Get-ErrorOf { Send-LanPost hi -Session three }
        "$failure" | Should -Match "No peer 'three' is running in this session"
        $failure.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
    }
}
