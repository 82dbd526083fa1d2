# What the test files share: a confined module, ports of their own, peers of every kind, and waiting.
# Each file calls Initialize-LanPeerTest in its BeforeAll and Clear-LanPeerTest in its AfterAll.

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

$script:portsGiven = 0
$script:saved = @{}
$script:processes = [Collections.Generic.List[object]]::new()
$script:sockets = [Collections.Generic.List[Net.Sockets.UdpClient]]::new()
$script:shells = [Collections.Generic.List[powershell]]::new()

#region The surroundings

function Get-LanPeerModulePath {
    # The manifest of the module under test: the copy made by Invoke-PesterTest.ps1, else what was built last.
    $built = [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'LanPeer', 'LanPeer.psd1'))
    $path = $env:LANPEER_MODULE ? $env:LANPEER_MODULE : $built
    if (-not (Test-Path $path)) { throw "There is no module to test: $path is missing. Run ./build.ps1 first." }
    $path
}

function Initialize-LanPeerTest {
    # Confines this process to loopback, keeps its state in a folder of the test's, and imports the module.
    param([Parameter(Mandatory)] [string] $StatePath)

    foreach ($name in 'LANPEER_NETWORK', 'LANPEER_STATE', 'NO_COLOR') {
        $script:saved[$name] = [Environment]::GetEnvironmentVariable($name)
    }

    $env:LANPEER_NETWORK = 'loopback'
    $env:LANPEER_STATE = Join-Path $StatePath 'state'
    $env:NO_COLOR = '1'
    Import-Module (Get-LanPeerModulePath) -Global
}

function Clear-LanPeerTest {
    # Ends everything a test file has started and forgot, and puts the environment back.
    foreach ($process in @($script:processes)) { Close-PeerProcess $process }
    foreach ($shell in @($script:shells)) { Close-PeerShell $shell }
    foreach ($socket in @($script:sockets)) { Close-Socket $socket }
    Stop-AllLanPeer
    foreach ($name in $script:saved.Keys) { [Environment]::SetEnvironmentVariable($name, $script:saved[$name]) }
    $script:saved.Clear()
}

function Stop-AllLanPeer {
    # Stops every peer of this runspace.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A test cleans up after itself; nobody asks it -WhatIf.')]
    param()

    if (-not (Get-Module LanPeer)) { return }
    try {
        while ($true) { Stop-LanPeer -Confirm:$false -WarningAction Ignore }
    }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'NoSession,*') { throw }
    }
}

function Get-DiscoveryPort {
    # A discovery port nobody else uses: other test files, other runs, other programs.
    do {
        # Runs side by side have different process ids; 97 ports further is room for a whole run. Below 32768, where
        # Linux's ephemeral ports begin, which come and go unseen.
        $port = 26000 + ($PID * 97 + $script:portsGiven++) % 4000
        $isFree = $true
        try { [Net.Sockets.UdpClient]::new($port).Dispose() } catch { $isFree = $false }
    } until ($isFree)

    $port
}

function Get-FreePort {
    # A UDP port that is free now, in the range peers choose from.
    do {
        $port = Get-Random -Minimum 8000 -Maximum 10000
        $isFree = $true
        try { [Net.Sockets.UdpClient]::new($port).Dispose() } catch { $isFree = $false }
    } until ($isFree)

    $port
}

#endregion
#region Waiting

function Wait-Until {
    # Waits until the condition holds. The only place of the suite that sleeps.
    param(
        [Parameter(Mandatory, Position = 0)] [scriptblock] $Condition,
        [double] $Timeout = 20,
        [string] $Because
    )

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -ge $Timeout) {
            $caller = Get-PSCallStack | Where-Object ScriptName -NE $PSCommandPath | Select-Object -First 1
            $reason = $Because ? " ($Because)" : ''
            throw "Waited $Timeout s in vain$reason for {$Condition} at $(Split-Path -Leaf "$($caller.ScriptName)"):$($caller.ScriptLineNumber)."
        }

        Start-Sleep -Milliseconds 10
    }
}

