[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort
    $alice = Start-LanPeer alice -DiscoveryPort $port -Ephemeral
    $bob = Start-LanPeer bob -DiscoveryPort $port -Ephemeral
    Wait-Meeting $alice $bob

    function Get-HandlerCount {
        # How many handlers an event of a session has.
        param([object] $Session, [string] $Name = 'MessageReceived')

        $handlers = [LanPeer.LanSession].GetField($Name, [Reflection.BindingFlags] 'NonPublic, Instance').GetValue($Session)
        $handlers ? $handlers.GetInvocationList().Count : 0
    }

    function Clear-Inbox { $null = Receive-LanMessage -Session $alice }

    # A list that actions in this runspace can write to.
    function Get-EmptyList { , [Collections.Generic.List[object]]::new() }
}

AfterAll {
    Get-EventSubscriber -Force | Unregister-Event -Force
    Clear-LanPeerTest
}

Describe 'Register-LanMessageEvent' {
    AfterEach {
        Get-EventSubscriber -Force | Unregister-Event -Force
        Get-Event | Remove-Event
        Get-Job | Remove-Job -Force
        Clear-Inbox
    }

    It 'has the parameters of Register-ObjectEvent, and a session in place of an object' {
        $ours = (Get-Command Register-LanMessageEvent).Parameters
        foreach ($parameter in (Get-Command Register-ObjectEvent).Parameters.Values) {
            if ($parameter.Name -notin 'InputObject', 'EventName') { $ours[$parameter.Name].ParameterType | Should -Be $parameter.ParameterType -Because $parameter.Name }
        }

        $ours.Session.ParameterType | Should -Be ([LanPeer.LanSession])
    }

    It 'gives a job whose action has the message, its sender and the data' {
        $seen = Get-EmptyList
        $job = Register-LanMessageEvent -SourceIdentifier talk -MessageData $seen -Action { $Event.MessageData.Add(@($EventArgs.Message, $Sender, $Event.SourceIdentifier)) }
        $job.Name | Should -BeExactly 'talk'
        Send-LanDM alice 'hello' -Session $bob
        Wait-Until { $seen.Count -eq 1 }
        $seen[0][0].Content | Should -BeExactly 'hello'
        $seen[0][0].From | Should -BeExactly $bob.UserId
        [object]::ReferenceEquals($seen[0][1], $alice) | Should -BeTrue
        $seen[0][2] | Should -BeExactly 'talk'
        (Receive-LanMessage).Content | Should -BeExactly 'hello' -Because 'it is in the inbox, too'
    }

    It 'queues them in their order where there is no action' {
        Register-LanMessageEvent -SourceIdentifier queue | Should -BeNullOrEmpty
        1..300 | Send-LanDM alice -Session $bob
        Wait-Until { @(Get-Event -SourceIdentifier queue).Count -eq 300 }
        (Get-Event -SourceIdentifier queue).SourceEventArgs.Message.Content | Should -BeExactly (1..300 | ForEach-Object { "$_" })
        (Wait-Event queue -Timeout 5).SourceEventArgs.Message.Content | Should -BeExactly '1'
    }

    It 'takes those of a type or an author only' {
        $null = Register-LanMessageEvent -SourceIdentifier posts -Type Post
        $null = Register-LanMessageEvent -SourceIdentifier nobodys -From carol*
        Send-LanDM alice 'a DM' -Session $bob
        Send-LanPost 'a post' -Wait -Session $bob
        Wait-Until { @(Get-Event).Count -eq 1 }
        Wait-Inbox $alice 2
        (Get-Event).SourceIdentifier | Should -BeExactly 'posts'
    }

    It 'ends after -MaxTriggerCount' {
        $null = Register-LanMessageEvent -SourceIdentifier once -MaxTriggerCount 1
        Send-LanDM alice 'one' -Session $bob
        Wait-Until { (Get-HandlerCount $alice) -eq 0 }
        Send-LanDM alice 'two' -Session $bob
        Wait-Inbox $alice 2
        @(Get-Event).SourceEventArgs.Message.Content | Should -BeExactly 'one'
    }

    It 'refuses an identifier that is taken, and says when there is no session' {
        $null = Register-LanMessageEvent -SourceIdentifier twice
        (Get-ErrorOf { Register-LanMessageEvent -SourceIdentifier twice }).FullyQualifiedErrorId | Should -BeLike 'SUBSCRIBER_EXISTS,*'
        Get-HandlerCount $alice | Should -Be 1
        $shell = Open-PeerShell
        $id = Invoke-PeerShell $shell { try { Register-LanMessageEvent -ErrorAction Stop } catch { $_.FullyQualifiedErrorId } }
        $id | Should -BeLike 'NoSession,*'
        Close-PeerShell $shell
    }

    It 'runs its action while a command waits: <Name>' -ForEach @(
        @{ Name = 'Receive-LanMessage -Wait'; Script = { Receive-LanMessage -Type Profile -Timeout 20 -Count 1 } }
        @{ Name = 'Find-LanPeer'; Script = { Find-LanPeer 1.5 } }
        @{ Name = 'Test-LanPeer'; Script = { Test-LanPeer bob -Count 2 -Interval 1.5 } }
    ) {
        # All in another runspace, as the one of the tests has to send meanwhile.
        $shell = Open-PeerShell
        $times = [hashtable]::Synchronized(@{})
        $running = Start-PeerShell $shell {
            param($Session, $Times, $Script)
            $null = Register-LanMessageEvent -Session $Session -MessageData $Times -Action { $Event.MessageData[$EventArgs.Message.Content] = $Event.MessageData['ended'] -eq $true }
            $Times.ready = $true
            $null = & ([scriptblock]::Create($Script.Replace('Receive-LanMessage', 'Receive-LanMessage -Session $Session').Replace('Find-LanPeer', 'Find-LanPeer -Session $Session').Replace('Test-LanPeer', 'Test-LanPeer -Session $Session')))
            $Times.ended = $true
        } @($alice, $times, "$Script")
        Wait-Until { $times.ready }
        Send-LanDM alice 'meanwhile' -Session $bob
        Wait-Until { $times.ContainsKey('meanwhile') }
        $times.meanwhile | Should -BeFalse -Because 'the command was still waiting'
        Set-LanProfile "Bob $(Get-Random)" -Session $bob
        Wait-PeerShell $shell $running
        Close-PeerShell $shell
        Get-HandlerCount $alice | Should -Be 0 -Because 'the runspace is closed'
    }

    It 'leaves nothing behind after Unregister-Event' {
        $before = Get-HandlerCount $alice
        foreach ($i in 1..20) {
            $null = Register-LanMessageEvent -SourceIdentifier "leak$i" -Action { $EventArgs.Message }
            Get-HandlerCount $alice | Should -Be ($before + 1)
            Unregister-Event "leak$i"
            Remove-Job "leak$i" -Force
            Get-HandlerCount $alice | Should -Be $before
        }

        # What the subscription held must be free, while the session lives on.
        $reference = & {
            $held = [byte[]]::new(1000)
            $null = Register-LanMessageEvent -SourceIdentifier held -MessageData $held -Action { $null = $Event.MessageData.Length }
            Send-LanDM alice 'hello' -Session $bob
            Wait-Inbox $alice
            Unregister-Event held
            Remove-Job held -Force
            [WeakReference]::new($held)
        }
        Wait-Until { [GC]::Collect(); [GC]::WaitForPendingFinalizers(); -not $reference.IsAlive } -Because 'the subscription was ended'
        $alice.State | Should -Be Running
    }

    It 'holds no sender back when nobody reads the inbox' {
        $small = [LanPeer.LanSession]::Start([LanPeer.LanPeerOptions] @{ Name = 'small'; Network = 'Loopback'; DiscoveryPort = $port; Ephemeral = $true; InboxCapacity = 20 })
        try {
            Wait-Meeting $small $bob
            $null = Register-LanMessageEvent -SourceIdentifier many -Session $small
            1..200 | Send-LanDM small -Session $bob -Timeout 20 -ErrorVariable failures
            $failures | Should -BeNullOrEmpty
            Wait-Until { @(Get-Event -SourceIdentifier many).Count -eq 200 }
            $small.Inbox.Count | Should -BeLessOrEqual 20
        }
        finally {
            $small.Dispose()
        }
    }
}

