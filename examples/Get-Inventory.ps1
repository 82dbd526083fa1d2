<#
.SYNOPSIS
Asks all machines what they are and collects their answers, to be run by a scheduler.

.DESCRIPTION
With -Answer it stays and answers each question by a direct message. Without, it posts the question, waits -Timeout seconds for
the answers and gives an object for each machine. A question has a number of its own, so that a late answer to the last one is
not taken for one to this.

Anybody can answer anything: -Trusted takes only answers of identities you have approved.

.EXAMPLE
./Get-Inventory.ps1 -Answer -Lan
On each machine.

.EXAMPLE
./Get-Inventory.ps1 -Lan | Export-Csv inventory.csv
On one, every night.
#>
[CmdletBinding()]
param(
    # Answer the questions of others until Ctrl+C.
    [switch] $Answer,

    # The name others see.
    [string] $Name = $(if ($Answer) { [Environment]::MachineName -replace '[^A-Za-z0-9_.-]', '-' } else { 'inventory' }),

    # Seconds to wait for answers, or with -Answer to stay.
    [double] $Timeout = $(if ($Answer) { 2592000 } else { 5 }),

    # End when that many have answered, or with -Answer after that many questions.
    [int] $Count = [int]::MaxValue,

    # Take only answers of identities you have approved.
    [switch] $Trusted,

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
$end = [datetime]::UtcNow.AddSeconds($Timeout)
$done = 0
try {
    if ($Answer) {
        while ($done -lt $Count -and ($left = ($end - [datetime]::UtcNow).TotalSeconds) -gt 0) {
            foreach ($question in Receive-LanMessage -Session $session -Type Post -Count 1 -Timeout $left | Where-Object Content -Match '^inventory\? (\w+)$') {
                $done++
                $facts = [Collections.Generic.Dictionary[string, string]]::new()
                $facts['question'] = $question.Content.Substring(11)
                $facts['machine'] = [Environment]::MachineName
                $facts['system'] = [Runtime.InteropServices.RuntimeInformation]::OSDescription
                $facts['processors'] = "$([Environment]::ProcessorCount)"
                $facts['powershell'] = "$($PSVersionTable.PSVersion)"
                $question | Send-LanDM -Message ([Text.Json.JsonSerializer]::Serialize[Collections.Generic.Dictionary[string, string]]($facts)) -Session $session -ErrorAction Continue
            }
        }

        return
    }

    Find-LanPeer -Session $session -Timeout $Look -Count $Enough | Out-Null
    $number = [guid]::NewGuid().ToString('n').Substring(0, 8)
    Send-LanPost "inventory? $number" -Session $session
    while ($done -lt $Count -and ($left = ($end - [datetime]::UtcNow).TotalSeconds) -gt 0) {
        foreach ($message in Receive-LanMessage -Session $session -Type DM -Count 1 -Timeout $left) {
            if ($Trusted -and $message.Trust -ne 'Verified') { continue }
            try { $facts = [Text.Json.JsonSerializer]::Deserialize[Collections.Generic.Dictionary[string, string]]($message.GetRawContent()) } catch { continue }
            if ($facts['question'] -ne $number) { continue }
            $done++
            [pscustomobject]@{
                Machine    = $facts['machine']
                System     = $facts['system']
                Processors = $facts['processors'] -as [int]
                PowerShell = $facts['powershell']
                From       = $message.From
                Trust      = $message.Trust
            }
        }
    }
}
finally {
    Stop-LanPeer $session
}
