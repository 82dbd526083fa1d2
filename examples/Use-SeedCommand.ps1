<#
.SYNOPSIS
The commands of the seed's program at a prompt, and what they are in LanPeer: for people who know the one and learn the other.

.DESCRIPTION
Takes POST, DM, PROFILE, LIST, VERBOSE and QUIT, asks for what they need as the seed's program did, shows the LanPeer command, and
runs it. docs/from-the-seed.md has everything else.

.EXAMPLE
./Use-SeedCommand.ps1 alice -Lan
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

function Read-Answer {
    param([string] $Question)

    $Host.UI.Write("${Question}: ")
    if ([Console]::IsInputRedirected) { [Console]::In.ReadLine() } else { $Host.UI.ReadLine() }
}

"> Start-LanPeer $Name"
$session = Start-LanPeer $Name -DiscoveryPort $DiscoveryPort
$isVerbose = $false
try {
    Find-LanPeer -Session $session -Timeout $Look -Count $Enough | Out-Null
    while ($true) {
        foreach ($message in Receive-LanMessage -Session $session) {
            if ($isVerbose) { "$($message.ReceivedAt.ToString('HH:mm:ss')) RECV < $($message.Type) $($message.From) $($message.MessageId) $($message.Trust): $($message.Content)" }
            else { "$($message.From): $($message.Content)" }
        }

        $command = Read-Answer 'Command (POST, DM, PROFILE, LIST, VERBOSE, QUIT)'
        if ($null -eq $command) { break }
        try {
            switch ($command.Trim().ToUpperInvariant()) {
                'POST' {
                    $text = Read-Answer 'Message'
                    "> Send-LanPost '$text'"
                    Send-LanPost $text -Session $session
                }
                'DM' {
                    $to = Read-Answer 'To'
                    $text = Read-Answer 'Message'
                    "> Send-LanDM $to '$text'"
                    Send-LanDM $to $text -Session $session
                }
                'PROFILE' {
                    $displayName = Read-Answer 'Display name'
                    $status = Read-Answer 'Status'
                    "> Set-LanProfile '$displayName' '$status'"
                    Set-LanProfile $displayName $status -Session $session
                }
                'LIST' {
                    '> Get-LanPeer'
                    Get-LanPeer -Session $session | ForEach-Object { "$($_.UserId) $($_.Address):$($_.Port) $($_.State)" }
                }
                'VERBOSE' {
                    $isVerbose = -not $isVerbose
                    "> Receive-LanMessage | Format-$(if ($isVerbose) { 'List *' } else { 'Table' })"
                }
                'QUIT' {
                    '> Stop-LanPeer'
                    return
                }
                default { if ($command) { "There is no command $command." } }
            }
        }
        catch {
            "$_ $($_.ErrorDetails.RecommendedAction)"
        }
    }
}
finally {
    Stop-LanPeer $session
}
