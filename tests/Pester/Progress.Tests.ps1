[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort
    $shell = Open-PeerShell

    function Get-Progress {
        # The progress a script shows in the other runspace.
        param([Parameter(Position = 0)] [scriptblock] $Script, [Parameter(Position = 1)] [object[]] $ArgumentList = @())

        $null = Invoke-PeerShell $shell $Script $ArgumentList
        @($shell.Streams.Progress)
    }
}

AfterAll {
    Close-PeerShell $shell
    Clear-LanPeerTest
}

Describe 'Progress' {
    It 'of Find-LanPeer is shown from half a second on, grows, and is taken away' {
        $records = Get-Progress { param($Port) Find-LanPeer 1.2 -DiscoveryPort $Port } $port
        $records.Count | Should -BeGreaterThan 2
        $shown = $records[0..($records.Count - 2)]
        $shown | ForEach-Object { $_.RecordType | Should -Be Processing }
        $shown.PercentComplete | Should -BeExactly ($shown.PercentComplete | Sort-Object)
        $shown[0].PercentComplete | Should -BeGreaterOrEqual 40
        $shown[-1].PercentComplete | Should -BeLessOrEqual 100
        $shown[0].Activity | Should -BeExactly 'Looking for peers'
        $shown[0].StatusDescription | Should -BeExactly '0 found'
        $records[-1].RecordType | Should -Be Completed
        $records.ActivityId | Select-Object -Unique | Should -HaveCount 1
    }

    It 'is not shown for what is done sooner' {
        Get-Progress { param($Port) Find-LanPeer 0.1 -DiscoveryPort $Port } $port | Should -BeNullOrEmpty
    }

    It 'is not shown to who wants none' {
        Get-Progress { param($Port) $ProgressPreference = 'SilentlyContinue'; Find-LanPeer 1 -DiscoveryPort $Port; $ProgressPreference = 'Continue' } $port |
            Should -BeNullOrEmpty
    }

    It 'is not shown where the answer ends the waiting' {
        $session = Start-LanPeer answer -DiscoveryPort $port
        Get-Progress { param($Port) Find-LanPeer 20 -Count 1 -DiscoveryPort $Port } $port | Where-Object PercentComplete -GT 50 | Should -BeNullOrEmpty
        Stop-LanPeer $session
    }

    It 'of a message tells how many have it' -Skip:(-not $IsLinux) {
        $session = Start-LanPeer waiter -DiscoveryPort $port -Ephemeral
        $quick = Start-LanPeer quick -DiscoveryPort $port -Ephemeral
        $asleep = Open-PeerProcess -Name asleep -DiscoveryPort $port -Option @{ Ephemeral = $true }
        try {
            Wait-Meeting $session $quick
            Wait-Until { $session.Peers.UserId -contains $asleep.UserId }
            kill -STOP $asleep.Id
            $records = Get-Progress { param($Session) Send-LanPost hello -Wait -Timeout 1.5 -Session $Session -ErrorAction Ignore } $session
            $records.Count | Should -BeGreaterThan 2
            $records[0].Activity | Should -BeExactly 'Sending post'
            $records[0].StatusDescription | Should -BeExactly '1 of 2 settled'
            $records[0].PercentComplete | Should -BeGreaterOrEqual 50
            $records[-1].RecordType | Should -Be Completed

            # It may be given up by now.
            kill -CONT $asleep.Id
            Wait-Until { ($session.Peers | Where-Object UserId -EQ $asleep.UserId).State -eq 'Alive' } -Timeout 90
            kill -STOP $asleep.Id
            $records = Get-Progress { param($Session) 1..3 | Send-LanDM asleep -Timeout 1.5 -Session $Session -ErrorAction Ignore } $session
            $records[0].StatusDescription | Should -BeExactly '3 messages on their way'
            Get-Progress { param($Session) Send-LanDM asleep hello -NoWait -Session $Session -ErrorAction Ignore } $session | Should -BeNullOrEmpty
        }
        finally {
            kill -CONT $asleep.Id
            Close-PeerProcess $asleep -Kill
            Stop-AllLanPeer
        }
    }
}
