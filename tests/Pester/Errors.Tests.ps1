[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeDiscovery {
    $esc = [char] 27
    $errors = @(
        @{ Id = 'InvalidName'; Category = 'InvalidArgument'; Target = 'a b'; Script = { Start-LanPeer 'a b' -DiscoveryPort $port } }
        @{ Id = 'InvalidOption'; Category = 'InvalidArgument'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -Port 70000 } }
        @{ Id = 'InvalidOption'; Category = 'InvalidArgument'; Target = -1; Script = { Receive-LanMessage -Timeout -1 } }
        @{ Id = 'NameInUse'; Category = 'ResourceExists'; Target = 'alice'; Script = { Start-LanPeer alice -DiscoveryPort $port } }
        @{ Id = 'PortInUse'; Category = 'ResourceUnavailable'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -Port $alice.Port } }
        @{ Id = 'NetworkConfined'; Category = 'InvalidArgument'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -Network Lan } }
        @{ Id = 'SeedNotResolved'; Category = 'ObjectNotFound'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -Seed '[::1]:8000' } }
        @{ Id = 'SessionStopped'; Category = 'InvalidOperation'; Target = 'stopped@127.0.0.1'; Script = { Send-LanPost 'hello' -Session $stopped } }
        @{ Id = 'MessageTooLarge'; Category = 'LimitsExceeded'; Target = { 'x' * 70000 }; Script = { Send-LanDM bob ('x' * 70000) } }
        @{ Id = 'EmptyMessage'; Category = 'InvalidData'; Target = ''; Script = { Send-LanDM bob '' } }
        @{ Id = 'InvalidText'; Category = 'InvalidData'; Target = { "$([char] 0xD800)" }; Script = { Send-LanPost "$([char] 0xD800)" } }
        @{ Id = 'AvatarTooLarge'; Category = 'LimitsExceeded'; Target = 'large.png'; Script = { Set-LanProfile -AvatarPath large.png } }
        @{ Id = 'AvatarNotAnImage'; Category = 'InvalidData'; Target = 'text.png'; Script = { Set-LanProfile -AvatarPath text.png } }
        @{ Id = 'PeerNotFound'; Category = 'ObjectNotFound'; Target = 'zoe'; Script = { Send-LanDM zoe 'hello' } }
        @{ Id = 'PeerNotFound'; Category = 'ObjectNotFound'; Target = 'zoe'; Script = { Get-LanPeer zoe } }
        @{ Id = 'PeerNotFound'; Category = 'ObjectNotFound'; Target = 'zoe'; Script = { Get-LanProfile zoe } }
        @{ Id = 'PeerNotFound'; Category = 'ObjectNotFound'; Target = 'zoe'; Script = { Save-LanAvatar zoe } }
        @{ Id = 'AmbiguousPeer'; Category = 'InvalidArgument'; Target = 'Twin'; Script = { Send-LanDM Twin 'hello' } }
        @{ Id = 'AmbiguousPeer'; Category = 'InvalidArgument'; Target = 'Twin'; Script = { Save-LanAvatar Twin } }
        @{ Id = 'ProfileNotFound'; Category = 'ObjectNotFound'; Target = 'bob'; Script = { Get-LanProfile bob } }
        @{ Id = 'ProfileNotFound'; Category = 'ObjectNotFound'; Target = 'bob'; Script = { Save-LanAvatar bob } }
        @{ Id = 'FileNotFound'; Category = 'ObjectNotFound'; Target = 'missing.png'; Script = { Set-LanProfile -AvatarPath missing.png } }
        @{ Id = 'FileNotReadable'; Category = 'ReadError'; Target = 'folder'; Script = { Set-LanProfile -AvatarPath folder } }
        @{ Id = 'FileExists'; Category = 'ResourceExists'; Target = 'carol'; Script = { Save-LanAvatar carol text.png } }
        @{ Id = 'FileNotWritable'; Category = 'WriteError'; Target = 'carol'; Script = { Save-LanAvatar carol nowhere/face.png } }
        @{ Id = 'InvalidOption'; Category = 'InvalidArgument'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -NetworkName club } }
        @{ Id = 'InvalidOption'; Category = 'InvalidArgument'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -NetworkKey $key } }
        @{ Id = 'InvalidOption'; Category = 'InvalidArgument'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -NetworkName club -NetworkKey $key, $key, $key } }
        @{ Id = 'InvalidOption'; Category = 'InvalidArgument'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -NetworkName club -NetworkKey $key -NetworkKeyPath short.key } }
        @{ Id = 'InvalidOption'; Category = 'InvalidArgument'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -Ephemeral -StatePath folder } }
        @{ Id = 'InvalidNetworkKey'; Category = 'InvalidArgument'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -NetworkName club -NetworkKeyPath short.key } }
        @{ Id = 'FileNotFound'; Category = 'ObjectNotFound'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -NetworkName club -NetworkKeyPath missing.key } }
        @{ Id = 'IdentityInUse'; Category = 'ResourceExists'; Target = 'alice'; Script = { Start-LanPeer alice -DiscoveryPort ($port + 1) } }
        @{ Id = 'IdentityDamaged'; Category = 'InvalidData'; Target = 'damaged'; Script = { Start-LanPeer damaged -DiscoveryPort $port } }
        @{ Id = 'PinsDamaged'; Category = 'InvalidData'; Target = 'pinless'; Script = { Start-LanPeer pinless -DiscoveryPort $port } }
        @{ Id = 'StateUnavailable'; Category = 'ResourceUnavailable'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -StatePath text.png } }
        @{ Id = 'InvalidPeerId'; Category = 'InvalidArgument'; Target = 'ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23-4561'; Script = { Approve-LanPeer ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23-4561 } }
        @{ Id = 'PeerNotFound'; Category = 'ObjectNotFound'; Target = 'zoe'; Script = { Approve-LanPeer zoe } }
        @{ Id = 'PeerNotFound'; Category = 'ObjectNotFound'; Target = 'zoe'; Script = { Block-LanPeer zoe } }
        @{ Id = 'PeerHasNoIdentity'; Category = 'InvalidOperation'; Target = 'bob'; Script = { Block-LanPeer bob } }
        @{ Id = 'PeerHasNoIdentity'; Category = 'InvalidOperation'; Target = 'bob'; Script = { Approve-LanPeer bob -Force } }
        @{ Id = 'AmbiguousPeer'; Category = 'InvalidArgument'; Target = '*'; Script = { Block-LanPeer * } }
        @{ Id = 'ConfirmationNeeded'; Category = 'InvalidOperation'; Target = 'nora'; Script = { Invoke-PeerShell $shell { param($Session) Approve-LanPeer nora -Session $Session } $alice } }
        @{ Id = 'PinNotFound'; Category = 'ObjectNotFound'; Target = 'zoe'; Script = { Get-LanPin zoe } }
        @{ Id = 'PinNotFound'; Category = 'ObjectNotFound'; Target = 'zoe'; Script = { Remove-LanPin zoe } }
        @{ Id = 'PinNotFound'; Category = 'ObjectNotFound'; Target = 'nora'; Script = { Unblock-LanPeer nora } }
        @{ Id = 'PinBookFull'; Category = 'LimitsExceeded'; Target = 'ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23-4567'; Script = { Approve-LanPeer ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23-4567 -Session $full } }
        @{ Id = 'PinFileInvalid'; Category = 'InvalidData'; Target = 'text.png'; Script = { Import-LanPin text.png } }
        @{ Id = 'PinConflict'; Category = 'ResourceExists'; Target = 'BBBB-BBBB-BBBB-BBBB-BBBB-BBBB-BBBB-BBBB'; Type = 'LanPeer.LanPin'; Script = { Import-LanPin other.json } }
        @{ Id = 'FileNotFound'; Category = 'ObjectNotFound'; Target = 'missing.json'; Script = { Import-LanPin missing.json } }
        @{ Id = 'FileNotReadable'; Category = 'ReadError'; Target = 'folder'; Script = { Import-LanPin folder } }
        @{ Id = 'FileExists'; Category = 'ResourceExists'; Target = 'text.png'; Script = { Export-LanPin text.png -NoClobber } }
        @{ Id = 'FileNotWritable'; Category = 'WriteError'; Target = 'nowhere/pins.json'; Script = { Export-LanPin nowhere/pins.json } }
        @{ Id = 'DowngradeRefused'; Category = 'SecurityError'; Target = 'eve'; Script = { Send-LanDM eve 'hello' } }
        @{ Id = 'DeliveryRefused'; Category = 'PermissionDenied'; Target = 'ned'; Script = { Send-LanDM ned 'hello' } }
        @{ Id = 'PeerInConflict'; Category = 'SecurityError'; Target = 'mia'; Script = { Send-LanDM mia 'hello' } }
        @{ Id = 'PeerKeyChanged'; Category = 'SecurityError'; Target = 'mia@127.0.0.1'; Type = 'LanPeer.LanPeer'; Script = { Get-LanPeer bob -Session $events.KeyChanged } }
        @{ Id = 'OwnIdentityElsewhere'; Category = 'SecurityError'; Target = 'double@127.0.0.1'; Script = { Get-LanPeer -Session $events.Elsewhere } }
        @{ Id = 'WrongNetworkKey'; Category = 'SecurityError'; Target = 'one@127.0.0.1'; Script = { Get-LanPeer -Session $events.WrongKey } }
    )

    # Windows has no modes: there the folder of the user is what keeps others out.
    $modes = @(
        @{ Id = 'IdentityExposed'; Target = 'exposed'; Script = { Start-LanPeer exposed -DiscoveryPort $port } }
        @{ Id = 'NetworkKeyExposed'; Target = 'new'; Script = { Start-LanPeer new -DiscoveryPort $port -NetworkName club -NetworkKeyPath open.key } }
    )

    # Windows cannot hold a process: there is nobody who neither answers nor refuses.
    $held = @(
        @{ Id = 'DeliveryUnknown'; Category = 'OperationTimeout'; Command = 'SendLanDMCommand'; Script = { Send-LanDM held 'hello' -Timeout 0.5 } }
        @{ Id = 'DeliveryUnknown'; Category = 'OperationTimeout'; Command = 'SendLanPostCommand'; Script = { Send-LanPost 'hello' -Wait -Timeout 0.5 } }
    )

    $commands = @(
        @{ Name = 'Get-LanPeer'; Script = { Get-LanPeer } }
        @{ Name = 'Send-LanPost'; Script = { Send-LanPost 'hello' } }
        @{ Name = 'Send-LanDM'; Script = { Send-LanDM bob 'hello' } }
        @{ Name = 'Test-LanPeer'; Script = { Test-LanPeer bob } }
        @{ Name = 'Set-LanProfile'; Script = { Set-LanProfile 'Alice' } }
        @{ Name = 'Get-LanProfile'; Script = { Get-LanProfile } }
        @{ Name = 'Save-LanAvatar'; Script = { Save-LanAvatar bob } }
        @{ Name = 'Receive-LanMessage'; Script = { Receive-LanMessage } }
        @{ Name = 'Approve-LanPeer'; Script = { Approve-LanPeer bob } }
        @{ Name = 'Block-LanPeer'; Script = { Block-LanPeer bob } }
        @{ Name = 'Unblock-LanPeer'; Script = { Unblock-LanPeer bob } }
        @{ Name = 'Get-LanPin'; Script = { Get-LanPin } }
        @{ Name = 'Remove-LanPin'; Script = { Remove-LanPin bob } }
        @{ Name = 'Export-LanPin'; Script = { Export-LanPin pins.json } }
        @{ Name = 'Import-LanPin'; Script = { Import-LanPin pins.json } }
        @{ Name = 'Stop-LanPeer'; Script = { Stop-LanPeer } }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort
    $alice = Start-LanPeer alice -DiscoveryPort $port
    $stopped = Start-LanPeer stopped -DiscoveryPort $port
    Stop-LanPeer $stopped
    $seeds = 'bob', 'carol', 'dora' | ForEach-Object { Open-SeedPeer $_ -Session $alice }
    foreach ($seed in $seeds[1, 2]) {
        Send-SeedMessage $seed -To $alice ([ordered]@{
                TYPE            = 'PROFILE'
                USER_ID         = $seed.UserId
                DISPLAY_NAME    = 'Twin'
                STATUS          = ''
                AVATAR_ENCODING = 'base64'
                AVATAR_DATA     = [Convert]::ToBase64String((Get-TestImage PNG))
            })
    }
    Wait-Until { @($alice.Peers | Where-Object HasAvatar).Count -eq 2 }

    Push-Location $TestDrive
    [IO.File]::WriteAllBytes((Join-Path $TestDrive 'large.png'), (Get-TestImage PNG -Length 20481))
    'no image' | Set-Content text.png
    $null = New-Item folder -ItemType Directory

    # Files of keys and identities, good and bad.
    $key = ConvertTo-NetworkKey 'correct horse battery'
    Write-PrivateFile (Join-Path $TestDrive 'short.key') 'seven77'
    Write-PrivateFile (Join-Path $TestDrive 'open.key') 'correct horse battery' -Mode 644
    foreach ($name in 'damaged', 'pinless', 'exposed') { Stop-LanPeer (Start-LanPeer $name -DiscoveryPort $port) }
    $identities = Join-Path $env:LANPEER_STATE 'identities'
    Write-PrivateFile (Join-Path $identities 'damaged' 'identity.json') 'no identity'
    Write-PrivateFile (Join-Path $identities 'pinless' 'pins.json') 'no pins'
    if (-not $IsWindows) { chmod 644 (Join-Path $identities 'exposed' 'identity.json') }

    # Two identities that are pinned without having been met, and somebody else under the user id of each.
    Write-PinFile eve.json AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA -UserId 'eve@10.0.0.9'
    Write-PinFile mia.json CCCC-CCCC-CCCC-CCCC-CCCC-CCCC-CCCC-CCCC -UserId 'mia@127.0.0.1'
    Write-PinFile other.json BBBB-BBBB-BBBB-BBBB-BBBB-BBBB-BBBB-BBBB -UserId 'eve@10.0.0.9'
    $full = Start-LanPeer full -DiscoveryPort (Get-DiscoveryPort) -Ephemeral
    $alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
    Write-PinFile full.json (0..9999 | ForEach-Object { $alphabet[$_ -shr 10] + $alphabet[$_ -shr 5 -band 31] + $alphabet[$_ -band 31] + 'A' * 29 })
    $null = Import-LanPin full.json -Session $full
    $events = @{
        KeyChanged = Start-LanPeer watcher -DiscoveryPort $port -Ephemeral
        Elsewhere  = Start-LanPeer double -DiscoveryPort (Get-DiscoveryPort) -Ephemeral
        WrongKey   = Start-LanPeer one -DiscoveryPort ($club = Get-DiscoveryPort) -Ephemeral -NetworkName club -NetworkKey $key
    }
    Write-PinFile ned.json DDDD-DDDD-DDDD-DDDD-DDDD-DDDD-DDDD-DDDD -UserId 'ned@127.0.0.1' -State Blocked
    $null = Import-LanPin ned.json -Session $alice
    foreach ($session in $alice, $events.KeyChanged) { $null = 'eve.json', 'mia.json' | ForEach-Object { Import-LanPin $_ -Session $session } }
    $eve = Open-SeedPeer eve -Session $alice
    $mia, $nora = 'mia', 'nora' | ForEach-Object { Start-LanPeer $_ -DiscoveryPort $port }
    foreach ($session in $alice, $events.KeyChanged) { $null = Wait-Trust -Session $session -UserId mia@127.0.0.1 -Trust Conflict }
    Wait-Meeting $alice $nora
    $null = Get-LanPeer -Session $alice -ErrorAction SilentlyContinue

    Send-Datagram -Socket $seeds[0].Socket -Port $events.Elsewhere.Port ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = 'double@127.0.0.1'; PORT = 9001; MESSAGE_ID = New-MessageId })
    Wait-Until { $events.Elsewhere.HasIdConflict }
    $null = Start-LanPeer other -DiscoveryPort $club -Ephemeral -NetworkName club -NetworkKey (ConvertTo-NetworkKey 'another key')
    Wait-Until { (Get-DropCount $events.WrongKey WrongNetworkKey) -gt 0 }
    $shell = Open-PeerShell
}

