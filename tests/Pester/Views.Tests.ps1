[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'Pester runs each It in the scope of its BeforeAll and BeforeDiscovery.')]
param()

BeforeDiscovery {
    $tables = foreach ($width in 80, 120) {
        @{ Width = $width; Type = 'LanSession'; Headers = 'UserId', 'Port', 'Network', 'State', 'Peers', 'Inbox'; Script = { $alice } }
        @{ Width = $width; Type = 'LanPeer'; Headers = 'Name', 'UserId', 'State', 'Trust', 'Seen', 'Status'; Script = { Get-LanPeer } }
        @{ Width = $width; Type = 'LanMessage'; Headers = 'Received', 'Type', 'From', 'Content'; Script = { Receive-LanMessage -Keep } }
        @{ Width = $width; Type = 'LanProfile'; Headers = 'UserId', 'DisplayName', 'Avatar', 'Status'; Script = { Get-LanProfile * } }
        @{ Width = $width; Type = 'LanDelivery'; Headers = 'To', 'State', 'Tries', 'RoundTrip', 'Reason'; Script = { Send-LanDM * 'hello' -PassThru } }
        @{ Width = $width; Type = 'LanPing'; Headers = 'To', 'Sequence', 'RoundTrip', 'State'; Script = { Test-LanPeer * -Count 1 } }
        @{ Width = $width; Type = 'LanPin'; Headers = 'State', 'PeerId', 'LastSeen', 'UserIds'; Script = { Get-LanPin } }
        @{ Width = $width; Type = 'LanPinImport'; Headers = 'Added', 'Updated', 'Conflicting', 'LeftOut'; Script = { Import-LanPin TestDrive:/pins.json } }
        @{ Width = $width; Type = 'LanInbox'; Headers = 'Count', 'Capacity'; Script = { , $alice.Inbox } }
    }

    $views = @(
        @{ Name = 'the default view'; View = { $_ | Out-String -Width 120 } }
        @{ Name = 'the default view at width 80'; View = { $_ | Out-String -Width 80 } }
        @{ Name = 'Format-Table *'; View = { $_ | Format-Table * | Out-String -Width 400 } }
        @{ Name = 'Format-Table -Wrap'; View = { $_ | Format-Table -Wrap | Out-String -Width 60 } }
        @{ Name = 'Format-List'; View = { $_ | Format-List | Out-String -Width 120 } }
        @{ Name = 'Format-List *'; View = { $_ | Format-List * | Out-String -Width 120 } }
        @{ Name = 'Format-Wide'; View = { $_ | Format-Wide | Out-String -Width 80 } }
        @{ Name = 'Out-String -Stream'; View = { $_ | Out-String -Stream -Width 80 } }
        @{ Name = 'a string'; View = { $_ | ForEach-Object { "$_" } } }
        @{ Name = 'ForEach-Object Content, DisplayName, Status'; View = { $_ | ForEach-Object { $_.Content; $_.DisplayName; $_.Status; $_.Data.DisplayName; $_.Data.Status } } }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LanPeerTest.psm1')
    Initialize-LanPeerTest -StatePath $TestDrive
    $port = Get-DiscoveryPort
    $alice = Start-LanPeer alice -DiscoveryPort $port
    $rendering = $PSStyle.OutputRendering
}

AfterAll {
    $PSStyle.OutputRendering = $rendering
    Clear-LanPeerTest
}

Describe 'The default view' {
    BeforeAll {
        $PSStyle.OutputRendering = 'PlainText'
        $pins = Join-Path $TestDrive 'pins.json'
        Write-PinFile $pins (New-PeerId) -UserId 'zoe@10.0.0.1'
        $null = Import-LanPin $pins
        $bob = Open-SeedPeer bob -Session $alice
        Send-SeedMessage $bob -To $alice ([ordered]@{
                TYPE            = 'PROFILE'
                USER_ID         = $bob.UserId
                DISPLAY_NAME    = 'Bob Builder'
                STATUS          = 'can fix it'
                AVATAR_ENCODING = 'base64'
                AVATAR_DATA     = [Convert]::ToBase64String((Get-TestImage PNG -Length 300))
            })
        Send-SeedMessage $bob -To $alice ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'the text of the post' })
        Wait-Inbox $alice 2
    }

    AfterAll {
        $null = Receive-LanMessage
        Send-SeedMessage $bob -To $alice ([ordered]@{ TYPE = 'PROFILE'; USER_ID = $bob.UserId; DISPLAY_NAME = 'bob'; STATUS = '' })
        Wait-Inbox $alice
        $null = Receive-LanMessage
        Close-SeedPeer $bob
    }

    It 'of <Type> is a table at width <Width>' -ForEach $tables {
        $lines = @((& $Script) | Out-String -Stream -Width $Width | Where-Object { $_.Trim() -and $_ -notlike '   PeerId: *' })
        $lines.Count | Should -BeGreaterOrEqual 3 -Because 'headers, underlines and a row'
        -split $lines[0] | Should -BeExactly $Headers
        $lines[1] | Should -Match '^[- ]+$'
        foreach ($line in $lines) { $line.Length | Should -BeLessOrEqual $Width }
    }

    It 'of LanSession begins with the PEER_ID, to be told to others' {
        @($alice | Out-String -Stream -Width 80 | Where-Object { $_.Trim() })[0] | Should -BeExactly "   PeerId: $($alice.PeerId)"
    }

    It 'of LanSession counts peers and messages' {
        ($alice | Out-String -Width 120) | Should -Match "alice@127\.0\.0\.1 +$($alice.Port) +Loopback +Running +1 +2"
    }

    It 'of LanPeer shows the display name, the id and the status' {
        (Get-LanPeer | Out-String -Width 120) | Should -Match "Bob Builder +bob@127\.0\.0\.1 +Alive +Unsigned +(now|\d+ (s|min) ago) +can fix it"
    }

    It 'of LanMessage shows who and what' {
        $text = Receive-LanMessage -Keep | Out-String -Width 120
        $text | Should -Match '\d\d\D\d\d\D\d\d +Post +Bob Builder +the text of the post'
        $text | Should -Match '\d\d\D\d\d\D\d\d +Profile +Bob Builder +Bob Builder: can fix it'
    }

    It 'of LanProfile shows kind and size of the avatar' {
        (Get-LanProfile bob | Out-String -Width 120) | Should -Match 'bob@127\.0\.0\.1 +Bob Builder +png, 300 B +can fix it'
    }

    It 'of LanDelivery and LanPing shows milliseconds, and nothing where there are none' {
        $dan = Start-LanPeer dan -DiscoveryPort $port -Ephemeral
        Wait-Meeting $alice $dan
        (Send-LanDM dan 'hello' -PassThru | Out-String -Width 120) | Should -Match 'dan@127\.0\.0\.1 +Delivered +\d+ +\d+[.,]\d\d ms'
        (Test-LanPeer dan -Count 1 -Timeout 20 | Out-String -Width 120) | Should -Match 'dan@127\.0\.0\.1 +1 +\d+[.,]\d\d ms +Answered'
        (Send-LanDM bob 'hello' -PassThru | Out-String -Width 120) | Should -Match 'bob@127\.0\.0\.1 +Unconfirmed +1 *\r?\n'
        $text = Send-LanDM dan 'hello' -PassThru | Format-List | Out-String
        foreach ($property in 'MessageId', 'To', 'State', 'Tries', 'RoundTrip', 'Reason') { $text | Should -Match "(?m)^$property +:" }
        Stop-LanPeer $dan
        Wait-Until { $alice.Peers.Name -notcontains 'dan' }
    }

    It 'wraps a long text and cuts nothing' {
        $words = 1..60 | ForEach-Object { "word$_" }
        Send-SeedMessage $bob -To $alice ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = $words -join ' ' })
        Wait-Inbox $alice 3
        $text = Receive-LanMessage -Keep | Where-Object Content -Match word1 | Out-String -Width 80
        $text -replace '\s' | Should -Match ($words -join '')
        Receive-LanMessage -Type Post -Count 2 | Select-Object -Last 1 | Should -Not -BeNullOrEmpty
        Send-SeedMessage $bob -To $alice ([ordered]@{ TYPE = 'POST'; USER_ID = $bob.UserId; CONTENT = 'the text of the post' })
        Wait-Inbox $alice 2
    }

    It 'of LanCounters lists what was dropped' {
        $text = $alice.Counters | Out-String
        $text | Should -Match 'Received +: \d+'
        $text | Should -Match 'Dropped +: .*\d+ Own'
    }

    It 'of Format-List * is technical' {
        $text = Receive-LanMessage -Keep -Type Post | Format-List * | Out-String
        foreach ($property in 'MessageId', 'Trust', 'Timestamp', 'ReceivedAt', 'From', 'FromPeer', 'To') { $text | Should -Match "(?m)^$property +:" }
        $text = Get-LanPeer | Format-List * | Out-String
        foreach ($property in 'PeerId', 'Trust', 'Dialect', 'IsAddressMatched', 'LastSeen', 'Address') { $text | Should -Match "(?m)^$property +:" }
    }

    It 'exists for every type the commands give' {
        $types = (Get-Command -Module LanPeer).OutputType.Name | Where-Object { $_ -like 'LanPeer.*' } | Sort-Object -Unique
        foreach ($type in $types) {
            $controls = (Get-FormatData $type).FormatViewDefinition.Control | ForEach-Object { $_.GetType().Name }
            $controls | Sort-Object | Should -BeExactly 'ListControl', 'TableControl' -Because $type
        }
    }

    It 'tells times as people do' {
        $view = [LanPeer.Cmdlets.Views.LanView]
        $ages = @{ 0.2 = 'now'; 3.5 = '3 s ago'; 59.5 = '59 s ago'; 61 = '1 min ago'; 3599 = '59 min ago'; 3661 = '1 h ago'; 90000 = '1 d ago'; -5 = 'now' }
        foreach ($age in $ages.Keys) { $view::Ago([datetime]::Now.AddSeconds(-$age)) | Should -BeExactly $ages[$age] }
        $view::Ago($null) | Should -BeExactly ''
        $view::Day([datetime]::Today) | Should -BeExactly 'today'
        $view::Day([datetime]::Today.AddHours(-1)) | Should -BeExactly 'yesterday'
        $view::Day([datetime]::Today.AddDays(-12)) | Should -BeExactly '12 d ago'
        $view::Clock([datetime]::Today.AddHours(1)) | Should -Match '^01\D00\D00$'
        $view::Clock([datetime] '2026-02-03 04:05:06') | Should -BeExactly '2026-02-03'
        $view::Seen($null) | Should -BeExactly ''
        (Get-LanPeer bob | Format-List | Out-String) | Should -Match 'LastSeen +: .*\((now|\d+ (s|min) ago)\)'
    }
}

