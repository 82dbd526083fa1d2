<#
.SYNOPSIS
Runs the Pester suite against the module in out/LanPeer.

.DESCRIPTION
Builds nothing. The module is copied to a folder of its own first, so that a build in the meantime disturbs nothing, and
the suite runs in a new pwsh, so that nothing of this session disturbs the suite. The files run in random order; the
order is printed and -Seed repeats it.

The last line is "Pester: N passed, N failed, N skipped". The exit code is 1 when anything failed: a test, a BeforeAll,
an AfterAll, a file that does not parse. Without Pester 5 or later it says so and the exit code is 0.

.EXAMPLE
./tests/Pester/Invoke-PesterTest.ps1
The whole suite in the newest Pester that is installed.

.EXAMPLE
./tests/Pester/Invoke-PesterTest.ps1 -PesterVersion 5 -Path tests/Pester/DM.Tests.ps1 -Verbosity Detailed
One file in the newest Pester 5.
#>
[CmdletBinding()]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingWriteHost', '', Justification = 'What a person or a build log reads, not output for a pipeline.')]
param(
    # 5, 5.9, 6.0.1: the newest one installed that begins so. Default: the newest of all.
    [string] $PesterVersion,

    # Where to write a test report for a build server.
    [string] $ResultPath,

    [ValidateSet('NUnitXml', 'NUnit2.5', 'NUnit3', 'JUnitXml')]
    [string] $ResultFormat = 'JUnitXml',

    # Test files or folders of them. Default: all beside this script.
    [string[]] $Path = $PSScriptRoot,

    # Repeats an order. Default: another one each time.
    [int] $Seed = (Get-Random -Maximum 1000000),

    [ValidateSet('None', 'Normal', 'Detailed', 'Diagnostic')]
    [string] $Verbosity = 'Normal'
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3

$module = Join-Path $PSScriptRoot '../../out/LanPeer'
if (-not (Test-Path (Join-Path $module 'LanPeer.psd1'))) {
    Write-Host "There is no module to test: $([IO.Path]::GetFullPath((Join-Path $module 'LanPeer.psd1'))) is missing. Run ./build.ps1 first."
    exit 1
}

$pwsh = Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')
$installed = @(Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -ge 5 } | Sort-Object Version -Descending)
if (-not (Test-Path $pwsh) -or -not $installed) {
    $reason = $installed ? "$PSHOME has no pwsh." : 'Pester 5 or later is not installed (Install-PSResource Pester).'
    Write-Host "Pester was not run: $reason"
    exit 0
}

$pester = $installed | Where-Object { -not $PesterVersion -or "$($_.Version).".StartsWith("$PesterVersion.") } | Select-Object -First 1
if (-not $pester) {
    Write-Host "Pester $PesterVersion is not installed. Installed are $($installed.Version -join ', ')."
    exit 1
}

$files = @(Get-ChildItem -Path $Path -Filter *.Tests.ps1 -Recurse -File | Sort-Object FullName -Unique | ForEach-Object FullName)
if (-not $files) {
    Write-Host "There are no test files in $($Path -join ', ')."
    exit 1
}

$folder = Join-Path ([IO.Path]::GetTempPath()) "lanpeer-pester-$PID-$(Get-Random)"
$job = Join-Path $folder 'job.json'
$summary = Join-Path $folder 'summary.json'
$noColor = $env:NO_COLOR
$random = [Random]::new($Seed)
try {
    $null = New-Item $folder -ItemType Directory
    Copy-Item $module (Join-Path $folder 'LanPeer') -Recurse
    @{
        Pester       = $pester.Path
        Module       = Join-Path $folder 'LanPeer' 'LanPeer.psd1'
        State        = Join-Path $folder 'state'
        Summary      = $summary
        Files        = @($files | Sort-Object { $random.Next() })
        ResultPath   = $ResultPath ? $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($ResultPath) : ''
        ResultFormat = $ResultFormat
        Verbosity    = $Verbosity
    } | ConvertTo-Json | Set-Content $job

    Write-Host "Pester $($pester.Version), $($files.Count) files, order -Seed $Seed."
    $env:NO_COLOR = '1'
    & $pwsh -NoProfile -NonInteractive -File (Join-Path $PSScriptRoot 'PesterRun.ps1') -JobPath $job

    if (-not (Test-Path $summary)) {
        Write-Host "Pester ended without a result (exit code $LASTEXITCODE)."
        Write-Host 'Pester: 0 passed, 1 failed, 0 skipped'
        exit 1
    }

    $result = Get-Content $summary -Raw | ConvertFrom-Json
    Write-Host "Pester: $($result.Passed) passed, $($result.Failed) failed, $($result.Skipped) skipped"
    exit [int]($result.Failed -gt 0)
}
finally {
    $env:NO_COLOR = $noColor
    if (Test-Path $folder) { Remove-Item $folder -Recurse -Force -ErrorAction Ignore }
}
