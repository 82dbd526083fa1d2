<#
.SYNOPSIS
Runs the examples of the help pages, each in a runspace and a folder of its own, with bob and carol as peers.

.DESCRIPTION
Uses nothing that is not in the PowerShell engine itself, so that it runs in src/LanPeer.Host as well as in pwsh. An example
that uses a command this engine does not have is skipped. The last line is "N ran, N failed, N skipped"; the exit code is 1
when one failed. Everything stays on loopback.
#>
[CmdletBinding()]
param(
    # The pages to take examples from.
    [Parameter(Mandatory)]
    [string] $Folder,

    [Parameter(Mandatory)]
    [int] $DiscoveryPort,

    # The module under test.
    [Parameter(Mandatory)]
    [string] $Module,

    # Only pages whose names match this regular expression, with upper and lower case. No wildcards: pwsh on Unix would make
    # names of files of them on the way here.
    [string] $Match = ''
)

$ErrorActionPreference = 'Stop'
$env:LANPEER_NETWORK = 'loopback'
Import-Module $Module
$temp = [IO.Directory]::CreateTempSubdirectory('lanpeer-help-').FullName
$env:LANPEER_STATE = [IO.Path]::Combine($temp, 'state')
$key = 'correct horse battery'

# What every example finds: files of the names they use, answers to what they ask, and a peer of its own unless it starts one.
$preamble = {
    param($Module, $Folder, $Port, $Number, $Starts)

    $ErrorActionPreference = 'Stop'
    $ExecutionContext.SessionState.Path.SetLocation($Folder) | Out-Null
    Import-Module $Module
    $global:PSDefaultParameterValues = @{ 'Start-LanPeer:DiscoveryPort' = $Port; 'Find-LanPeer:DiscoveryPort' = $Port }
    function global:Read-Host {
        $secret = [securestring]::new()
        foreach ($character in 'correct horse battery'.ToCharArray()) { $secret.AppendChar($character) }
        $secret
    }

    if ($Starts) { return }

    # Another name for each: what one example decides about bob, or he about it, is of no consequence to the next.
    $session = Start-LanPeer "alice$Number" -Ephemeral
    for ($i = 0; $i -lt 100 -and $session.Peers.Count -lt 2; $i++) { Find-LanPeer -Timeout 0.2 -Count 2 | Out-Null }
    Export-LanPin pins.json
    $session
}

function Get-Example {
    # The code of a page, with the heading it stands under.
    param([string] $Path)

    $heading = ''
    $lines = $null
    foreach ($line in [IO.File]::ReadAllLines($Path)) {
        if ($line -match '^#+ (.+)' -and $null -eq $lines) { $heading = $Matches[1] }
        elseif ($line -eq '```powershell') { $lines = @() }
        elseif ($line -eq '```' -and $null -ne $lines) {
            # A free port in place of the one that is written there, where bob and carol are not.
            $code = $lines -join "`n" -replace '-DiscoveryPort \d+', "-DiscoveryPort $($DiscoveryPort + 1)"
            @{ Title = "$([IO.Path]::GetFileNameWithoutExtension($Path)), $heading"; Code = $code }
            $lines = $null
        }
        elseif ($null -ne $lines) { $lines += $line }
    }
}

function Get-MissingCommand {
    # Commands of a script that this engine does not have.
    param([string] $Code)

    $tree = [Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $null)
    foreach ($command in $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
        $name = $command.GetCommandName()
        if ($name -ne 'Read-Host' -and -not (Get-Command $name -ErrorAction Ignore)) { $name }
    }
}