AfterAll {
    Pop-Location
    Clear-LanPeerTest
}

Describe 'The error <Id>' -ForEach $errors {
    BeforeAll {
        $failure = Get-ErrorOf $Script
    }

    It 'comes from {<Script>}, with its id, category and target' {
        $failure | Should -Not -BeNullOrEmpty
        $failure.FullyQualifiedErrorId | Should -MatchExactly "^$Id,LanPeer\.Cmdlets\.Commands\.\w+Command$"
        $failure.CategoryInfo.Category | Should -Be $Category
        if ($Type) { $failure.TargetObject | Should -BeOfType $Type }
        $expected = $Target -is [scriptblock] ? (& $Target) : $Target
        ($Type ? "$($failure.TargetObject)" : $failure.TargetObject) | Should -BeExactly $expected
        $failure.Exception | Should -BeOfType LanPeer.LanPeerException
        $failure.Exception.ErrorId | Should -BeExactly $Id
    }

    It 'says what happened and what to do' {
        "$failure" | Should -Match '\w{3}.*\.$'
        "$failure" | Should -BeExactly $failure.Exception.Message
        $failure.ErrorDetails.RecommendedAction | Should -MatchExactly '^[A-Z].*\.$'
        $failure.ErrorDetails.RecommendedAction | Should -BeExactly $failure.Exception.RecommendedAction
    }
}