Describe 'Colours' {
    BeforeAll {
        $eve = Open-SeedPeer eve -Session $alice
        $warning = $PSStyle.Formatting.Warning
        $green = $PSStyle.Foreground.Green
    }

    BeforeEach {
        $env:NO_COLOR = ''
        $PSStyle.OutputRendering = 'Ansi'
    }

    AfterEach {
        $env:NO_COLOR = '1'
        $PSStyle.OutputRendering = $rendering
        $PSStyle.Formatting.Warning = $warning
    }

    AfterAll {
        Close-SeedPeer $eve
    }

    It 'are those of $PSStyle' {
        $text = Get-LanPeer eve | Out-String -Width 120
        $text.Contains("${green}Alive$($PSStyle.Reset)") | Should -BeTrue
        $text.Contains("${warning}Unsigned$($PSStyle.Reset)") | Should -BeTrue
        $PSStyle.Formatting.Warning = $PSStyle.Foreground.Magenta
        (Get-LanPeer eve | Format-List | Out-String).Contains("$($PSStyle.Foreground.Magenta)Unsigned") | Should -BeTrue
    }

    It 'take no room in a table' {
        $coloured = (Get-LanPeer eve | Out-String -Width 80) -replace "$([char] 27)\[[\d;]*m"
        $PSStyle.OutputRendering = 'PlainText'
        $coloured -replace '\d+ s ago|now' -replace ' +' | Should -BeExactly ((Get-LanPeer eve | Out-String -Width 80) -replace '\d+ s ago|now' -replace ' +')
        foreach ($line in $coloured -split "`n") { $line.TrimEnd().Length | Should -BeLessOrEqual 80 }
    }

    It 'are not there in plain text, in a file, or with NO_COLOR' {
        $PSStyle.OutputRendering = 'PlainText'
        Get-LanPeer eve | Out-String | Should -Not -Match ([char] 27)
        $PSStyle.OutputRendering = 'Host'
        Get-LanPeer eve > $TestDrive/peers.txt
        Get-Content $TestDrive/peers.txt -Raw | Should -Match 'Alive'
        Get-Content $TestDrive/peers.txt -Raw | Should -Not -Match ([char] 27)
        $env:NO_COLOR = '1'
        $PSStyle.OutputRendering = 'Ansi'
        (Get-LanPeer eve | Out-String).Contains("${green}Alive") | Should -BeFalse
    }
}

