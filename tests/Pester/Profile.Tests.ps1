[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeDiscovery {
    $formats = @(
        @{ Format = 'PNG'; Mime = 'image/png'; Extension = '.png' }
        @{ Format = 'JPEG'; Mime = 'image/jpeg'; Extension = '.jpg' }
        @{ Format = 'GIF'; Mime = 'image/gif'; Extension = '.gif' }
        @{ Format = 'WebP'; Mime = 'image/webp'; Extension = '.webp' }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive

    function Write-Image {
        # An image file of the test's; its path.
        param([string] $Name, [byte[]] $Bytes)

        $file = Join-Path $TestDrive $Name
        [IO.File]::WriteAllBytes($file, $Bytes)
        $file
    }
}

AfterAll {
    Clear-LanPeerTest
}

Describe 'Set-LanProfile' {
    BeforeEach {
        $port = Get-DiscoveryPort
        $alice = Start-LanPeer alice -DiscoveryPort $port
        $bob = Start-LanPeer bob -DiscoveryPort $port
        Wait-Meeting $alice $bob
    }

    AfterEach {
        Stop-AllLanPeer
    }

    It 'sends display name and status' {
        Set-LanProfile 'Alice Liddell' 'down the rabbit hole' | Should -BeNullOrEmpty
        Wait-Inbox $bob
        $message = Receive-LanMessage -Session $bob
        $message.Type | Should -Be Profile
        $message.From | Should -BeExactly 'alice@127.0.0.1'
        $message.Content | Should -BeExactly 'down the rabbit hole'
        $message.Data | Should -BeOfType LanPeer.LanProfile
        $message.Data.DisplayName | Should -BeExactly 'Alice Liddell'
        $peer = Get-LanPeer alice -Session $bob
        $peer.DisplayName | Should -BeExactly 'Alice Liddell'
        $peer.Status | Should -BeExactly 'down the rabbit hole'
        $peer.HasAvatar | Should -BeFalse
    }

    It 'gives the profile with -PassThru' {
        $own = Set-LanProfile 'Alice' 'here' -PassThru
        $own | Should -BeOfType LanPeer.LanProfile
        $own.UserId | Should -BeExactly 'alice@127.0.0.1'
        $own.DisplayName | Should -BeExactly 'Alice'
        $own.Status | Should -BeExactly 'here'
        $own.AvatarType | Should -BeNullOrEmpty
        $own.AvatarLength | Should -Be 0
    }

    It 'keeps what is not given' {
        $file = Write-Image 'keep.png' (Get-TestImage PNG)
        Set-LanProfile 'Alice' 'one' -AvatarPath $file
        Set-LanProfile -Status 'two'
        $own = Get-LanProfile
        $own.DisplayName, $own.Status, $own.AvatarType | Should -BeExactly 'Alice', 'two', 'image/png'
        Set-LanProfile -DisplayName 'Alice L.'
        $own = Get-LanProfile
        $own.DisplayName, $own.Status, $own.AvatarType | Should -BeExactly 'Alice L.', 'two', 'image/png'
    }

    It 'starts from the peer''s name and a friendly status' {
        $own = Set-LanProfile -PassThru
        $own.DisplayName | Should -BeExactly 'alice'
        $own.Status | Should -Not -BeNullOrEmpty
    }

    It 'takes an empty status' {
        (Set-LanProfile 'Alice' '' -PassThru).Status | Should -BeExactly ''
    }

    It 'carries emoji and scripts' {
        Set-LanProfile 'Алиса 🐇' '下 👩‍💻'
        Wait-Until { (Get-LanPeer alice -Session $bob).DisplayName -eq 'Алиса 🐇' }
        (Get-LanPeer alice -Session $bob).Status | Should -BeExactly '下 👩‍💻'
    }

    It 'knows <Format> by its content, whatever the file is called' -ForEach $formats {
        $bytes = Get-TestImage $Format -Length 500
        Set-LanProfile 'Alice' -AvatarPath (Write-Image "$Format.txt" $bytes)
        Wait-Until { (Get-LanPeer alice -Session $bob).HasAvatar }
        $got = Get-LanProfile alice -Session $bob
        $got.AvatarType | Should -BeExactly $Mime
        $got.AvatarExtension | Should -BeExactly $Extension
        $got.AvatarLength | Should -Be 500
        [Convert]::ToHexString($got.AvatarBytes) | Should -BeExactly ([Convert]::ToHexString($bytes))
    }

    It 'sends an avatar of 20,480 bytes' {
        Set-LanProfile 'Alice' -AvatarPath (Write-Image 'big.png' (Get-TestImage PNG -Length 20480))
        Wait-Until { (Get-LanPeer alice -Session $bob).HasAvatar }
        (Get-LanProfile alice -Session $bob).AvatarLength | Should -Be 20480
    }

    It 'takes the path from PowerShell''s location, not the process''s' {
        $null = Write-Image 'relative.gif' (Get-TestImage GIF)
        Push-Location $TestDrive
        try {
            (Set-LanProfile -AvatarPath ./relative.gif -PassThru).AvatarType | Should -BeExactly 'image/gif'
            (Set-LanProfile -AvatarPath TestDrive:/relative.gif -PassThru).AvatarType | Should -BeExactly 'image/gif'
        }
        finally {
            Pop-Location
        }
    }

    It 'removes the avatar with -RemoveAvatar' {
        Set-LanProfile 'Alice' -AvatarPath (Write-Image 'removed.png' (Get-TestImage PNG))
        Wait-Until { (Get-LanPeer alice -Session $bob).HasAvatar }
        Set-LanProfile -RemoveAvatar
        Wait-Until { -not (Get-LanPeer alice -Session $bob).HasAvatar }
        (Get-LanProfile).AvatarType | Should -BeNullOrEmpty
        (Get-LanProfile alice -Session $bob).AvatarBytes | Should -BeNullOrEmpty
        (Get-LanProfile alice -Session $bob).DisplayName | Should -BeExactly 'Alice'
    }

    It 'takes either an avatar or -RemoveAvatar' {
        { Set-LanProfile -AvatarPath x -RemoveAvatar } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }

    It 'reaches those who come later' {
        # REFERENCE D24.
        Set-LanProfile 'Alice' 'early bird' -AvatarPath (Write-Image 'late.jpg' (Get-TestImage JPEG))
        $carol = Start-LanPeer carol -DiscoveryPort $port
        Wait-Until { (Get-LanProfile alice* -Session $carol).DisplayName -eq 'Alice' }
        $got = Get-LanProfile alice -Session $carol
        $got.Status | Should -BeExactly 'early bird'
        $got.AvatarType | Should -BeExactly 'image/jpeg'
    }

    It 'reaches those who come later in another process' {
        Set-LanProfile 'Alice' 'early bird'
        $far = Open-PeerProcess far -DiscoveryPort $port
        Invoke-PeerProcess $far { (Receive-LanMessage -Timeout 20 -Count 1 -Type Profile).Content } | Should -BeExactly 'early bird'
        Invoke-PeerProcess $far { (Get-LanPeer alice).DisplayName } | Should -BeExactly 'Alice'
        Close-PeerProcess $far
    }

    It 'is no news when nothing changed' {
        Set-LanProfile 'Alice' 'same'
        Wait-Inbox $bob
        Set-LanProfile 'Alice' 'same'
        Send-LanDM bob 'marker'
        Wait-Until { @(Receive-LanMessage -Session $bob -Keep).Content -contains 'marker' }
        (Receive-LanMessage -Session $bob).Content | Should -BeExactly 'same', 'marker'
    }

    It 'sets nothing with -WhatIf' {
        Set-LanProfile 'Alice' 'never' -WhatIf
        Get-LanProfile | Should -BeNullOrEmpty
        (Get-LanPeer alice -Session $bob).DisplayName | Should -BeExactly 'alice'
    }

    It 'refuses <Shown> and leaves the profile as it was' -ForEach @(
        @{ Shown = 'an avatar of 20,481 bytes'; Options = { @{ AvatarPath = Write-Image 'x.png' (Get-TestImage PNG -Length 20481) } }; Id = 'AvatarTooLarge'; Category = 'LimitsExceeded' }
        @{ Shown = 'an avatar of 2 MB'; Options = { @{ AvatarPath = Write-Image 'huge.png' (Get-TestImage PNG -Length 2000000) } }; Id = 'AvatarTooLarge'; Category = 'LimitsExceeded' }
        @{ Shown = 'a text called .png'; Options = { @{ AvatarPath = Write-Image 'text.png' ([Text.Encoding]::UTF8.GetBytes('this is no image')) } }; Id = 'AvatarNotAnImage'; Category = 'InvalidData' }
        @{ Shown = 'an empty file'; Options = { @{ AvatarPath = Write-Image 'empty.png' @() } }; Id = 'AvatarNotAnImage'; Category = 'InvalidData' }
        @{ Shown = 'a BMP'; Options = { @{ AvatarPath = Write-Image 'x.bmp' ([byte[]] (0x42, 0x4D) + [byte[]]::new(100)) } }; Id = 'AvatarNotAnImage'; Category = 'InvalidData' }
        @{ Shown = 'a missing file'; Options = { @{ AvatarPath = Join-Path $TestDrive 'nowhere.png' } }; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Shown = 'a file in a missing folder'; Options = { @{ AvatarPath = Join-Path $TestDrive 'nowhere' 'x.png' } }; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Shown = 'a missing drive'; Options = { @{ AvatarPath = 'nodrive:/x.png' } }; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Shown = 'something that is no file at all'; Options = { @{ AvatarPath = 'Env:/PATH' } }; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
        @{ Shown = 'a folder'; Options = { @{ AvatarPath = "$TestDrive" } }; Id = 'FileNotReadable'; Category = 'ReadError' }
        @{ Shown = 'a display name of blanks'; Options = { @{ DisplayName = '   ' } }; Id = 'InvalidText'; Category = 'InvalidData' }
        @{ Shown = 'a display name of two lines'; Options = { @{ DisplayName = "a`nb" } }; Id = 'InvalidText'; Category = 'InvalidData' }
        @{ Shown = 'a status of two lines'; Options = { @{ Status = "a`r`nb" } }; Id = 'InvalidText'; Category = 'InvalidData' }
        @{ Shown = 'half a surrogate pair'; Options = { @{ Status = "$([char] 0xDE00)" } }; Id = 'InvalidText'; Category = 'InvalidData' }
        @{ Shown = 'a display name of 257 bytes'; Options = { @{ DisplayName = 'é' * 128 + 'x' } }; Id = 'MessageTooLarge'; Category = 'LimitsExceeded' }
        @{ Shown = 'a status of 1,025 bytes'; Options = { @{ Status = 'x' * 1025 } }; Id = 'MessageTooLarge'; Category = 'LimitsExceeded' }
    ) {
        Set-LanProfile 'Alice' 'as it was'
        $options = & $Options
        $failure = Get-ErrorOf { Set-LanProfile @options }
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failure.CategoryInfo.Category | Should -Be $Category
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $failure.TargetObject | Should -BeExactly @($options.Values)[0]
        $own = Get-LanProfile
        $own.DisplayName, $own.Status, $own.AvatarLength | Should -Be 'Alice', 'as it was', 0
    }

    It 'takes display name and status up to their limits' {
        Set-LanProfile ('é' * 128) ('x' * 1024)
        Wait-Inbox $bob
        $got = Get-LanProfile alice -Session $bob
        $got.DisplayName | Should -BeExactly ('é' * 128)
        $got.Status | Should -BeExactly ('x' * 1024)
    }
}

Describe 'Get-LanProfile' {
    BeforeAll {
        $port = Get-DiscoveryPort
        $alice = Start-LanPeer alice -DiscoveryPort $port
        $seeds = 'bob', 'carol', 'silent' | ForEach-Object { Open-SeedPeer $_ -Session $alice }
        foreach ($seed in $seeds[0, 1]) {
            Send-SeedMessage $seed -To $alice ([ordered]@{ TYPE = 'PROFILE'; USER_ID = $seed.UserId; DISPLAY_NAME = "Display of $($seed.Name)"; STATUS = 'fine' })
        }
        Wait-Inbox $alice 2
    }

    AfterAll {
        $seeds | ForEach-Object { Close-SeedPeer $_ }
        Stop-AllLanPeer
    }

    It 'gives nothing as long as none was set' {
        Get-LanProfile -ErrorVariable failures | Should -BeNullOrEmpty
        $failures | Should -BeNullOrEmpty
    }

    It 'gives those of <Given>' -ForEach @(
        @{ Given = 'bob'; Expected = 'bob' }
        @{ Given = 'bob', 'carol'; Expected = 'bob', 'carol' }
        @{ Given = '*'; Expected = 'bob', 'carol' }
        @{ Given = 'bob', 'b*', 'bob'; Expected = 'bob' }
        @{ Given = 'Display of b*'; Expected = 'bob' }
        @{ Given = 'carol@127.0.0.1'; Expected = 'carol' }
    ) {
        (Get-LanProfile $Given).UserId | Should -BeExactly ($Expected | ForEach-Object { "$_@127.0.0.1" })
    }

    It 'takes peers and messages'' authors from the pipeline' {
        (Get-LanPeer bob | Get-LanProfile).DisplayName | Should -BeExactly 'Display of bob'
        (Receive-LanMessage -Keep | ForEach-Object FromPeer | Get-LanProfile).DisplayName | Should -BeExactly 'Display of bob', 'Display of carol'
    }

    It 'errs for <Shown>' -ForEach @(
        @{ Shown = 'a peer that has sent none'; Given = 'silent'; Id = 'ProfileNotFound' }
        @{ Shown = 'a name nobody has'; Given = 'zoe'; Id = 'PeerNotFound' }
    ) {
        $failure = Get-ErrorOf { Get-LanProfile $Given }
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.TargetObject | Should -BeExactly $Given
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'gives copies of the avatar: changing one changes nothing' {
        $file = Write-Image 'own.png' (Get-TestImage PNG)
        Set-LanProfile 'Alice' -AvatarPath $file
        $bytes = (Get-LanProfile).AvatarBytes
        $bytes[0] = 0
        (Get-LanProfile).AvatarBytes[0] | Should -Be 0x89
    }
}

Describe 'Save-LanAvatar' {
    BeforeAll {
        $port = Get-DiscoveryPort
        $alice = Start-LanPeer alice -DiscoveryPort $port
        $image = Get-TestImage PNG -Length 300

        function Send-Avatar {
            # A profile with an avatar, as the seed sends it.
            param([object] $Peer, [byte[]] $Bytes, [string] $ClaimedType = 'image/png')

            Send-SeedMessage $Peer -To $alice ([ordered]@{
                    TYPE            = 'PROFILE'
                    USER_ID         = $Peer.UserId
                    DISPLAY_NAME    = $Peer.Name
                    STATUS          = 'with a face'
                    TIMESTAMP       = 1700000000
                    MESSAGE_ID      = New-MessageId
                    AVATAR_TYPE     = $ClaimedType
                    AVATAR_ENCODING = 'base64'
                    AVATAR_DATA     = [Convert]::ToBase64String($Bytes)
                })
        }

        $bob = Open-SeedPeer bob -Session $alice
        $silent = Open-SeedPeer silent -Session $alice
        Send-Avatar $bob $image
        Wait-Until { (Get-LanPeer bob).HasAvatar }
    }

    AfterAll {
        $bob, $silent | ForEach-Object { Close-SeedPeer $_ }
        Stop-AllLanPeer
    }

    BeforeEach {
        $folder = Join-Path $TestDrive "avatars-$(Get-Random)"
        $null = New-Item $folder -ItemType Directory
        Push-Location $folder
    }

    AfterEach {
        Pop-Location
        Remove-Item $folder -Recurse -Force
    }

    It 'names the file after the peer in the current folder' {
        Save-LanAvatar bob | Should -BeNullOrEmpty
        Get-ChildItem | ForEach-Object Name | Should -BeExactly 'bob@127.0.0.1.png'
        [Convert]::ToHexString([IO.File]::ReadAllBytes((Join-Path $folder 'bob@127.0.0.1.png'))) | Should -BeExactly ([Convert]::ToHexString($image))
    }

    It 'gives the file with -PassThru' {
        $file = Save-LanAvatar bob -PassThru
        $file | Should -BeOfType System.IO.FileInfo
        $file.FullName | Should -BeExactly (Join-Path $folder 'bob@127.0.0.1.png')
        $file.Length | Should -Be 300
    }

    It 'writes to the file it is told: <Given>' -ForEach @(
        @{ Given = 'face.png'; Expected = 'face.png' }
        @{ Given = 'face'; Expected = 'face.png' }
        @{ Given = 'face.dat'; Expected = 'face.dat' }
    ) {
        (Save-LanAvatar bob $Given -PassThru).Name | Should -BeExactly $Expected
    }

    It 'takes a folder' {
        $null = New-Item sub -ItemType Directory
        (Save-LanAvatar bob -Path sub -PassThru).FullName | Should -BeExactly (Join-Path $folder 'sub' 'bob@127.0.0.1.png')
    }

    It 'takes peers, profiles and names from the pipeline' {
        Get-LanPeer bob | Save-LanAvatar -Path one
        Get-LanProfile bob | Save-LanAvatar -Path two
        'bob' | Save-LanAvatar -Path three
        (Get-ChildItem).Name | Should -BeExactly 'one.png', 'three.png', 'two.png'
    }

    It 'takes a wildcard and leaves out those without an avatar' {
        Save-LanAvatar * -ErrorVariable failures
        $failures | Should -BeNullOrEmpty
        (Get-ChildItem).Name | Should -BeExactly 'bob@127.0.0.1.png'
    }

    It 'overwrites nothing without -Force' {
        'precious' | Set-Content 'bob@127.0.0.1.png'
        $failure = Get-ErrorOf { Save-LanAvatar bob }
        $failure.FullyQualifiedErrorId | Should -BeLike 'FileExists,*'
        $failure.CategoryInfo.Category | Should -Be ResourceExists
        Get-Content 'bob@127.0.0.1.png' | Should -BeExactly 'precious'
        Save-LanAvatar bob -Force
        (Get-Item 'bob@127.0.0.1.png').Length | Should -Be 300
    }

    It 'writes nothing with -WhatIf' {
        Save-LanAvatar bob -WhatIf
        Get-ChildItem | Should -BeNullOrEmpty
    }

    It 'errs for <Shown>' -ForEach @(
        @{ Shown = 'a peer without an avatar'; Name = 'silent'; Path = '.'; Id = 'ProfileNotFound'; Category = 'ObjectNotFound' }
        @{ Shown = 'a name nobody has'; Name = 'zoe'; Path = '.'; Id = 'PeerNotFound'; Category = 'ObjectNotFound' }
        @{ Shown = 'a folder that is not there'; Name = 'bob'; Path = 'nowhere/face.png'; Id = 'FileNotWritable'; Category = 'WriteError' }
        @{ Shown = 'a drive that is not there'; Name = 'bob'; Path = 'nodrive:/face.png'; Id = 'FileNotFound'; Category = 'ObjectNotFound' }
    ) {
        $failure = Get-ErrorOf { Save-LanAvatar $Name -Path $Path }
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failure.CategoryInfo.Category | Should -Be $Category
        $failure.TargetObject | Should -BeExactly $Name
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Get-ChildItem | Should -BeNullOrEmpty
    }

    It 'is led out of the folder by no user id: <Id>' -ForEach @(
        @{ Id = '../../evil' }
        @{ Id = '..' }
        @{ Id = '/tmp/evil' }
        @{ Id = '..\evil' }
        @{ Id = 'C:\evil' }
        @{ Id = 'a|b*?"<>' }
        @{ Id = 'nul' }
    ) {
        $hostile = Open-SeedPeer $Id -Session $alice
        Send-Avatar $hostile $image
        Wait-Until { ($alice.Peers | Where-Object UserId -EQ $hostile.UserId).HasAvatar }
        $peer = $alice.Peers | Where-Object UserId -EQ $hostile.UserId
        $file = $peer | Save-LanAvatar -PassThru
        $file.DirectoryName | Should -BeExactly $folder
        $file.Name | Should -Match '^[\w@%.-]+\.png$'
        $file.Name | Should -Not -Match '^\.'
        Close-SeedPeer $hostile
    }

    It 'gets the extension of the content, not of the claim' {
        $liar = Open-SeedPeer liar -Session $alice
        Send-Avatar $liar (Get-TestImage GIF) -ClaimedType 'application/x-msdownload'
        Wait-Until { (Get-LanPeer liar).HasAvatar }
        (Save-LanAvatar liar -PassThru).Extension | Should -BeExactly '.gif'
        Close-SeedPeer $liar
    }

    It 'has nothing to save of what is no image: <Shown>' -ForEach @(
        @{ Shown = 'a script'; Bytes = [Text.Encoding]::UTF8.GetBytes("#!/bin/sh`nrm -rf ~`n") }
        @{ Shown = 'nothing'; Bytes = [byte[]] @() }
        @{ Shown = 'too much'; Bytes = [byte[]] (0x89, 0x50, 0x4E, 0x47, 0xD, 0xA, 0x1A, 0xA, 0, 0, 0, 0xD, 0x49, 0x48, 0x44, 0x52) + [byte[]]::new(20480) }
    ) {
        $liar = Open-SeedPeer "liar$(Get-Random)" -Session $alice
        Send-Avatar $liar $Bytes
        Wait-Until { (Get-LanPeer $liar.Name).Status -eq 'with a face' }
        (Get-LanPeer $liar.Name).HasAvatar | Should -BeFalse
        { Save-LanAvatar $liar.Name -ErrorAction Stop } | Should -Throw -ErrorId 'ProfileNotFound,*'
        Close-SeedPeer $liar
    }
}