Describe 'The error <Id>, where files have modes' -Skip:($IsWindows) -ForEach $modes {
    It 'comes from {<Script>}, and says which command makes it good' {
        $failure = Get-ErrorOf $Script
        $failure.FullyQualifiedErrorId | Should -BeExactly "$Id,LanPeer.Cmdlets.Commands.StartLanPeerCommand"
        $failure.CategoryInfo.Category | Should -Be SecurityError
        $failure.TargetObject | Should -BeExactly $Target
        $failure.ErrorDetails.RecommendedAction | Should -Match 'chmod 600 '
    }
}

Describe 'The error <Id>, where a process can be held' -Skip:($IsWindows) -ForEach $held {
    BeforeAll {
        $there = Get-DiscoveryPort
        $dan = Start-LanPeer dan -DiscoveryPort $there -Ephemeral
        $PSDefaultParameterValues['Send-Lan*:Session'] = $dan
        $peer = Open-PeerProcess held -DiscoveryPort $there
        Wait-Until { $dan.Peers.Count -eq 1 }
        Send-LanDM held 'are you there?' -Timeout 30 -ErrorAction Stop
        kill -STOP $peer.Id
    }

    AfterAll {
        kill -CONT $peer.Id
        $PSDefaultParameterValues.Remove('Send-Lan*:Session')
        Close-PeerProcess $peer
        Stop-LanPeer $dan
    }

    It 'comes from {<Script>}, and says how long was waited' {
        $failure = Get-ErrorOf $Script
        $failure.FullyQualifiedErrorId | Should -BeExactly "$Id,LanPeer.Cmdlets.Commands.$Command"
        $failure.CategoryInfo.Category | Should -Be $Category
        $failure.TargetObject | Should -BeExactly 'held@127.0.0.1'
        "$failure" | Should -BeExactly 'No receipt from held@127.0.0.1 within 0.5 s: it may have arrived or not.'
        $failure.ErrorDetails.RecommendedAction | Should -MatchExactly '^[A-Z].*\.$'
    }
}

