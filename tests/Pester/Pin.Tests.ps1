[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    Push-Location $TestDrive
    $port = Get-DiscoveryPort
    $alice = Start-LanPeer alice -DiscoveryPort $port -Ephemeral
    $bob = Start-LanPeer bob -DiscoveryPort $port -Ephemeral
    Wait-Meeting $alice $bob
    Approve-LanPeer $bob.PeerId
    $blocked = (Block-LanPeer (New-PeerId) -PassThru).PeerId
}

AfterAll {
    Pop-Location
    Clear-LanPeerTest
}

Describe 'Export-LanPin' {
    BeforeEach {
        if (Test-Path pins.json) { Remove-Item pins.json -Force }
    }

    It 'writes a document that holds all pins and nothing secret' {
        Export-LanPin pins.json | Should -BeNullOrEmpty
        $document = Get-Content pins.json -Raw | ConvertFrom-Json
        $document.format | Should -BeExactly 'LanPeer pins'
        $document.pins.peerId | Sort-Object | Should -BeExactly ($bob.PeerId, $blocked -replace '-' | Sort-Object)
        ($document.pins | Where-Object state -EQ Approved).userIds | Should -BeExactly 'bob@127.0.0.1'
        @($document.pins.PSObject.Properties.Name) | Should -Not -Contain 'private'
    }

    It 'gives the file with -PassThru' {
        $file = Export-LanPin pins.json -PassThru
        $file | Should -BeOfType IO.FileInfo
        $file.FullName | Should -BeExactly (Join-Path $TestDrive pins.json)
    }

    It 'overwrites a file, unless -NoClobber' {
        'before' | Set-Content pins.json
        { Export-LanPin pins.json -NoClobber } | Should -Throw -ErrorId 'FileExists,*'
        Get-Content pins.json | Should -BeExactly 'before'
        Export-LanPin pins.json
        Get-Content pins.json -Raw | Should -Match 'LanPeer pins'
    }

    It 'overwrites a read-only file with -Force only' {
        'before' | Set-Content pins.json
        (Get-Item pins.json).IsReadOnly = $true
        { Export-LanPin pins.json } | Should -Throw -ErrorId 'FileNotWritable,*'
        Get-Content pins.json | Should -BeExactly 'before'
        Export-LanPin pins.json -Force
        Get-Content pins.json -Raw | Should -Match 'LanPeer pins'
    }

    It 'writes nothing with -WhatIf' {
        Export-LanPin pins.json -WhatIf
        Test-Path pins.json | Should -BeFalse
    }

    It 'leaves nothing beside a file it cannot write' {
        $null = New-Item taken -ItemType Directory -Force
        { Export-LanPin taken } | Should -Throw -ErrorId 'FileNotWritable,*'
        Get-ChildItem -Filter 'taken*' | Should -HaveCount 1
    }
}

Describe 'Import-LanPin' {
    BeforeAll {
        Export-LanPin all.json
    }

    BeforeEach {
        $carol = Start-LanPeer carol -DiscoveryPort (Get-DiscoveryPort) -Ephemeral
    }

    AfterEach {
        Stop-LanPeer $carol
    }

    It 'brings what another peer knows and has decided' {
        $import = Import-LanPin all.json -Session $carol
        $import | Should -BeOfType LanPeer.LanPinImport
        $import.Added.Count, $import.Updated.Count, $import.Conflicting.Count, $import.LeftOut.Count | Should -Be 2, 0, 0, 0
        (Get-LanPin bob -Session $carol).PeerId | Should -BeExactly $bob.PeerId
        (Get-LanPin bob -Session $carol).State | Should -Be Approved
        (Get-LanPin $blocked -Session $carol).State | Should -Be Blocked
    }

    It 'makes Verified at first meeting who is approved in the file' {
        $dora = Start-LanPeer dora -DiscoveryPort $port -Ephemeral
        $null = Import-LanPin all.json -Session $dora
        $null = Wait-Trust -Session $dora -UserId bob@127.0.0.1 -Trust Verified
        Stop-LanPeer $dora
    }

    It 'changes nothing the second time' {
        $null = Import-LanPin all.json -Session $carol
        $import = Import-LanPin all.json -Session $carol
        $import.Added.Count + $import.Updated.Count + $import.Conflicting.Count | Should -Be 0
    }

    It 'takes files from the pipeline' {
        (Get-Item all.json | Import-LanPin -Session $carol).Added.Count | Should -Be 2
    }

    It 'does nothing with -WhatIf' {
        Import-LanPin all.json -WhatIf -Session $carol | Should -BeNullOrEmpty
        Get-LanPin -Session $carol | Should -BeNullOrEmpty
    }

    It 'lets stand what was decided here, and says so of each' {
        $own = New-PeerId
        Write-PinFile own.json $own -UserId 'bob@127.0.0.1'
        $null = Import-LanPin own.json -Session $carol
        Approve-LanPeer $blocked -Session $carol
        $import = Import-LanPin all.json -Session $carol -ErrorAction SilentlyContinue -ErrorVariable failures
        $import.Conflicting.PeerId | Sort-Object | Should -BeExactly ($bob.PeerId, $blocked | Sort-Object)
        $failures.Count | Should -Be 2
        foreach ($failure in $failures) {
            $failure.FullyQualifiedErrorId | Should -BeLike 'PinConflict,*'
            $failure.TargetObject | Should -BeOfType LanPeer.LanPin
        }

        "$($failures | Where-Object { "$($_.TargetObject)" -eq $bob.PeerId })" | Should -Match $own
        (Get-LanPin bob@127.0.0.1 -Session $carol).PeerId | Should -BeExactly $own
        (Get-LanPin $blocked -Session $carol).State | Should -Be Approved
    }

    It 'goes on with the next file after a bad one' {
        'no pins' | Set-Content bad.json
        $imports = 'bad.json', 'all.json' | ForEach-Object { [pscustomobject]@{ Path = $_ } } | Import-LanPin -Session $carol -ErrorAction SilentlyContinue -ErrorVariable failures
        $failures.FullyQualifiedErrorId | Should -BeLike 'PinFileInvalid,*'
        $imports.Added.Count | Should -Be 2
    }

    It 'refuses <Shown> whole' -ForEach @(
        @{ Shown = 'an empty file'; Text = '' }
        @{ Shown = 'another document'; Text = '{"format":"something else","version":1,"pins":[]}' }
        @{ Shown = 'a later version'; Text = '{"format":"LanPeer pins","version":2,"pins":[]}' }
        @{ Shown = 'a PEER_ID that is none'; Text = '{"format":"LanPeer pins","version":1,"pins":[{"peerId":"bob","state":"Approved","userIds":[],"firstSeen":"2026-01-01T00:00:00Z","lastSeen":"2026-01-01T00:00:00Z"}]}' }
    ) {
        [IO.File]::WriteAllText((Join-Path $TestDrive 'bad.json'), $Text)
        { Import-LanPin bad.json -Session $carol -ErrorAction Stop } | Should -Throw -ErrorId 'PinFileInvalid,*'
        Get-LanPin -Session $carol | Should -BeNullOrEmpty
    }
}
