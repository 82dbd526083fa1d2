<#
.SYNOPSIS
A peer in a process of its own, driven by a test through stdin and stdout (Open-PeerProcess in LanPeerTest.psm1).

.DESCRIPTION
Each line of input is a script, as base64 of UTF-8; it runs where $session is the peer. Each gets one line of answer:
"reply:" and base64 of JSON with its output and its error, if it ended with one. The end of the input ends the process,
as a closed window would: without Stop-LanPeer.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Module,

    # Arguments of Start-LanPeer as JSON. Without any, no peer is started.
    [string] $Start = '{}'
)

$ErrorActionPreference = 'Stop'
$WarningPreference = 'SilentlyContinue'
if ($env:LANPEER_NETWORK -ne 'loopback') { throw 'This process is not confined to loopback.' }

function Write-Reply {
    param([object[]] $Output, [string] $ErrorText)

    $json = ConvertTo-Json @{ output = $Output; error = $ErrorText } -Depth 3 -Compress -EnumsAsStrings
    [Console]::Out.WriteLine('reply:' + [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($json)))
    [Console]::Out.Flush()
}

try {
    Import-Module $Module
    $arguments = ConvertFrom-Json $Start -AsHashtable
    $session = $null
    if ($arguments.Count) { $session = Start-LanPeer @arguments }
    Write-Reply -Output $PID, "$session", $session.Port
}
catch {
    Write-Reply -ErrorText "$($_.FullyQualifiedErrorId): $_"
    exit 1
}

while ($null -ne ($line = [Console]::In.ReadLine())) {
    try {
        $script = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($line))
        Write-Reply -Output @(. ([scriptblock]::Create($script)))
    }
    catch {
        Write-Reply -ErrorText "$($_.FullyQualifiedErrorId): $_"
    }
}
