[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $secret = 'correct horse battery staple'
    $key = ConvertTo-NetworkKey $secret
    $other = ConvertTo-NetworkKey 'another key altogether'

    function Start-Member {
        # A peer without an identity on disk.
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Nobody asks a test -WhatIf.')]
        param([string] $Name, [hashtable] $Option = @{})

        # Who cannot be understood is not answered: that others hear of an earlier one takes its next announcement.
        Start-LanPeer $Name -DiscoveryPort $port -Ephemeral -AnnounceInterval 0.5 @Option
    }
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'A closed network' {
    BeforeEach {
        $port = Get-DiscoveryPort
    }

    AfterEach {
        Stop-AllLanPeer
    }

    It 'is one for all who have its key' {
        $alice = Start-Member alice @{ NetworkName = 'club'; NetworkKey = $key }
        $bob = Start-Member bob @{ NetworkName = 'club'; NetworkKey = ConvertTo-NetworkKey $secret }
        Wait-Meeting $alice $bob
        Send-LanPost 'members only' -Session $alice
        Send-LanDM bob 'and this' -Session $alice
        Wait-Inbox $bob 2
        (Receive-LanMessage -Session $bob).Content | Should -BeExactly 'members only', 'and this'
    }

    It 'has the key from a file as well, whose line end does not count: <Shown>' -ForEach @(
        @{ Shown = 'LF'; End = "`n" }
        @{ Shown = 'CRLF'; End = "`r`n" }
        @{ Shown = 'none'; End = '' }
    ) {
        Write-PrivateFile (Join-Path $TestDrive 'club.key') "$secret$End"
        $alice = Start-Member alice @{ NetworkName = 'club'; NetworkKey = $key }
        $bob = Start-Member bob @{ NetworkName = 'club'; NetworkKeyPath = 'TestDrive:/club.key' }
        Wait-Meeting $alice $bob
    }

    It 'says of a wrong key that it is one, to both' {
        $alice = Start-Member alice @{ NetworkName = 'club'; NetworkKey = $key }
        $eve = Start-Member eve @{ NetworkName = 'club'; NetworkKey = $other }
        Wait-Until { (Get-DropCount $alice WrongNetworkKey) -gt 0 }
        $failure = Get-ErrorOf { Receive-LanMessage -Session $alice }
        $failure.FullyQualifiedErrorId | Should -BeLike 'WrongNetworkKey,*'
        $failure.CategoryInfo.Category | Should -Be SecurityError
        "$failure" | Should -Match "the network 'club' with another key"
        $failure.ErrorDetails.RecommendedAction | Should -Match '-NetworkKey'
        Wait-Until { (Get-DropCount $eve WrongNetworkKey) -gt 0 }
        { Get-LanPeer -Session $eve -ErrorAction Stop } | Should -Throw -ErrorId 'WrongNetworkKey,*'
        $alice.Peers | Should -BeNullOrEmpty
        $eve.Peers | Should -BeNullOrEmpty
    }

    It 'stands beside others and the open one, which hear nothing of each other' {
        $club = 'alice', 'bob' | ForEach-Object { Start-Member $_ @{ NetworkName = 'club'; NetworkKey = $key } }
        $team = 'carol', 'dan' | ForEach-Object { Start-Member $_ @{ NetworkName = 'team'; NetworkKey = $key } }
        $open = 'eve', 'fay' | ForEach-Object { Start-Member $_ }
        foreach ($pair in $club, $team, $open) { Wait-Meeting @pair }
        foreach ($pair in $club, $team, $open) {
            Send-LanPost "from $($pair[0])" -Session $pair[0]
            Wait-Inbox $pair[1]
            (Receive-LanMessage -Session $pair[1]).Content | Should -BeExactly "from $($pair[0])"
        }

        foreach ($one in $club + $team + $open) {
            $one.Peers.Count | Should -Be 1
            $one.Inbox.Count | Should -Be 0
            $one.TakeTrustEvents() | Should -BeNullOrEmpty
        }
    }

    It 'shows its members to Find-LanPeer, to whoever has the key, and nobody notices' {
        $alice = Start-Member alice @{ NetworkName = 'club'; NetworkKey = $key }
        Write-PrivateFile (Join-Path $TestDrive 'find.key') $secret
        $found = Find-LanPeer -DiscoveryPort $port -Timeout 20 -Count 1 -NetworkName club -NetworkKey $key
        $found.UserId, $found.PeerId | Should -BeExactly $alice.UserId, $alice.PeerId
        (Find-LanPeer -DiscoveryPort $port -Timeout 20 -Count 1 -NetworkName club -NetworkKeyPath 'TestDrive:/find.key').Name | Should -BeExactly 'alice'
        (Find-LanPeer -DiscoveryPort $port -Timeout 20 -Count 1 -NetworkName club -NetworkKey $other, $key).Name | Should -BeExactly 'alice'
        Find-LanPeer -DiscoveryPort $port -Timeout 0.5 -NetworkName club -NetworkKey $other | Should -BeNullOrEmpty
        Find-LanPeer -DiscoveryPort $port -Timeout 0.5 -NetworkName team -NetworkKey $key | Should -BeNullOrEmpty
        $alice.Peers | Should -BeNullOrEmpty
    }

    It 'is not looked for with half of what it takes: <Shown>' -ForEach @(
        @{ Shown = 'no key'; Script = { Find-LanPeer 0.1 -DiscoveryPort $port -NetworkName club } }
        @{ Shown = 'no name'; Script = { Find-LanPeer 0.1 -DiscoveryPort $port -NetworkKey $key } }
        @{ Shown = 'a session'; Script = { Find-LanPeer 0.1 -Session (Start-Member alice) -NetworkName club -NetworkKey $key } }
    ) {
        $Script | Should -Throw -ErrorId 'InvalidOption,*'
    }

    It 'hears nobody in the clear' {
        $alice = Start-Member alice @{ NetworkName = 'club'; NetworkKey = $key }
        $plain = Open-Socket
        Send-Datagram -Socket $plain -Port $alice.Port ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = 'bob@127.0.0.1'; PORT = $plain.Client.LocalEndPoint.Port })
        Send-Datagram -Socket $plain -Port $alice.Port ([ordered]@{ TYPE = 'POST'; USER_ID = 'bob@127.0.0.1'; CONTENT = 'hello' })
        Wait-Until { (Get-DropCount $alice PlainText) -eq 2 }
        $alice.Peers.Count + $alice.Inbox.Count | Should -Be 0
        $plain.Available | Should -Be 0
        Close-Socket $plain
    }

    It 'knows two keys while the key is being changed, and the first is the one that is used' {
        $early = Start-Member early @{ NetworkName = 'club'; NetworkKey = $key }
        $both = Start-Member both @{ NetworkName = 'club'; NetworkKey = $other, $key }
        $late = Start-Member late @{ NetworkName = 'club'; NetworkKey = $other }
        Wait-Meeting $both $late
        Wait-Meeting $early $both
        Send-LanPost 'to old and new' -Session $both
        Wait-Inbox $early
        Wait-Inbox $late
        $early.Peers.Name | Should -BeExactly 'both'
        $late.Peers.Name | Should -BeExactly 'both'
    }

    It 'takes a LanNetworkKey, too' {
        $session = Start-Member alice @{ NetworkName = 'club'; NetworkKey = [LanPeer.LanNetworkKey]::FromSecureString($key) }
        $session.Options.NetworkName | Should -BeExactly 'club'
    }
}