Describe 'The events of a session' {
    It 'tell of messages, peers and deliveries to Register-ObjectEvent' {
        foreach ($name in 'MessageReceived', 'PeerChanged', 'DeliverySettled') { $null = Register-ObjectEvent $alice $name -SourceIdentifier $name }
        $carol = Start-LanPeer carol -DiscoveryPort $port -Ephemeral
        Wait-Meeting $alice $carol
        Send-LanDM carol 'hi' -Session $alice
        Send-LanDM alice 'hi' -Session $carol
        Stop-LanPeer $carol
        Wait-Until { (Get-Event -SourceIdentifier PeerChanged -ErrorAction Ignore).SourceEventArgs.Change -contains 'Left' }
        Wait-Until { Get-Event -SourceIdentifier MessageReceived -ErrorAction Ignore }
        Wait-Until { Get-Event -SourceIdentifier DeliverySettled -ErrorAction Ignore }
        (Get-Event -SourceIdentifier PeerChanged).SourceEventArgs.Change | Should -Contain 'Joined'
        (Get-Event -SourceIdentifier PeerChanged).SourceEventArgs.Peer.UserId | Should -Contain $carol.UserId
        (Get-Event -SourceIdentifier MessageReceived).SourceEventArgs.Message.Content | Should -Contain 'hi'
        (Get-Event -SourceIdentifier DeliverySettled).SourceEventArgs.Delivery.State | Should -Contain 'Delivered'
        'MessageReceived', 'PeerChanged', 'DeliverySettled' | ForEach-Object { Unregister-Event $_ }
        'MessageReceived', 'PeerChanged', 'DeliverySettled' | ForEach-Object { Get-HandlerCount $alice $_ | Should -Be 0 }
        Get-Event | Remove-Event
    }
}
