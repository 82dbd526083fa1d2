# A Pester test of a program that talks over LanPeer: two peers in one process, on a port of their own, never off this machine.
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll.')]
param()

BeforeAll {
    $env:LANPEER_NETWORK = 'loopback'
    if (-not (Get-Command Start-LanPeer -ErrorAction Ignore)) { Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'out', 'LanPeer', 'LanPeer.psd1')) }
    $discoveryPort = if ($env:LANPEER_EXAMPLE_PORT) { [int] $env:LANPEER_EXAMPLE_PORT } else { 25990 }
    $server = Start-LanPeer server -DiscoveryPort $discoveryPort -Ephemeral
    $client = Start-LanPeer client -DiscoveryPort $discoveryPort -Ephemeral

    # Comes back when the other one is known: no sleeping, and no time to guess.
    $null = Find-LanPeer -Session $client -Timeout 20 -Count 1
}

AfterAll {
    $client, $server | Where-Object { $_ } | Stop-LanPeer
}

Describe 'A client and a server' {
    It 'know each other' {
        (Get-LanPeer -Session $client).Name | Should -Contain 'server'
    }

    It 'exchange a question and its answer' {
        Send-LanDM server 'ping 1' -Session $client -Timeout 20 -ErrorAction Stop
        $question = Receive-LanMessage -Session $server -Type DM -Timeout 20 -Count 1
        $question.Content | Should -BeExactly 'ping 1'
        $question | Send-LanDM -Message 'pong 1' -Session $server -Timeout 20 -ErrorAction Stop
        (Receive-LanMessage -Session $client -Type DM -From server -Timeout 20 -Count 1).Content | Should -BeExactly 'pong 1'
    }

    It 'notice that the other one has gone' {
        Stop-LanPeer $server
        { Send-LanDM server 'still there?' -Session $client -Timeout 5 -ErrorAction Stop } | Should -Throw
    }
}
