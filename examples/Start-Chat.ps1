<#
.SYNOPSIS
A chat at the prompt.

.DESCRIPTION
A line is a message to everyone, "@bob text" one to bob, "/who" shows who is here, "/quit" ends. What has arrived is shown before
each prompt; an empty line looks again.

.EXAMPLE
./Start-Chat.ps1 alice -Lan
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)]
    [string] $Name,

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

$session = Start-LanPeer $Name -DiscoveryPort $DiscoveryPort
try {
    Find-LanPeer -Session $session -Timeout $Look -Count $Enough | Out-Null
    "You are $($session.UserId). Here are $($session.Peers.Count) others. /who, /quit, @name text, or a text for everyone."
    while ($true) {
        foreach ($message in Receive-LanMessage -Session $session) {
            switch ($message.Type) {
                'Post' { "$($message.FromPeer.DisplayName): $($message.Content)" }
                'DM' { "$($message.FromPeer.DisplayName), to you alone: $($message.Content)" }
                'Profile' { "$($message.From) is now $($message.Content)" }
            }
        }

        $Host.UI.Write("$Name> ")
        $line = if ([Console]::IsInputRedirected) { [Console]::In.ReadLine() } else { $Host.UI.ReadLine() }
        if ($null -eq $line -or $line -eq '/quit') { break }
        try {
            if ($line -eq '/who') { Get-LanPeer -Session $session | ForEach-Object { "$($_.UserId) ($($_.DisplayName), $($_.State), $($_.Trust))" } }
            elseif ($line -match '^@(\S+)\s+(.+)$') { Send-LanDM $Matches[1] $Matches[2] -Session $session }
            elseif ($line) { Send-LanPost $line -Session $session }
        }
        catch {
            # A wrong name ends no chat. The error says whom one may have meant.
            "$_ $($_.ErrorDetails.RecommendedAction)"
        }
    }
}
finally {
    Stop-LanPeer $session
}