function Wait-Meeting {
    # Waits until all these sessions know each other.
    param([Parameter(Mandatory, ValueFromRemainingArguments)] [object[]] $Session)

    foreach ($one in $Session) {
        foreach ($other in $Session) {
            if ($one.UserId -ne $other.UserId) {
                Wait-Until { @($one.Peers | ForEach-Object UserId) -contains $other.UserId } -Because "$($one.UserId) meets $($other.UserId)"
            }
        }
    }
}

function Wait-Inbox {
    # Waits until that many messages are in a session's inbox.
    param([Parameter(Mandatory)] [object] $Session, [int] $Count = 1)

    Wait-Until { $Session.Inbox.Count -ge $Count } -Because "$Count messages for $($Session.UserId), which has $($Session.Inbox.Count)"
}

#endregion
#region Peers in other processes

function Open-PeerProcess {
    # Starts a peer in another pwsh. With -NoPeer only the process, with the module imported.
    param([string] $Name, [int] $DiscoveryPort, [hashtable] $Option = @{}, [switch] $NoPeer)

    $arguments = $NoPeer ? @{} : @{ Name = $Name; DiscoveryPort = $DiscoveryPort } + $Option
    $start = [Diagnostics.ProcessStartInfo]::new((Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')))
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    foreach ($argument in '-NoProfile', '-NonInteractive', '-File', (Join-Path $PSScriptRoot 'PeerProcess.ps1'),
        '-Module', (Get-LanPeerModulePath), '-Start', (ConvertTo-Json $arguments -Compress)) {
        $start.ArgumentList.Add($argument)
    }

    $peer = [pscustomobject]@{
        PSTypeName = 'PeerProcess'
        Process    = [Diagnostics.Process]::Start($start)
        Id         = 0
        UserId     = ''
        Port       = 0
    }
    $script:processes.Add($peer)
    $peer.Id, $peer.UserId, $peer.Port = Read-PeerProcess $peer
    $peer
}

function Invoke-PeerProcess {
    # Runs a script in a peer's process, where $session is the peer, and gives its output as JSON makes it.
    param(
        [Parameter(Mandatory, Position = 0)] [PSTypeName('PeerProcess')] [object] $Peer,
        [Parameter(Mandatory, Position = 1)] [scriptblock] $Script
    )

    $Peer.Process.StandardInput.WriteLine([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes("$Script")))
    $Peer.Process.StandardInput.Flush()
    Read-PeerProcess $Peer
}

function Read-PeerProcess {
    param([Parameter(Mandatory)] [object] $Peer, [double] $Timeout = 60)

    $end = [datetime]::UtcNow.AddSeconds($Timeout)
    while ($true) {
        $reading = $Peer.Process.StandardOutput.ReadLineAsync()
        $left = $end - [datetime]::UtcNow
        if ($left -le [timespan]::Zero -or -not $reading.Wait($left)) { throw "The peer process $($Peer.Process.Id) did not answer within $Timeout s." }
        $line = $reading.Result
        if ($null -eq $line) { throw "The peer process $($Peer.Process.Id) ended." }
        if ($line.StartsWith('reply:')) { break }
    }

    $reply = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($line.Substring(6))) | ConvertFrom-Json
    if ($reply.error) { throw "The peer process $($Peer.Process.Id) reports: $($reply.error)" }
    $reply.output
}

function Close-PeerProcess {
    # Ends a peer's process: -Kill as a crash does; otherwise by the end of its input, as a closed window does.
    param([Parameter(Mandatory, Position = 0)] [PSTypeName('PeerProcess')] [object] $Peer, [switch] $Kill)

    $null = $script:processes.Remove($Peer)
    if (-not $Peer.Process.HasExited) {
        # Killed before its input ends: otherwise it might still say goodbye.
        if ($Kill) { $Peer.Process.Kill() }
        $Peer.Process.StandardInput.Close()
        if (-not $Peer.Process.WaitForExit(10000)) { $Peer.Process.Kill() }
        $null = $Peer.Process.WaitForExit(10000)
    }

    $Peer.Process.Dispose()
}

#endregion
#region Peers in other runspaces

function Open-PeerShell {
    # A PowerShell with a runspace of its own, the module imported.
    $shell = [powershell]::Create([Management.Automation.RunspaceMode]::NewRunspace)
    $script:shells.Add($shell)
    $null = Invoke-PeerShell $shell { param($Module) Import-Module $Module; $WarningPreference = 'SilentlyContinue' } (Get-LanPeerModulePath)
    $shell
}

function Invoke-PeerShell {
    # Runs a script in a shell's runspace, waits for it, and gives its output.
    param(
        [Parameter(Mandatory, Position = 0)] [powershell] $Shell,
        [Parameter(Mandatory, Position = 1)] [scriptblock] $Script,
        [Parameter(Position = 2)] [object[]] $ArgumentList = @()
    )

    $running = Start-PeerShell $Shell $Script $ArgumentList
    Wait-PeerShell $Shell $running
}

function Start-PeerShell {
    # Runs a script in a shell's runspace and does not wait for it.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Nobody asks a test -WhatIf.')]
    param(
        [Parameter(Mandatory, Position = 0)] [powershell] $Shell,
        [Parameter(Mandatory, Position = 1)] [scriptblock] $Script,
        [Parameter(Position = 2)] [object[]] $ArgumentList = @()
    )

    $Shell.Commands.Clear()
    $Shell.Streams.ClearStreams()
    $null = $Shell.AddScript("$Script")
    foreach ($argument in $ArgumentList) { $null = $Shell.AddArgument($argument) }
    $running = $Shell.BeginInvoke()
    Wait-Until { $Shell.InvocationStateInfo.State -ne 'NotStarted' }
    $running
}

function Wait-PeerShell {
    # Waits for a script that Start-PeerShell has started; gives its output or throws its error.
    param([Parameter(Mandatory, Position = 0)] [powershell] $Shell, [Parameter(Mandatory, Position = 1)] [IAsyncResult] $Running, [double] $Timeout = 60)

    if (-not $Running.AsyncWaitHandle.WaitOne([timespan]::FromSeconds($Timeout))) { throw "The script in the other runspace did not end within $Timeout s." }
    $Shell.EndInvoke($Running)
    if ($Shell.Streams.Error.Count) { throw $Shell.Streams.Error[0] }
}

function Close-PeerShell {
    # Ends a shell and closes its runspace, and with it the peers started there.
    param([Parameter(Mandatory, Position = 0)] [powershell] $Shell)

    $null = $script:shells.Remove($Shell)
    $Shell.Stop()
    $Shell.Runspace.Dispose()
    $Shell.Dispose()
}

#endregion
#region The wire

function Open-Socket {
    # A plain UDP socket on loopback: a stranger, or a peer that speaks the seed's language only.
    param([int] $Port = 0, [ipaddress] $Address = [ipaddress]::Loopback)

    $socket = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new($Address, $Port))
    $script:sockets.Add($socket)
    $socket
}

