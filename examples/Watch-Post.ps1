<#
.SYNOPSIS
Waits for posts that match a pattern, answers their authors and does something.

.DESCRIPTION
Gives an object for each post that matches, as it arrives, after it has run -Action and told the author by a direct message. It
ends with Ctrl+C, -Count or -Timeout. Only posts are taken out of the inbox.

.EXAMPLE
./Watch-Post.ps1 'is red' -Lan -Action { param($Message) Add-Content red.log "$($Message.ReceivedAt) $($Message.Content)" }
#>
[CmdletBinding()]
param(
    # A regular expression.
    [Parameter(Mandatory, Position = 0)]
    [string] $Pattern,

    # What to do with a message that matches.
    [scriptblock] $Action = {},

    [string] $Name = 'watcher',

    [int] $Count = [int]::MaxValue,

    # Seconds.
    [double] $Timeout = 2592000,

    [int] $DiscoveryPort = 50999,

    # Talk to the whole network. Without it everything stays on this machine.
    [switch] $Lan
)

$ErrorActionPreference = 'Stop'
if (-not $Lan) { $env:LANPEER_NETWORK = 'loopback' }
if (-not (Get-Command Start-LanPeer -ErrorAction Ignore)) { Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'out', 'LanPeer', 'LanPeer.psd1')) }

$session = Start-LanPeer $Name -DiscoveryPort $DiscoveryPort
try {
    # -Count counts what is received, matching or not; here the pipeline's end counts what matched.
    $seen = 0
    $end = [datetime]::UtcNow.AddSeconds($Timeout)
    while ($seen -lt $Count -and ($left = ($end - [datetime]::UtcNow).TotalSeconds) -gt 0) {
        foreach ($message in Receive-LanMessage -Session $session -Type Post -Count 1 -Timeout $left | Where-Object Content -Match $Pattern) {
            $seen++
            & $Action $message | Out-Null
            $message | Send-LanDM -Message "Seen: $($message.Content)" -Session $session -ErrorAction Continue
            [pscustomobject]@{ From = $message.From; At = $message.ReceivedAt; Content = $message.Content; Trust = $message.Trust }
        }
    }
}
finally {
    Stop-LanPeer $session
}