Describe 'The network key' {
    BeforeAll {
        $port = Get-DiscoveryPort
    }

    AfterEach {
        Stop-AllLanPeer
    }

    It 'is not taken as plain text, and not repeated: <Shown>' -ForEach @(
        @{ Shown = 'a string'; Given = { $secret } }
        @{ Shown = 'among others'; Given = { $key, $secret } }
        @{ Shown = 'bytes'; Given = { [Text.Encoding]::UTF8.GetBytes($secret) } }
        @{ Shown = 'an object'; Given = { [pscustomobject]@{ Key = $secret } } }
        @{ Shown = 'a credential'; Given = { [pscredential]::new('club', $key) } }
    ) {
        $given = & $Given
        $failure = Get-ErrorOf { Start-LanPeer new -DiscoveryPort $port -NetworkName club -NetworkKey $given }
        $failure.FullyQualifiedErrorId | Should -BeExactly 'ParameterArgumentTransformationError,LanPeer.Cmdlets.Commands.StartLanPeerCommand'
        "$failure" | Should -Match 'Read-Host -AsSecureString'
        "$failure" | Should -Match '-NetworkKeyPath'
        $failure | Format-List * -Force | Out-String -Width 500 | Should -Not -Match 'horse'
        { Get-LanPeer } | Should -Throw -ErrorId 'NoSession,*'
    }

    It 'is refused when it is short, without being shown' {
        $short = ConvertTo-NetworkKey 'horse12'
        $failure = Get-ErrorOf { Start-LanPeer new -DiscoveryPort $port -NetworkName club -NetworkKey $short }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
        "$failure" | Should -Match '8 to 1,024 bytes'
        $failure | Format-List * -Force | Out-String -Width 500 | Should -Not -Match 'horse'
    }

    It 'is in no stream, object, view or transcript' {
        $file = Join-Path $TestDrive 'transcript.txt'
        Write-PrivateFile (Join-Path $TestDrive 'club.key') $secret
        $command = {
            param($Module, $Port, $File, $KeyFile)
            Import-Module $Module
            $null = Start-Transcript $File
            $VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
            $session = Start-LanPeer keeper -DiscoveryPort $Port -Ephemeral -NetworkName club -NetworkKeyPath $KeyFile -Verbose -Debug
            $session
            $session | Format-List * | Out-String
            $session.Options | Format-List * | Out-String
            $session.Options.NetworkKeys | Format-List * -Force | Out-String
            $session.Options.NetworkKeys | ConvertTo-Json
            "$($session.Options) $($session.Options.NetworkKeys)"
            [Management.Automation.PSSerializer]::Serialize($session.Options)
            $session.Options.NetworkKeys | Get-Member -Force | Out-String
            Start-LanPeer twin -DiscoveryPort $Port -Ephemeral -Port $session.Port -NetworkName club -NetworkKey $session.Options.NetworkKeys
            $Error[0] | Format-List * -Force | Out-String
            Get-LanPeer -Verbose
            Stop-LanPeer
            $null = Stop-Transcript
        }
        $output = pwsh -NoProfile -NonInteractive -Command "& { $command } '$(Get-LanPeerModulePath)' $(Get-DiscoveryPort) '$file' '$(Join-Path $TestDrive 'club.key')'" *>&1 | Out-String
        $output | Should -Match 'PortInUse'
        $output | Should -Match 'VERBOSE: keeper@127\.0\.0\.1 is '
        $output | Should -Not -Match 'horse'
        $base64 = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($secret))
        $output | Should -Not -Match $base64.Substring(0, 12)
        Get-Content $file -Raw | Should -Match 'keeper@127\.0\.0\.1'
        Get-Content $file -Raw | Should -Not -Match 'horse'
    }
}