function Close-Socket {
    param([Parameter(Mandatory, Position = 0)] [Net.Sockets.UdpClient] $Socket)

    $null = $script:sockets.Remove($Socket)
    $Socket.Dispose()
}

function New-MessageId {
    # 16 hex digits, as the seed makes them.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Changes no state.')]
    param()

    [Random]::Shared.NextInt64().ToString('x16')
}

function Format-SeedMessage {
    # A message as the seed writes it: KEY:VALUE lines in this order, then an empty line.
    param([Parameter(Mandatory, Position = 0)] [Collections.IDictionary] $Field)

    $lines = foreach ($key in $Field.Keys) { "${key}:$($Field[$key])" }
    ($lines -join "`n") + "`n`n"
}

function Send-Datagram {
    # Sends bytes, a text, or a message of the seed's language to a port of this machine.
    param(
        [Parameter(Mandatory)] [Net.Sockets.UdpClient] $Socket,
        [Parameter(Mandatory)] [int] $Port,
        [Parameter(Mandatory, Position = 0)] [object] $Content
    )

    $text = $Content -is [Collections.IDictionary] ? (Format-SeedMessage $Content) : "$Content"
    $bytes = [Text.Encoding]::UTF8.GetBytes($text)
    if ($Content -is [byte[]]) { $bytes = $Content }
    $null = $Socket.Send($bytes, $bytes.Length, [Net.IPEndPoint]::new([Net.IPAddress]::Loopback, $Port))
}

