<#
.SYNOPSIS
The inner half of Invoke-PesterTest.ps1: runs Pester in a process of its own and writes down what came of it.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $JobPath
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3
$job = Get-Content $JobPath -Raw | ConvertFrom-Json

# Whatever a test forgets, nothing of this run reaches a network, and nothing of it is written to the user's folders.
$env:LANPEER_NETWORK = 'loopback'
$env:LANPEER_STATE = $job.State
$env:LANPEER_MODULE = $job.Module

# Processes that tests start find the module under test by its name, and no other.
$env:PSModulePath = (Split-Path (Split-Path $job.Module)) + [IO.Path]::PathSeparator + $env:PSModulePath

Import-Module $job.Pester
Set-StrictMode -Off
$configuration = New-PesterConfiguration
$configuration.Run.Path = $job.Files
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = $job.Verbosity
if ($job.ResultPath) {
    $configuration.TestResult.Enabled = $true
    $configuration.TestResult.OutputPath = $job.ResultPath
    $configuration.TestResult.OutputFormat = $job.ResultFormat
    $configuration.TestResult.TestSuiteName = 'LanPeer'
}

$run = Invoke-Pester -Configuration $configuration

# A failing AfterAll fails no test and a file that does not parse has none: both must count. So must an empty run.
$failed = [Math]::Max($run.FailedCount + $run.FailedContainersCount, $run.FailedBlocksCount)
if ($failed -eq 0 -and ($run.Result -ne 'Passed' -or $run.TotalCount -eq 0)) { $failed = 1 }

@{
    Passed  = $run.PassedCount
    Failed  = $failed
    Skipped = $run.TotalCount - $run.PassedCount - $run.FailedCount
} | ConvertTo-Json | Set-Content $job.Summary
