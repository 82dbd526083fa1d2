<#
.SYNOPSIS
Runs a build and tells everyone how it ended.

.DESCRIPTION
Runs a program, posts one line about it to all peers that are here, waits for their receipts, and ends with the program's exit
code. A network on which nobody is, or nobody answers, never makes a build fail.

.EXAMPLE
./Send-BuildNotification.ps1 dotnet build -Lan
Builds, and tells the LAN.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)]
    [string] $Program,

    [Parameter(Position = 1, ValueFromRemainingArguments)]
    [string[]] $Argument = @(),

    # The name others see. It keeps its identity, so that they know it again at the next build.
    [string] $Name = 'build',

    # Seconds to look for others first, and how many are enough to look no longer.
    [double] $Look = 1,

    [int] $Enough = [int]::MaxValue,

    [int] $DiscoveryPort = 50999,

    # Talk to the whole network. Without it everything stays on this machine.
    [switch] $Lan
)

$ErrorActionPreference = 'Stop'
if (-not $Lan) { $env:LANPEER_NETWORK = 'loopback' }
if (-not (Get-Command Start-LanPeer -ErrorAction Ignore)) { Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'out', 'LanPeer', 'LanPeer.psd1')) }

$watch = [Diagnostics.Stopwatch]::StartNew()
& $Program @Argument
$exitCode = $LASTEXITCODE
$result = if ($exitCode) { "is red (exit code $exitCode)" } else { 'is green' }
try {
    $session = Start-LanPeer $Name -DiscoveryPort $DiscoveryPort
    try {
        # Until now nobody is known: this listens and knows whoever answers.
        Find-LanPeer -Session $session -Timeout $Look -Count $Enough | Out-Null
        $text = '{0} {1} on {2} after {3:0.0} s' -f $Program, $result, [Environment]::MachineName, $watch.Elapsed.TotalSeconds
        Send-LanPost $text -Session $session -PassThru -ErrorAction Continue | ForEach-Object { "$($_.To): $($_.State)" }
    }
    finally {
        Stop-LanPeer $session
    }
}
catch {
    "Nobody was told: $_"
}

exit $exitCode