function Receive-Datagram {
    # The next datagram of a socket, as a table of its fields, in its order, or -Raw as text. -Type skips others.
    param([Parameter(Mandatory)] [Net.Sockets.UdpClient] $Socket, [string] $Type, [double] $Timeout = 20, [switch] $Raw)

    while ($true) {
        Wait-Until { $Socket.Available -gt 0 } -Timeout $Timeout -Because "a datagram $Type"
        $source = [Net.IPEndPoint]::new([Net.IPAddress]::Any, 0)
        $text = [Text.Encoding]::UTF8.GetString($Socket.Receive([ref] $source))
        $fields = [ordered]@{}
        foreach ($line in $text.TrimEnd("`n") -split "`n") {
            $key, $value = $line -split ':', 2
            $fields[$key] = $value
        }

        if (-not $Type -or $fields.TYPE -eq $Type) { return $Raw ? $text : $fields }
    }
}

function Open-SeedPeer {
    # A peer that speaks the seed's language: announces itself to these sessions and waits until they know it.
    param([Parameter(Mandatory, Position = 0)] [string] $Name, [Parameter(Mandatory)] [object[]] $Session, [string] $HostPart = '127.0.0.1')

    $socket = Open-Socket
    $peer = [pscustomobject]@{
        Name   = $Name
        UserId = "$Name@$HostPart"
        Socket = $socket
        Port   = $socket.Client.LocalEndPoint.Port
    }
    foreach ($one in $Session) {
        Send-SeedMessage $peer -To $one ([ordered]@{ TYPE = 'PEER_DISCOVERY'; USER_ID = $peer.UserId; PORT = $peer.Port })
        Wait-Until { @($one.Peers | ForEach-Object UserId) -contains $peer.UserId } -Because "$($one.UserId) meets $($peer.UserId)"
    }

    $peer
}

function Send-SeedMessage {
    # Sends a message of a seed peer to a session, with TIMESTAMP and MESSAGE_ID at its end, as the seed does.
    param(
        [Parameter(Mandatory, Position = 0)] [object] $Peer,
        [Parameter(Mandatory, Position = 1)] [Collections.IDictionary] $Field,
        [Parameter(Mandatory)] [object] $To
    )

    $all = [ordered]@{}
    foreach ($key in $Field.Keys) { $all[$key] = $Field[$key] }
    if (-not $all.Contains('TIMESTAMP')) { $all.TIMESTAMP = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds() }
    if (-not $all.Contains('MESSAGE_ID')) { $all.MESSAGE_ID = New-MessageId }
    Send-Datagram -Socket $Peer.Socket -Port $To.Port $all
}

function Close-SeedPeer {
    param([Parameter(Mandatory, Position = 0)] [object] $Peer)

    Close-Socket $Peer.Socket
}

function Get-DropCount {
    # How many datagrams a session has dropped for a reason.
    param([Parameter(Mandatory, Position = 0)] [object] $Session, [Parameter(Mandatory, Position = 1)] [string] $Reason)

    $dropped = $Session.Counters.Dropped
    $dropped.ContainsKey($Reason) ? $dropped[$Reason] : 0
}

#endregion
#region Identities and keys

