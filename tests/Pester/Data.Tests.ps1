[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort
    $alice = Start-LanPeer alice -DiscoveryPort $port
    $bob = Start-LanPeer bob -DiscoveryPort $port
    Wait-Meeting $alice $bob
}

AfterAll {
    Stop-AllLanPeer
}

Describe 'An object that is sent' {
    It 'arrives as the table the prompt shows, without colours' {
        Get-Process -Id $PID | Select-Object Name, Id | Send-LanPost
        $message = Receive-LanMessage -Session $bob -Timeout 20 -Count 1
        $message.Content | Should -Match "(?m)^Name\s+Id$"
        $message.Content | Should -Match "$PID$"
        $message.Content | Should -Not -Match ([char] 27)
        $message.IsJson | Should -BeFalse
    }

    It 'is one message, and each of several is one' {
        @{ a = 1 }, @{ a = 2 } | Send-LanDM bob
        (Receive-LanMessage -Session $bob -Timeout 20 -Count 2).Count | Should -Be 2
    }

    It 'is sent by its Message when it has one' {
        [pscustomobject]@{ Message = 'by name'; Other = 1 } | Send-LanPost
        (Receive-LanMessage -Session $bob -Timeout 20 -Count 1).Content | Should -BeExactly 'by name'
    }

    It 'arrives as an object with -AsJson' {
        $sent = [pscustomobject]@{ Host = 'db1'; When = [datetime] '2026-11-23T04:22:04Z'; Disks = @(@{ Free = 1.5 }, @{ Free = 2 }); Nothing = $null }
        $sent | Send-LanPost -AsJson
        $message = Receive-LanMessage -Session $bob -Timeout 20 -Count 1
        $message.Data.Host | Should -BeExactly 'db1'
        $message.Data.When.ToUniversalTime() | Should -Be ([datetime] '2026-11-23T04:22:04Z').ToUniversalTime()
        $message.Data.Disks.Free | Should -Be 1.5, 2
        $message.Data.PSObject.Properties.Name | Should -Be 'Host', 'When', 'Disks', 'Nothing'
        $message.Content | Should -BeLike '{"Host":"db1",*'
        $message.IsJson | Should -BeTrue
    }

    It 'answers a message' {
        Send-LanDM bob 'how much?'
        Receive-LanMessage -Session $bob -Timeout 20 -Count 1 | Send-LanDM -Session $bob -InputObject @{ Free = 3 } -AsJson
        (Receive-LanMessage -Session $alice -Timeout 20 -Count 1).Data.Free | Should -Be 3
    }

    It 'says once what was too deep' {
        1..2 | ForEach-Object { @{ a = @{ b = @{ c = 1 } } } } | Send-LanPost -AsJson -Depth 2 -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
        "$warnings" | Should -Match '-Depth'
        $null = Receive-LanMessage -Session $bob -Timeout 20 -Count 2
    }

    It 'is not sent when it is too large, and the next one is' {
        ('x' * 2MB), 'small' | Send-LanPost -AsJson -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures | Should -HaveCount 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'MessageTooLarge,*'
        (Receive-LanMessage -Session $bob -Timeout 20 -Count 1).Data | Should -BeExactly 'small'
    }

    It 'is not sent with -WhatIf' {
        @{ a = 1 } | Send-LanPost -AsJson -WhatIf
        Send-LanDM bob -InputObject @{ a = 1 } -WhatIf
        Send-LanPost 'the end'
        (Receive-LanMessage -Session $bob -Timeout 20 -Count 1).Content | Should -BeExactly 'the end'
    }
}
