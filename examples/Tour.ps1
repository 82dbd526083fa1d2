<#
.SYNOPSIS
Three peers on this machine find each other and talk: the whole module in half a minute.

.DESCRIPTION
Starts alice, bob and carol as processes of their own, confined to loopback. Each looks for the other two, sets a
profile (alice with an avatar), posts to everyone and sends one direct message. Then each shows whom it knows and what
it received, as the objects they are. The script ends with exit code 0 only if everything arrived.

Uses nothing that is not in the PowerShell engine itself, so that it runs in src/LanPeer.Host as well as in pwsh.
#>
[CmdletBinding()]
param(
    # Set by the tour itself for the three peers it starts.
    [ValidateSet('', 'alice', 'bob', 'carol')]
    [string] $As = '',

    # A discovery port of one's own keeps the tour apart from other peers on this machine.
    [int] $DiscoveryPort = 10998
)

$ErrorActionPreference = 'Stop'
$env:LANPEER_NETWORK = 'loopback'
$ready = '--- ready ---'

if (-not $As) {
    # The conductor: starts this very script three times, with whatever program runs it now.
    $program = [Environment]::ProcessPath
    $arguments = @('-NoProfile', '-File', $PSCommandPath, '-DiscoveryPort', $DiscoveryPort)
    if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') {
        $arguments = @([Environment]::GetCommandLineArgs()[0]) + $arguments
    }

    $peers = foreach ($name in 'alice', 'bob', 'carol') {
        $start = [Diagnostics.ProcessStartInfo]::new($program)
        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $start.StandardOutputEncoding = [Text.Encoding]::UTF8
        $start.WorkingDirectory = $PSScriptRoot
        foreach ($argument in $arguments + '-As', $name) { $start.ArgumentList.Add($argument) }
        [Diagnostics.Process]::Start($start)
    }

    $failed = 0
    foreach ($peer in $peers) {
        while ($null -ne ($line = $peer.StandardOutput.ReadLine()) -and $line -ne $ready) { $line }
    }

    # Nobody leaves before everybody has seen everything.
    foreach ($peer in $peers) {
        $peer.StandardInput.Close()
        if (-not $peer.WaitForExit(30000)) { $peer.Kill() }
        $peer.WaitForExit()
        if ($peer.ExitCode -ne 0) { $failed++ }
    }

    if ($failed) { "$failed of 3 peers did not receive everything." } else { 'All three peers received everything.' }
    exit [int]($failed -gt 0)
}

if (-not (Get-Command Start-LanPeer -ErrorAction Ignore)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'out', 'LanPeer', 'LanPeer.psd1'))
}

$next = @{ alice = 'bob'; bob = 'carol'; carol = 'alice' }[$As]

# Ephemeral: the tour leaves no identity in anyone's state folder, and is in nobody's way who has one of these names.
$session = Start-LanPeer -Name $As -DiscoveryPort $DiscoveryPort -Ephemeral
try {
    for ($try = 0; $try -lt 20 -and $session.Peers.Count -lt 2; $try++) {
        Find-LanPeer -Timeout 1 -Count 2 | Out-Null
    }

    if ($As -eq 'alice') {
        Set-LanProfile -DisplayName 'Alice' -Status 'showing you around' -AvatarPath ([IO.Path]::Combine($PSScriptRoot, 'avatar.png'))
    }
    else {
        Set-LanProfile -DisplayName ($As.Substring(0, 1).ToUpperInvariant() + $As.Substring(1)) -Status 'on the tour'
    }

    Send-LanPost "Hello everyone, this is $As."
    Send-LanDM $next "Only for $next.`nOn two lines."

    # From the other two: a profile and a post each; from one of them a direct message.
    $messages = @(Receive-LanMessage -Timeout 20 -Count 5)
    $avatar = @(Get-LanProfile * | Where-Object AvatarBytes)

    ''
    "===== $As knows ====="
    Get-LanPeer | Out-Default
    "===== $As received ====="
    $messages | Out-Default
    if ($avatar) {
        "===== $As has these avatars ====="
        $avatar | Out-Default
    }

    $isComplete = @(
        @($messages | Where-Object Type -EQ Post).Count -eq 2
        @($messages | Where-Object Type -EQ Profile).Count -eq 2
        @($messages | Where-Object { $_.Type -eq 'DM' -and $_.Content -match "^Only for $As\.\nOn two lines\.$" }).Count -eq 1
        $avatar.Count -eq [int]($As -ne 'alice')
    ) -notcontains $false
    $ready
    [Console]::Out.Flush()
    [Console]::In.ReadToEnd() | Out-Null
}
finally {
    Stop-LanPeer -Session $session
}

exit [int](-not $isComplete)