function New-PeerId {
    # A PEER_ID nobody has, in groups of four: 32 random characters.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Changes no state.')]
    param()

    $alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
    (1..8 | ForEach-Object { -join (1..4 | ForEach-Object { $alphabet[(Get-Random -Maximum 32)] }) }) -join '-'
}

function Write-PinFile {
    # A document as Export-LanPin writes it, with pins that were decided about and never met.
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Path,
        [Parameter(Mandatory, Position = 1)] [string[]] $PeerId,
        [string] $State = 'Approved',
        [string[]] $UserId = @()
    )

    $time = '2026-01-01T00:00:00Z'
    $pins = foreach ($id in $PeerId) {
        @{ peerId = $id -replace '-'; state = $State; userIds = $UserId; firstSeen = $time; lastSeen = $time }
    }

    ConvertTo-Json @{ format = 'LanPeer pins'; version = 1; pins = @($pins) } -Depth 4 | Set-Content $Path
}

function Write-PrivateFile {
    # A file only its owner can read.
    param([Parameter(Mandatory, Position = 0)] [string] $Path, [Parameter(Mandatory, Position = 1)] [string] $Content, [string] $Mode = '600')

    [IO.File]::WriteAllText($Path, $Content)
    if (-not $IsWindows) { chmod $Mode $Path }
}

function ConvertTo-NetworkKey {
    # What Read-Host -AsSecureString would give.
    param([Parameter(Mandatory, Position = 0)] [string] $Text)

    $secret = [securestring]::new()
    foreach ($character in $Text.ToCharArray()) { $secret.AppendChar($character) }
    $secret
}

function Wait-Trust {
    # Waits until a session sees a peer under that user id with that trust, and gives it.
    param([Parameter(Mandatory)] [object] $Session, [Parameter(Mandatory)] [string] $UserId, [Parameter(Mandatory)] [string] $Trust)

    Wait-Until { @($Session.Peers | Where-Object { $_.UserId -eq $UserId -and "$($_.Trust)" -eq $Trust }).Count -eq 1 } -Because "$UserId is $Trust to $($Session.UserId)"
    $Session.Peers | Where-Object { $_.UserId -eq $UserId -and "$($_.Trust)" -eq $Trust }
}

#endregion
#region Errors and images

function Get-ErrorOf {
    # The error a script ends with, or the first it writes; null when there is none.
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $Script)

    try {
        $null = & $Script 2>&1 | ForEach-Object { if ($_ -is [Management.Automation.ErrorRecord]) { throw $_ } }
    }
    catch {
        $_
    }
}

function Get-TestImage {
    # The smallest bytes that are an image of a format, with something random in them; -Length pads them.
    param([Parameter(Mandatory)] [ValidateSet('PNG', 'JPEG', 'GIF', 'WebP')] [string] $Format, [int] $Length = 0)

    [byte[]] $bytes = switch ($Format) {
        'PNG' {
            # Signature, IHDR of 1 x 1 pixel with its checksum, IEND: enough for every viewer to call it a PNG.
            [Convert]::FromHexString('89504E470D0A1A0A0000000D4948445200000001000000010804000000B51C0C02') +
            [Convert]::FromHexString('0000000B4944415478DA6364600000000600023081D02F0000000049454E44AE426082')
        }
        'JPEG' { [Convert]::FromHexString('FFD8FFE000104A46494600010100000100010000FFD9') }
        'GIF' { [Convert]::FromHexString('4749463839610100010080000000000000FFFFFF21F90401000000002C00000000010001000002024401003B') }
        'WebP' { [Convert]::FromHexString('524946461A000000574542505650384C0D0000002F0000001007101111888808FE0700') }
    }

    if ($Length -gt $bytes.Length) {
        $padding = [byte[]]::new($Length - $bytes.Length)
        [Random]::Shared.NextBytes($padding)
        $bytes = $bytes + $padding
    }

    , $bytes
}

#endregion

Export-ModuleMember -Function *
