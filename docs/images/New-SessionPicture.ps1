<#
.SYNOPSIS
Makes docs/images/session.svg: runs the commands of the README with real peers and draws what the terminal would show.

.DESCRIPTION
alice, bob and carol are peers in this process, on loopback. Nothing of the picture is written by hand: each line is a command
that is run, or what it gave, with the colours PowerShell gave it.
#>
[CmdletBinding()]
param(
    [string] $Path = (Join-Path $PSScriptRoot 'session.svg'),

    # The module to show.
    [string] $Module = [IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'LanPeer', 'LanPeer.psd1'),

    [int] $DiscoveryPort = 25980
)

$ErrorActionPreference = 'Stop'
$env:LANPEER_NETWORK = 'loopback'
$env:NO_COLOR = $null
$env:TERM = 'xterm-256color'
$PSStyle.OutputRendering = 'Ansi'
Import-Module $Module
$width = 100
$colours = @{
    30 = '#000000'; 31 = '#f14c4c'; 32 = '#23d18b'; 33 = '#e5e510'; 34 = '#3b8eea'; 35 = '#d670d6'; 36 = '#29b8db'; 37 = '#e5e5e5'
    90 = '#8a8a8a'; 91 = '#f14c4c'; 92 = '#23d18b'; 93 = '#f5f543'; 94 = '#3b8eea'; 95 = '#d670d6'; 96 = '#29b8db'; 97 = '#ffffff'
}

function Get-SessionText {
    # The lines of the session: commands after a prompt, and what each gave.
    param([int] $DiscoveryPort)

    $bob = Start-LanPeer bob -DiscoveryPort $DiscoveryPort -Ephemeral
    $carol = Start-LanPeer carol -DiscoveryPort $DiscoveryPort -Ephemeral
    try {
        Set-LanProfile 'Bob' 'at the bench' -Session $bob
        Set-LanProfile 'Carol' 'on the train' -Session $carol
        $null = Find-LanPeer -Session $carol -Timeout 20 -Count 1
        $global:PSDefaultParameterValues = @{ 'Start-LanPeer:DiscoveryPort' = $DiscoveryPort; 'Start-LanPeer:Ephemeral' = $true }
        $session = $null
        $commands = 'Start-LanPeer alice', 'Find-LanPeer', "Send-LanPost 'build 214 is green'", "Send-LanDM bob 'lunch?' -PassThru", 'Receive-LanMessage -Type Post, DM', "Send-LanDM bop 'lunch?'"
        foreach ($command in $commands) {
            "PS> $command"
            if ($command -like 'Receive*') {
                # Whoever was written to has something to say.
                $null = Receive-LanMessage -Session $bob -Type DM -Timeout 20 -Count 1
                Send-LanDM alice 'at noon, by the lift' -Session $bob -Timeout 20
                Send-LanPost 'who has the key to room 3?' -Session $carol -Wait -Timeout 20
            }

            try { $result = & ([scriptblock]::Create($command)) } catch { $result = $_ }
            if (-not $session) {
                # She who types is alice, and in a process with three peers her commands are hers by this alone.
                $session = $result
                $global:PSDefaultParameterValues['*-Lan*:Session'] = $session
            }

            if ($null -ne $result) { ($result | Out-String -Width $width).TrimEnd() -split '\r?\n' | Where-Object { $_ -replace '\e\[[\d;]*m' } }
        }
    }
    finally {
        $global:PSDefaultParameterValues = @{}
        $session, $bob, $carol | Where-Object { $_ } | Stop-LanPeer
    }
}

function ConvertTo-TextElement {
    # A line with its colours as text elements, each at its column.
    param([string] $Line, [double] $Y)

    $colour = '#d4d4d4'
    $bold = $false
    $column = 0
    foreach ($part in [regex]::Split($Line, '(\e\[[\d;]*m)')) {
        if ($part -match '^\e\[([\d;]*)m$') {
            foreach ($code in $Matches[1] -split ';') {
                switch ([int] ($code ? $code : 0)) {
                    0 { $colour = '#d4d4d4'; $bold = $false }
                    1 { $bold = $true }
                    { $colours.ContainsKey($_) } { $colour = $colours[$_] }
                }
            }
        }
        elseif ($part) {
            $weight = $bold ? ' font-weight="bold"' : ''
            '<text x="{0}" y="{1}" fill="{2}"{3} xml:space="preserve" textLength="{4}">{5}</text>' -f (20 + $column * 8.4), $Y, $colour, $weight, ($part.Length * 8.4), [Security.SecurityElement]::Escape($part)
            $column += $part.Length
        }
    }
}

[cultureinfo]::CurrentCulture = [cultureinfo]::InvariantCulture
$lines = @(Get-SessionText $DiscoveryPort | ForEach-Object { $_ -replace '^PS> (.*)$', "`e[90mPS>`e[0m `e[93m`$1`e[0m" })
$y = 54
$elements = foreach ($line in $lines) {
    # Room before each prompt.
    if ($line -match 'PS>' -and $y -gt 54) { $y += 8 }
    ConvertTo-TextElement $line $y
    $y += 20
}

$height = $y + 4
$svg = @(
    "<svg xmlns=`"http://www.w3.org/2000/svg`" width=`"880`" height=`"$height`" viewBox=`"0 0 880 $height`" role=`"img`" aria-label=`"A session of LanPeer in a terminal`">"
    '<rect width="880" height="100%" rx="8" fill="#1e1e1e"/>'
    '<circle cx="22" cy="18" r="6" fill="#f14c4c"/><circle cx="42" cy="18" r="6" fill="#e5e510"/><circle cx="62" cy="18" r="6" fill="#23d18b"/>'
    '<g font-family="Cascadia Mono, Consolas, Menlo, DejaVu Sans Mono, monospace" font-size="14">'
    $elements
    '</g>'
    '</svg>'
)
[IO.File]::WriteAllText($Path, ($svg -join "`n") + "`n")