function New-ExampleFolder {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Nobody asks a test -WhatIf.')]
    param([string] $Path)

    $null = [IO.Directory]::CreateDirectory($Path)
    [IO.File]::WriteAllLines([IO.Path]::Combine($Path, 'build.log'), [string[]] ('restore', 'compile', 'done'))
    [IO.File]::Copy([IO.Path]::Combine($Folder, '..', '..', 'examples', 'avatar.png'), [IO.Path]::Combine($Path, 'photo.png'))
    $keyFile = [IO.Path]::Combine($Path, 'club.key')
    [IO.File]::WriteAllText($keyFile, $key)
    if (-not $IsWindows) { [IO.File]::SetUnixFileMode($keyFile, 'UserRead, UserWrite') }
    $Path
}

function Invoke-Example {
    # Runs one; gives what went wrong.
    param([hashtable] $Example, [string] $Path)

    # Without -Timeout or -Count only Ctrl+C ends it: it is stopped as soon as it has shown something.
    $isEndless = $Example.Code -match 'Receive-LanMessage -Wait(?!.*-(Timeout|Count))'
    $state = [Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
    $shell = [powershell]::Create($state)
    try {
        $starts = $Example.Code -match 'Start-LanPeer'
        $arguments = $Module, (New-ExampleFolder $Path), $DiscoveryPort, $ran, $starts
        $shell.AddScript("$preamble") | Out-Null
        foreach ($argument in $arguments) { $shell.AddArgument($argument) | Out-Null }
        $session = $shell.Invoke() | ForEach-Object { $_ }
        if ($session) {
            Find-LanPeer -Session $bob -Timeout 5 -Count 2 | Out-Null
            Send-LanDM $session.UserId 'hello alice' -Session $bob -Timeout 30
        }

        $shell.Commands.Clear()
        $shell.AddScript($Example.Code) | Out-Null
        $output = [Management.Automation.PSDataCollection[psobject]]::new()
        $running = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]] $null, $output)
        $end = [datetime]::UtcNow.AddSeconds(60)
        while (-not $running.AsyncWaitHandle.WaitOne(100) -and [datetime]::UtcNow -lt $end) {
            if ($isEndless) { Send-LanPost 'build 7 is red' -Session $bob }
            if ($isEndless -and $output.Count) { $shell.Stop() }
        }

        if (-not $running.IsCompleted) { return 'did not end within 60 s' }
        if ($isEndless -and -not $output.Count) { return 'showed nothing' }
        if (-not $isEndless) { $shell.EndInvoke($running) }
        $shell.Streams.Error | ForEach-Object { "$_" }
    }
    catch {
        "$($_.Exception.GetBaseException().Message)"
    }
    finally {
        if ($shell.Runspace) { $shell.Runspace.Dispose() }
        $shell.Dispose()
    }
}

$ran, $failed, $skipped = 0, 0, 0
$peers = @()
try {
    $bob = Start-LanPeer bob -DiscoveryPort $DiscoveryPort -Ephemeral
    $carol = Start-LanPeer carol -DiscoveryPort $DiscoveryPort -Ephemeral
    $peers = $bob, $carol
    Set-LanProfile 'Bob' 'here' -AvatarPath ([IO.Path]::Combine($Folder, '..', '..', 'examples', 'avatar.png')) -Session $bob
    Set-LanProfile 'Carol' 'here' -Session $carol
    foreach ($page in [IO.Directory]::GetFiles($Folder, '*.md')) {
        if ([IO.Path]::GetFileNameWithoutExtension($page) -cnotmatch $Match) { continue }
        foreach ($example in Get-Example $page) {
            $missing = @(Get-MissingCommand $example.Code)
            if ($missing) {
                $skipped++
                "skipped: $($example.Title): this engine has no $($missing -join ', ')"
                continue
            }

            $ran++
            "running: $($example.Title)"
            $problems = @(Invoke-Example $example ([IO.Path]::Combine($temp, "$ran")))
            if ($problems) {
                $failed++
                "FAILED: $($example.Title): $($problems -join '; ')"
            }
        }
    }
}
finally {
    $peers | Stop-LanPeer
    [IO.Directory]::Delete($temp, $true)
}

"$ran ran, $failed failed, $skipped skipped"
exit [int]($failed -gt 0)
