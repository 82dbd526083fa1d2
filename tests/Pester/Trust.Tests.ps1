[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $form = '^([A-Z2-7]{4}-){7}[A-Z2-7]{4}$'
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'Two identities' {
    BeforeEach {
        $port = Get-DiscoveryPort
        $alice = Start-LanPeer alice -DiscoveryPort $port -Ephemeral
        $bob = Start-LanPeer bob -DiscoveryPort $port -Ephemeral
        Wait-Meeting $alice $bob
    }

    AfterEach {
        Stop-AllLanPeer
    }

    It 'have PEER_IDs of their own, which each sees of the other' {
        $alice.PeerId | Should -MatchExactly $form
        $bob.PeerId | Should -MatchExactly $form
        $bob.PeerId | Should -Not -BeExactly $alice.PeerId
        (Get-LanPeer bob).PeerId | Should -BeExactly $bob.PeerId
        (Get-LanPeer alice -Session $bob).PeerId | Should -BeExactly $alice.PeerId
    }

    It 'are New to each other, and so are their messages' {
        (Get-LanPeer bob).Trust | Should -Be New
        Send-LanDM bob 'hello'
        Wait-Inbox $bob
        (Receive-LanMessage -Session $bob).Trust | Should -Be New
    }

    It 'are pinned when they have met' {
        $pin = Get-LanPin
        $pin | Should -BeOfType LanPeer.LanPin
        $pin.PeerId, "$($pin.State)", $pin.HasBeenMet | Should -Be $bob.PeerId, 'Pinned', $true
        $pin.UserIds | Should -BeExactly 'bob@127.0.0.1'
        $pin.FirstSeen | Should -BeGreaterThan (Get-Date).AddMinutes(-5)
    }

    Context 'Approve-LanPeer' {
        It 'makes Verified who is named by <Shown>' -ForEach @(
            @{ Shown = 'the PEER_ID'; Script = { Approve-LanPeer $bob.PeerId } }
            @{ Shown = 'the PEER_ID without hyphens, in small letters'; Script = { Approve-LanPeer ($bob.PeerId -replace '-').ToLowerInvariant() } }
            @{ Shown = 'the peer'; Script = { Approve-LanPeer (Get-LanPeer bob) } }
            @{ Shown = 'the peer from the pipeline'; Script = { Get-LanPeer bob | Approve-LanPeer } }
            @{ Shown = 'the pin from the pipeline'; Script = { Get-LanPin bob | Approve-LanPeer } }
            @{ Shown = 'an object with a PEER_ID'; Script = { [pscustomobject]@{ PeerId = $bob.PeerId } | Approve-LanPeer } }
            @{ Shown = 'the name, with -Force'; Script = { Approve-LanPeer bob -Force } }
            @{ Shown = 'the user id, with -Confirm:$false'; Script = { Approve-LanPeer bob@127.0.0.1 -Confirm:$false } }
            @{ Shown = 'a wildcard that fits one, with -Force'; Script = { Approve-LanPeer b* -Force } }
        ) {
            & $Script | Should -BeNullOrEmpty
            (Get-LanPeer bob).Trust | Should -Be Verified
            (Get-LanPin bob).State | Should -Be Approved
            Send-LanDM alice 'it is me' -Session $bob
            Wait-Inbox $alice
            (Receive-LanMessage).Trust | Should -Be Verified
        }

        It 'gives the pin with -PassThru' {
            $pin = Approve-LanPeer $bob.PeerId -PassThru
            $pin | Should -BeOfType LanPeer.LanPin
            $pin.PeerId, "$($pin.State)" | Should -BeExactly $bob.PeerId, 'Approved'
        }

        It 'knows a PEER_ID of somebody not met yet' {
            $carol = Start-LanPeer carol -DiscoveryPort (Get-DiscoveryPort) -Ephemeral
            $pin = Approve-LanPeer $carol.PeerId -PassThru
            $pin.HasBeenMet | Should -BeFalse
            $pin.UserIds | Should -BeNullOrEmpty
        }

        It 'shows the whole PEER_ID with -WhatIf, and does nothing' {
            $shell = Open-PeerShell
            $null = Invoke-PeerShell $shell { param($Session) Approve-LanPeer bob -WhatIf -Session $Session } $alice
            Close-PeerShell $shell
            (Get-LanPin bob).State | Should -Be Pinned
            $command = "Import-Module '$(Get-LanPeerModulePath)'; `$null = Start-LanPeer x -DiscoveryPort $(Get-DiscoveryPort) -Ephemeral; Approve-LanPeer $($bob.PeerId) -WhatIf"
            (pwsh -NoProfile -NonInteractive -Command $command) -join ' ' | Should -Match "What if: .*Approve.*PEER_ID $($bob.PeerId)"
        }

        It 'never asks in a script: a name alone is an error with the PEER_ID in it' {
            $shell = Open-PeerShell
            $failure = Get-ErrorOf { Invoke-PeerShell $shell { param($Session) Approve-LanPeer bob -Session $Session } $alice }
            Close-PeerShell $shell
            $failure.FullyQualifiedErrorId | Should -BeLike 'ConfirmationNeeded,*'
            "$failure" | Should -Match $bob.PeerId
            (Get-LanPin bob).State | Should -Be Pinned
        }
    }

    Context 'Block-LanPeer' {
        It 'ends all talk with who is named by <Shown>' -ForEach @(
            @{ Shown = 'the PEER_ID'; Script = { Block-LanPeer $bob.PeerId } }
            @{ Shown = 'the name'; Script = { Block-LanPeer bob } }
            @{ Shown = 'the peer from the pipeline'; Script = { Get-LanPeer bob | Block-LanPeer } }
        ) {
            & $Script | Should -BeNullOrEmpty
            Get-LanPeer | Should -BeNullOrEmpty
            (Get-LanPin).State | Should -Be Blocked
            { Send-LanDM bob 'hello' -ErrorAction Stop } | Should -Throw -ErrorId 'DeliveryRefused,*'

            $carol = Start-LanPeer carol -DiscoveryPort $port -Ephemeral
            Wait-Meeting $alice $carol
            Wait-Until { $bob.Peers.Name -contains 'carol' }
            $before = Get-DropCount $alice Blocked
            1..3 | ForEach-Object { $null = Find-LanPeer -Timeout 0.3 -Session $bob; Send-LanPost 'let me in' -Session $bob }
            Send-LanPost 'marker' -Session $carol
            Wait-Inbox $alice
            (Receive-LanMessage).Content | Should -BeExactly 'marker'
            $alice.Peers.Name | Should -BeExactly 'carol'
        }

        It 'holds when the blocked one comes back, whatever it calls itself' {
            Block-LanPeer bob -Session $alice
            Stop-LanPeer $bob
            $folder = Join-Path $TestDrive ([guid]::NewGuid())
            $one = Start-LanPeer robert -DiscoveryPort (Get-DiscoveryPort) -StatePath $folder
            Block-LanPeer $one.PeerId -Session $alice
            Stop-LanPeer $one
            $identity = Get-Content (Join-Path $folder identities robert identity.json) -Raw
            $null = New-Item (Join-Path $folder identities roberta) -ItemType Directory
            if (-not $IsWindows) { chmod 700 (Join-Path $folder identities roberta) }
            Write-PrivateFile (Join-Path $folder identities roberta identity.json) ($identity -replace '"robert"', '"roberta"')
            $renamed = Start-LanPeer roberta -DiscoveryPort $port -StatePath $folder
            $renamed.PeerId | Should -BeExactly $one.PeerId
            Wait-Until { (Get-DropCount $alice Blocked) -gt 0 }
            $alice.Peers | Should -BeNullOrEmpty
        }

        It 'is undone by Unblock-LanPeer' {
            Block-LanPeer bob
            (Unblock-LanPeer bob -PassThru).State | Should -Be Pinned
            Wait-Until { $null = Find-LanPeer -Timeout 0.3 -Session $bob; $alice.Peers.Name -contains 'bob' }
            Send-LanDM bob 'welcome back'
            Wait-Inbox $bob
        }

        It 'knows a PEER_ID of somebody never met, and forgets it when that is undone' {
            $stranger = New-PeerId
            (Block-LanPeer $stranger -PassThru).HasBeenMet | Should -BeFalse
            (Get-LanPin -State Blocked).PeerId | Should -BeExactly $stranger
            Unblock-LanPeer $stranger -PassThru | Should -BeNullOrEmpty
            Get-LanPin -State Blocked | Should -BeNullOrEmpty
        }

        It 'does nothing with -WhatIf' {
            Block-LanPeer bob -WhatIf
            (Get-LanPeer bob).PeerId | Should -BeExactly $bob.PeerId
        }
    }

    Context 'Get-LanPin' {
        BeforeEach {
            $blocked = (Block-LanPeer (New-PeerId) -PassThru).PeerId
        }

        It 'gives <Shown>' -ForEach @(
            @{ Shown = 'all'; Script = { Get-LanPin }; Expected = { $blocked, $bob.PeerId } }
            @{ Shown = 'one by PEER_ID'; Script = { Get-LanPin $bob.PeerId }; Expected = { $bob.PeerId } }
            @{ Shown = 'one by its PEER_ID without hyphens'; Script = { Get-LanPin ($blocked -replace '-') }; Expected = { $blocked } }
            @{ Shown = 'one by name'; Script = { Get-LanPin bob }; Expected = { $bob.PeerId } }
            @{ Shown = 'one by user id'; Script = { Get-LanPin bob@127.0.0.1 }; Expected = { $bob.PeerId } }
            @{ Shown = 'those whose names fit'; Script = { Get-LanPin b* }; Expected = { $bob.PeerId } }
            @{ Shown = 'those of a state'; Script = { Get-LanPin -State Blocked }; Expected = { $blocked } }
            @{ Shown = 'those of peers'; Script = { Get-LanPeer | Get-LanPin }; Expected = { $bob.PeerId } }
            @{ Shown = 'each once'; Script = { $bob.PeerId, 'bob', '*' | Get-LanPin }; Expected = { $blocked, $bob.PeerId } }
        ) {
            (& $Script).PeerId | Sort-Object | Should -BeExactly (& $Expected | Sort-Object)
        }
    }

    It 'are new again after Remove-LanPin' {
        Approve-LanPeer $bob.PeerId
        Get-LanPin | Remove-LanPin -WhatIf
        (Get-LanPin).State | Should -Be Approved
        Get-LanPin | Remove-LanPin
        Get-LanPin | Should -BeNullOrEmpty
        (Get-LanPeer bob).Trust | Should -Be New
    }

    It 'are not approved, blocked or forgotten by halves of a name that fits two' {
        $robert = Start-LanPeer boris -DiscoveryPort $port -Ephemeral
        Wait-Meeting $alice $robert
        foreach ($script in { Approve-LanPeer bo* -Force }, { Block-LanPeer bo* }, { Remove-LanPin bo* }) {
            $failure = Get-ErrorOf $script
            $failure.FullyQualifiedErrorId | Should -BeLike 'AmbiguousPeer,*'
            foreach ($one in $bob, $robert) { "$failure" | Should -Match $one.PeerId }
        }

        (Get-LanPin).State | Should -Be Pinned, Pinned
    }
}

Describe 'A peer that comes back' {
    BeforeAll {
        $port = Get-DiscoveryPort
        $state = Join-Path $TestDrive 'returning'
    }

    AfterEach {
        Stop-AllLanPeer
    }

    It 'is Pinned, and has its PEER_ID still' {
        $alice = Start-LanPeer alice -DiscoveryPort $port -Ephemeral
        $bob = Start-LanPeer bob -DiscoveryPort $port -StatePath $state
        Wait-Meeting $alice $bob
        Stop-LanPeer $bob
        Wait-Until { $alice.Peers.Count -eq 0 }
        $again = Start-LanPeer bob -DiscoveryPort $port -StatePath $state
        $again.PeerId | Should -BeExactly $bob.PeerId
        (Wait-Trust -Session $alice -UserId bob@127.0.0.1 -Trust Pinned).PeerId | Should -BeExactly $bob.PeerId
    }

    It 'finds its pins and decisions as it left them' {
        $alice = Start-LanPeer keeper -DiscoveryPort $port -StatePath $state
        $bob = Start-LanPeer bob -DiscoveryPort $port -Ephemeral
        Wait-Meeting $alice $bob
        Approve-LanPeer $bob.PeerId -Session $alice
        Stop-LanPeer $alice
        $again = Start-LanPeer keeper -DiscoveryPort $port -StatePath $state
        (Get-LanPin -Session $again).PeerId | Should -BeExactly $bob.PeerId
        (Wait-Trust -Session $again -UserId bob@127.0.0.1 -Trust Verified).PeerId | Should -BeExactly $bob.PeerId
    }
}

Describe 'A changed key' {
    BeforeEach {
        $port = Get-DiscoveryPort
        $alice = Start-LanPeer alice -DiscoveryPort $port -Ephemeral
        $bob = Start-LanPeer bob -DiscoveryPort $port -Ephemeral
        Wait-Meeting $alice $bob
        $old = $bob.PeerId
        Stop-LanPeer $bob
        Wait-Until { $alice.Peers.Count -eq 0 }
        $bob = Start-LanPeer bob -DiscoveryPort $port -Ephemeral
        $newcomer = Wait-Trust -Session $alice -UserId bob@127.0.0.1 -Trust Conflict
    }

    AfterEach {
        Stop-AllLanPeer
    }

    It 'is an error of the next command, once' {
        Get-LanPeer -ErrorAction SilentlyContinue -ErrorVariable failures | Should -HaveCount 1
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeExactly 'PeerKeyChanged,LanPeer.Cmdlets.Commands.GetLanPeerCommand'
        $failures[0].CategoryInfo.Category | Should -Be SecurityError
        $failures[0].TargetObject | Should -BeOfType LanPeer.LanPeer
        $failures[0].TargetObject.PeerId | Should -BeExactly $bob.PeerId
        "$($failures[0])" | Should -Match "'bob@127\.0\.0\.1' is pinned to $old, but $($bob.PeerId) uses it now"
        $failures[0].ErrorDetails.RecommendedAction | Should -Match "Approve-LanPeer $($bob.PeerId)"
        Get-LanPeer -ErrorAction SilentlyContinue -ErrorVariable later | Should -HaveCount 1
        $later | Should -BeNullOrEmpty
    }

    It 'is an error of a command that waits' {
        $null = Get-LanPeer -ErrorAction SilentlyContinue
        $shell = Open-PeerShell
        $running = Start-PeerShell $shell { param($Session) Receive-LanMessage -Timeout 20 -Count 1 -Session $Session } $alice
        Stop-LanPeer $bob
        Wait-Until { $alice.Peers.Count -eq 0 }
        $bob = Start-LanPeer bob -DiscoveryPort $port -Ephemeral
        Wait-Until { $shell.Streams.Error.Count -eq 1 } -Because 'the error comes while it waits'
        $shell.Streams.Error[0].FullyQualifiedErrorId | Should -BeLike 'PeerKeyChanged,*'
        Send-LanDM alice 'hello' -Session $bob
        { Wait-PeerShell $shell $running } | Should -Throw
        Close-PeerShell $shell
    }

    It 'is no error of Stop-LanPeer' {
        Stop-LanPeer $alice -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures | Should -BeNullOrEmpty
    }

    It 'is an event, too' {
        $seen = [Collections.Generic.List[object]]::new()
        $null = Register-ObjectEvent $alice TrustChanged -SourceIdentifier trust -Action { ($Event.MessageData).Add($EventArgs) } -MessageData $seen
        try {
            Stop-LanPeer $bob
            Wait-Until { $alice.Peers.Count -eq 0 }
            $bob = Start-LanPeer bob -DiscoveryPort $port -Ephemeral
            Wait-Until { $seen.Count -eq 1 }
            $seen[0].Kind | Should -Be KeyChanged
            $seen[0].Peer.PeerId | Should -BeExactly $bob.PeerId
            $seen[0].PinnedPeerId | Should -BeExactly $old
        }
        finally {
            Unregister-Event trust
            Remove-Job trust -Force
        }
    }

    Context 'once it is known' {
        BeforeEach {
            $null = Get-LanPeer -ErrorAction SilentlyContinue
        }

        It 'gets nothing by name, user id or wildcard: <Given>' -ForEach @(
            @{ Given = 'bob' }
            @{ Given = 'bob@127.0.0.1' }
            @{ Given = 'b*' }
        ) {
            $failure = Get-ErrorOf { Send-LanDM $Given 'secret' }
            $failure.FullyQualifiedErrorId | Should -BeLike 'PeerInConflict,*'
            $failure.CategoryInfo.Category | Should -Be SecurityError
            "$failure" | Should -Match $old
            "$failure" | Should -Match $bob.PeerId
            $failure.ErrorDetails.RecommendedAction | Should -Match "Approve-LanPeer $($bob.PeerId)"
            Send-LanDM $bob.PeerId 'marker'
            Wait-Inbox $bob
            (Receive-LanMessage -Session $bob).Content | Should -BeExactly 'marker'
        }

        It 'is written to by <Shown> all the same' -ForEach @(
            @{ Shown = 'its PEER_ID'; Script = { Send-LanDM $bob.PeerId 'who are you?' } }
            @{ Shown = 'its PEER_ID without hyphens'; Script = { Send-LanDM ($bob.PeerId -replace '-') 'who are you?' } }
            @{ Shown = 'the peer'; Script = { Send-LanDM (Get-LanPeer bob) 'who are you?' } }
            @{ Shown = 'the peer from the pipeline'; Script = { Get-LanPeer bob | Send-LanDM -Message 'who are you?' } }
        ) {
            & $Script
            Wait-Inbox $bob
            (Receive-LanMessage -Session $bob).Content | Should -BeExactly 'who are you?'
        }

        It 'is marked on its messages, on the screen as well' {
            Send-LanDM alice 'it is me' -Session $bob
            Wait-Inbox $alice
            $message = Receive-LanMessage
            $message.Trust | Should -Be Conflict
            ($message | Out-String) | Should -Match '\[Conflict\] bob'
        }

        It 'is told apart from the owner when he is here too, who gets what is sent to the name' {
            Stop-LanPeer $bob
            $folder = Join-Path $TestDrive ([guid]::NewGuid())
            Wait-Until { $alice.Peers.Count -eq 0 }
            $owner = Start-LanPeer carl -DiscoveryPort $port -StatePath $folder
            Wait-Meeting $alice $owner
            $shell = Open-PeerShell
            $thief = Invoke-PeerShell $shell {
                param($Port, $Run)
                # Two of one name on one machine: another run folder, or the first one's lock keeps it out.
                $env:LANPEER_STATE = $Run
                Start-LanPeer carl -DiscoveryPort $Port -Ephemeral
            } $port, (Join-Path $TestDrive ([guid]::NewGuid()))
            $env:LANPEER_STATE = Join-Path $TestDrive 'state'
            $null = Wait-Trust -Session $alice -UserId carl@127.0.0.1 -Trust Conflict
            $null = Get-LanPeer -ErrorAction SilentlyContinue
            @(Get-LanPeer carl).PeerId | Sort-Object | Should -BeExactly ($owner.PeerId, $thief.PeerId | Sort-Object)
            Send-LanDM carl 'for the owner'
            Wait-Inbox $owner

            # The owner is told of his twin, too.
            (Receive-LanMessage -Session $owner -ErrorAction SilentlyContinue).Content | Should -BeExactly 'for the owner'
            $thief.Inbox.Count | Should -Be 0
            $failure = Get-ErrorOf { Block-LanPeer carl }
            $failure.FullyQualifiedErrorId | Should -BeLike 'AmbiguousPeer,*'
            foreach ($one in $owner, $thief) { "$failure" | Should -Match $one.PeerId }
            Close-PeerShell $shell
        }

        It 'becomes the owner when it is approved' {
            $pin = Approve-LanPeer $bob.PeerId -PassThru
            $pin.UserIds | Should -BeExactly 'bob@127.0.0.1'
            (Get-LanPeer bob).Trust | Should -Be Verified
            (Get-LanPin $old).UserIds | Should -BeNullOrEmpty
            Send-LanDM bob 'good to know'
            Wait-Inbox $bob
        }

        It 'is gone when it is blocked, and the old pin stands' {
            Block-LanPeer bob
            Get-LanPeer | Should -BeNullOrEmpty
            (Get-LanPin -State Blocked).PeerId | Should -BeExactly $bob.PeerId
            (Get-LanPin bob).PeerId | Should -BeExactly $old
        }
    }
}

Describe 'Several changed keys' {
    AfterEach {
        Stop-AllLanPeer
    }

    It 'are told one by one where an error ends the command, and none is lost' {
        $port = Get-DiscoveryPort
        $alice = Start-LanPeer alice -DiscoveryPort $port -Ephemeral
        foreach ($name in 'mia', 'nora') {
            Write-PinFile "$TestDrive/$name.json" (New-PeerId) -UserId "$name@127.0.0.1"
            $null = Import-LanPin "$TestDrive/$name.json"
        }

        foreach ($name in 'mia', 'nora') {
            $null = Start-LanPeer $name -DiscoveryPort $port -Ephemeral
            $null = Wait-Trust -Session $alice -UserId "$name@127.0.0.1" -Trust Conflict
        }

        { Get-LanPeer -ErrorAction Stop } | Should -Throw -ErrorId 'PeerKeyChanged,*' -ExpectedMessage "'mia@*"
        { Get-LanPeer -ErrorAction Stop } | Should -Throw -ErrorId 'PeerKeyChanged,*' -ExpectedMessage "'nora@*"
        @(Get-LanPeer -ErrorAction Stop).Count | Should -Be 2
    }
}

Describe 'Who speaks in the clear' {
    BeforeEach {
        $port = Get-DiscoveryPort
        $alice = Start-LanPeer alice -DiscoveryPort $port -Ephemeral
        $pins = Join-Path $TestDrive 'clear.json'
        Write-PinFile $pins (New-PeerId) -UserId 'bob@10.0.0.4'
        $null = Import-LanPin $pins
    }

    AfterEach {
        Stop-AllLanPeer
    }

    Context 'under the name of somebody proven' {
        BeforeEach {
            $fake = Open-SeedPeer bob -Session $alice
        }

        AfterEach {
            Close-SeedPeer $fake
        }

        It 'gets nothing by <Shown>' -ForEach @(
            @{ Shown = 'the name'; Script = { Send-LanDM bob 'secret' } }
            @{ Shown = 'a wildcard'; Script = { Send-LanDM b* 'secret' } }
            @{ Shown = 'the peer'; Script = { Get-LanPeer bob | Send-LanDM -Message 'secret' } }
        ) {
            $failure = Get-ErrorOf $Script
            $failure.FullyQualifiedErrorId | Should -BeLike 'DowngradeRefused,*'
            $failure.CategoryInfo.Category | Should -Be SecurityError
            $failure.ErrorDetails.RecommendedAction | Should -Match '-AllowUnsigned'
            Send-LanDM bob 'marker' -AllowUnsigned
            (Receive-Datagram -Socket $fake.Socket -Type DM).CONTENT | Should -BeExactly 'marker'
        }

        It 'is written to by its whole user id, which is nobody else''s' {
            Send-LanDM bob@127.0.0.1 'you, the other bob'
            (Receive-Datagram -Socket $fake.Socket -Type DM).CONTENT | Should -BeExactly 'you, the other bob'
        }

        It 'is left out where a wildcard names others, and that is said' {
            $carol = Open-SeedPeer carol -Session $alice
            $sent = Send-LanDM * 'to all' -PassThru -ErrorAction SilentlyContinue -ErrorVariable failures
            $sent.To | Should -BeExactly 'carol@127.0.0.1'
            $failures.Count | Should -Be 1
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'DowngradeRefused,*'
            Close-SeedPeer $carol
        }

        It 'shows that in Get-LanPeer' {
            (Get-LanPeer bob).UsesProtectedName | Should -BeTrue
            (Get-LanPeer bob).Trust | Should -Be Unsigned
        }
    }

    It 'gets nothing under a display name that is somebody''s name' {
        $fake = Open-SeedPeer eve -Session $alice
        Send-SeedMessage $fake -To $alice ([ordered]@{ TYPE = 'PROFILE'; USER_ID = $fake.UserId; DISPLAY_NAME = 'Bob'; STATUS = '' })
        Wait-Inbox $alice
        { Send-LanDM bob 'secret' -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound,*'
        { Send-LanDM bo* 'secret' -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound,*'
        Send-LanDM eve 'marker'
        (Receive-Datagram -Socket $fake.Socket -Type DM).CONTENT | Should -BeExactly 'marker'
        Close-SeedPeer $fake
    }

    It 'gets nothing under a PEER_ID for a name' {
        $id = New-PeerId
        $fake = Open-SeedPeer $id -Session $alice
        { Send-LanDM $id 'secret' -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound,*'
        { Send-LanDM ($id -replace '-') 'secret' -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound,*'
        Close-SeedPeer $fake
    }
}

Describe '-RequireTrust' {
    AfterEach {
        Stop-AllLanPeer
    }

    It 'talks to nobody new and nobody in the clear, and to who is approved' {
        $port = Get-DiscoveryPort
        $bob = Start-LanPeer bob -DiscoveryPort $port -Ephemeral
        $carol = Start-LanPeer carol -DiscoveryPort $port -Ephemeral
        Wait-Meeting $bob $carol
        $strict = Start-LanPeer strict -DiscoveryPort $port -Ephemeral -RequireTrust
        $plain = Open-Socket
        Send-Datagram -Socket $plain -Port $strict.Port ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = 'dan@127.0.0.1'; PORT = $plain.Client.LocalEndPoint.Port })
        Wait-Until { (Get-DropCount $strict Untrusted) -gt 0 }
        Approve-LanPeer $bob.PeerId -Session $strict
        Wait-Until { $null = Find-LanPeer -Timeout 0.3 -Session $strict; $strict.Peers.Name -contains 'bob' }
        $strict.Peers.Name | Should -BeExactly 'bob'
        $strict.Peers[0].Trust | Should -Be Verified
        Send-LanDM bob 'you I know' -Session $strict
        Wait-Inbox $bob
        Close-Socket $plain
    }
}