Describe 'Text from the network' {
    BeforeAll {
        # Rendered as on a terminal: anything else would hide what a raw escape does. What PowerShell itself adds for
        # headers is taken away again.
        $PSStyle.OutputRendering = 'Ansi'
        $esc = [char] 27
        $commands = "$esc[2J$esc[31mred $esc]0;title$([char] 7) $([char] 8)$([char] 0)$([char] 0x7F)$([char] 0x9B)1m$([char] 0x85)"
        $directions = "$([char] 0x202E)$([char] 0x2066)$([char] 0x200F)$([char] 0x2028)"
        $hostile = "before ${commands}middle${directions}after"
        $forbidden = '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]'

        $mallory = Open-SeedPeer mallory -Session $alice
        Send-SeedMessage $mallory -To $alice ([ordered]@{ TYPE = 'PROFILE'; USER_ID = $mallory.UserId; DISPLAY_NAME = $hostile; STATUS = $hostile })
        Send-SeedMessage $mallory -To $alice ([ordered]@{ TYPE = 'POST'; USER_ID = $mallory.UserId; CONTENT = $hostile })
        Send-SeedMessage $mallory -To $alice ([ordered]@{ TYPE = 'DM'; FROM = $mallory.UserId; TO = $alice.UserId; CONTENT = "a\rb $hostile"; CONTENT_ENCODING = 'escape' })
        Wait-Inbox $alice 3
        $things = @{
            messages = Receive-LanMessage
            peers    = Get-LanPeer mallory*
            profiles = Get-LanProfile mallory*
        }

        function Get-Shown {
            # What a view writes, without the colours PowerShell adds itself.
            param([scriptblock] $View, [object] $Thing)

            $text = (, $Thing | ForEach-Object $View) -join "`n"
            $style = $PSStyle.Formatting
            foreach ($code in $style.TableHeader, $style.FormatAccent, $style.CustomTableHeaderLabel, $style.FeedName, $style.FeedbackText, "$esc[0m") {
                if ($code) { $text = $text.Replace($code, '') }
            }

            $text
        }
    }

    AfterAll {
        Close-SeedPeer $mallory
    }

    It 'commands no terminal through <Name>' -ForEach $views {
        foreach ($key in $things.Keys) {
            $text = Get-Shown $View $things[$key]
            $text | Should -Not -Match $forbidden -Because "$key are shown"
            $text.Length | Should -BeGreaterThan 0
        }
    }

    It 'is shown, with its control characters visible' {
        $content = ($things.messages | Where-Object Type -EQ Post).Content
        $content | Should -Match '^before '
        $content | Should -Match 'middle'
        $content | Should -Match 'after$'
        $content | Should -Match ([char] 0x241B)
        $content | Should -Match ([char] 0x2407)
    }

    It 'keeps its line breaks, but not a lone carriage return, which would overwrite its line' {
        Send-SeedMessage $mallory -To $alice ([ordered]@{ TYPE = 'POST'; USER_ID = $mallory.UserId; CONTENT = 'one\ntwo\r\nthree\rfour'; CONTENT_ENCODING = 'escape' })
        Wait-Inbox $alice
        $message = Receive-LanMessage
        $message.Content | Should -BeExactly "one`ntwo`r`nthree$([char] 0x240D)four"
        $message.GetRawContent() | Should -BeExactly "one`ntwo`r`nthree`rfour"
    }

    It 'is there exactly as it was sent for who asks' {
        ($things.messages | Where-Object Type -EQ Post).GetRawContent() | Should -BeExactly $hostile
    }

    It 'commands no terminal through warnings, errors and -WhatIf' {
        Send-LanDM 'mallory*' 'hello' -Verbose -WarningAction Continue *>&1 | ForEach-Object { "$_" | Should -Not -Match $forbidden }
        $twins = 'twin1', 'twin2' | ForEach-Object { Open-SeedPeer $_ -Session $alice }
        foreach ($twin in $twins) {
            Send-SeedMessage $twin -To $alice ([ordered]@{ TYPE = 'PROFILE'; USER_ID = $twin.UserId; DISPLAY_NAME = "Twin$esc(0x$([char] 7)"; STATUS = '' })
        }

        Wait-Inbox $alice 2
        $null = Receive-LanMessage
        $failure = Get-ErrorOf { Send-LanDM (Get-LanPeer twin1).DisplayName 'who?' }
        "$failure" | Should -Match 'names 2 peers'
        "$failure" | Should -Not -Match $forbidden
        $twins | ForEach-Object { Close-SeedPeer $_ }
    }

    It 'is no user id with control characters' {
        $before = Get-DropCount $alice BadUserId
        Send-SeedMessage $mallory -To $alice ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = "evil$esc[2J@127.0.0.1"; PORT = 9000 })
        Wait-Until { (Get-DropCount $alice BadUserId) -eq $before + 1 }
        $alice.Peers.Name | Where-Object { $_ -like 'evil*' } | Should -BeNullOrEmpty
    }
}