Describe 'The error ids' {
    It 'are constants named as they read' {
        foreach ($field in [LanPeer.LanErrorId].GetFields()) { $field.GetRawConstantValue() | Should -BeExactly $field.Name }
    }

    It 'are all provoked here, except those that need a broken machine' {
        # No socket to be had, a port below 1024, an interface (not looked at on loopback), a datagram the network refuses,
        # a full disk (it is a warning, and the peer goes on).
        $elsewhere = 'NetworkUnavailable', 'PortDenied', 'InterfaceNotFound', 'SendFailed', 'NoSession', 'StateNotSaved'
        $here = [regex]::Matches((Get-Content $PSCommandPath -Raw), "@\{ Id = '(\w+)'").ForEach{ $_.Groups[1].Value }
        [LanPeer.LanErrorId].GetFields().Name | Where-Object { $_ -notin $here -and $_ -notin $elsewhere } | Should -BeNullOrEmpty
    }
}

Describe 'NoSession' {
    BeforeAll {
        $shell = Open-PeerShell
    }

    AfterAll {
        Close-PeerShell $shell
    }

    It 'ends <Name> with the one thing to do' -ForEach $commands {
        $failure = Get-ErrorOf { Invoke-PeerShell $shell $Script }
        $failure.FullyQualifiedErrorId | Should -BeLike 'NoSession,*'
        $failure.CategoryInfo.Category | Should -Be InvalidOperation
        $failure.ErrorDetails.RecommendedAction | Should -BeExactly 'Run Start-LanPeer first, or pass one with -Session.'
    }
}

Describe 'PortDenied' {
    It 'comes for a port the system keeps for itself' -Skip:(-not $IsLinux -or [Environment]::IsPrivilegedProcess) {
        $failure = Get-ErrorOf { Start-LanPeer low -DiscoveryPort $port -Port 1 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'PortDenied,*'
        $failure.CategoryInfo.Category | Should -Be PermissionDenied
    }
}

Describe 'Errors of one record' {
    It 'end the call with -ErrorAction Stop' {
        $done = [Collections.Generic.List[string]]::new()
        { 'bob', 'zoe', 'carol' | Get-LanPeer -ErrorAction Stop | ForEach-Object { $done.Add($_.Name) } } | Should -Throw -ErrorId 'PeerNotFound,*'
        $done | Should -BeExactly 'bob'
    }

    It 'are silent with SilentlyContinue, and in -ErrorVariable' {
        $found = 'bob', 'zoe', 'carol' | Get-LanPeer -ErrorAction SilentlyContinue -ErrorVariable failures 2>&1
        $found.Name | Should -BeExactly 'bob', 'carol'
        $failures.Count | Should -Be 1
        $failures[0].TargetObject | Should -BeExactly 'zoe'
    }

    It 'leave no trace in $Error with Ignore' {
        $before = $Error.Count
        $found = 'zoe', 'carol' | Get-LanPeer -ErrorAction Ignore
        $found.Name | Should -BeExactly 'carol'
        $Error.Count | Should -Be $before
    }

    It 'let the pipeline go on: one bad line of many' {
        $deliveries = 'one', '', 'three', "$([char] 0xD800)", 'five' | Send-LanDM bob -PassThru -ErrorAction SilentlyContinue -ErrorVariable failures
        $deliveries.Count | Should -Be 3
        $failures.Exception.ErrorId | Should -BeExactly 'EmptyMessage', 'InvalidText'
    }

    It 'are written for each receiver that is unknown' {
        $deliveries = Send-LanDM zoe, bob, yann 'hello' -PassThru -ErrorAction SilentlyContinue -ErrorVariable failures
        $deliveries.To | Should -BeExactly 'bob@127.0.0.1'
        $failures.TargetObject | Should -BeExactly 'zoe', 'yann'
    }

    It 'set $? to false' {
        Get-LanPeer zoe -ErrorAction SilentlyContinue
        $? | Should -BeFalse
        $null = Get-LanPeer bob
        $? | Should -BeTrue
    }
}

Describe 'Errors of the whole call' {
    It 'end the statement and can be caught' {
        $after = $false
        $id = try { Set-LanProfile -AvatarPath missing.png; $after = $true } catch { $_.FullyQualifiedErrorId }
        $id | Should -BeLike 'FileNotFound,*'
        $after | Should -BeFalse
    }

    It 'can be caught by their type' {
        $caught = try { Start-LanPeer 'a b' -DiscoveryPort $port } catch [LanPeer.LanPeerException] { $_.Exception.ErrorId }
        $caught | Should -BeExactly 'InvalidName'
    }
}

Describe 'What an error shows' {
    It 'commands no terminal: <Name>' -ForEach @(
        @{ Name = 'Get-LanPeer'; Script = { Get-LanPeer $hostile } }
        @{ Name = 'Send-LanDM'; Script = { Send-LanDM $hostile 'hello' } }
        @{ Name = 'Get-LanProfile'; Script = { Get-LanProfile $hostile } }
        @{ Name = 'Save-LanAvatar'; Script = { Save-LanAvatar $hostile } }
        @{ Name = 'Start-LanPeer'; Script = { Start-LanPeer $hostile -DiscoveryPort $port } }
        @{ Name = 'Start-LanPeer -Seed'; Script = { Start-LanPeer new -DiscoveryPort $port -Seed "$($hostile):80" } }
    ) {
        $hostile = "x$([char] 27)]0;owned$([char] 7)$([char] 0x9B)2J"
        "$(Get-ErrorOf $Script)" | Should -Not -Match '[\x00-\x08\x0b-\x1f\x7f-\x9f]'
    }

    It 'is a recommendation on the screen, too' {
        $text = try { Set-LanProfile -AvatarPath missing.png } catch { $_ | Out-String }
        $text | Should -Match 'missing\.png'
        $text | Should -Match 'Check the path\.'
    }
}
