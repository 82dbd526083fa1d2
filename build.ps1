<#
.SYNOPSIS
Builds, tests and shows LanPeer. A thin door to dotnet: the steps themselves live in the project files.

.EXAMPLE
./build.ps1
Builds; the module is then in out/LanPeer.

.EXAMPLE
./build.ps1 Test
Runs the xUnit projects and, where Pester 5 or 6 is installed, tests/Pester.

.EXAMPLE
./build.ps1 Help
Makes the help that ships from docs/help, and commits nothing. Needs Microsoft.PowerShell.PlatyPS 1.0.

.EXAMPLE
./build.ps1 Package
Makes out/LanPeer.<version>.nupkg, to be published with Publish-PSResource -NupkgPath.

.EXAMPLE
./build.ps1 Benchmark codec seal
Measures two figures; without names all of them, which takes some minutes. The numbers are then in out/benchmarks.json.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Tour', 'Help', 'Analyze', 'Package', 'Benchmark', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug',

    # Of Benchmark: which figures; all when none is named.
    [Parameter(Position = 1, ValueFromRemainingArguments)]
    [string[]] $Figure = @()
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3
Push-Location $PSScriptRoot

function Invoke-Dotnet {
    dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $args ended with exit code $LASTEXITCODE." }
}

try {
    switch ($Task) {
        'Build' { Invoke-Dotnet build --configuration $Configuration }
        'Benchmark' {
            Invoke-Dotnet run --configuration Release --project benchmarks/LanPeer.Benchmarks '--' @Figure '--json' out/benchmarks.json
        }
        'Clean' {
            Invoke-Dotnet clean --configuration $Configuration
            if (Test-Path out) { Remove-Item out -Recurse -Force }
        }
        'Test' {
            Invoke-Dotnet test --configuration $Configuration
            & ./tests/Pester/Invoke-PesterTest.ps1
            if ($LASTEXITCODE -ne 0) { throw "Pester ended with exit code $LASTEXITCODE." }
        }
        'Tour' {
            Invoke-Dotnet build --configuration $Configuration --verbosity quiet
            & ([Environment]::ProcessPath) -NoProfile -File examples/Tour.ps1
            if ($LASTEXITCODE -ne 0) { throw "The tour ended with exit code $LASTEXITCODE." }
        }
        'Help' {
            # The module tells which commands and parameters there are, and gets what was made of the pages.
            Invoke-Dotnet build --configuration $Configuration --verbosity quiet
            & ([Environment]::ProcessPath) -NoProfile -File docs/help/Update-Help.ps1
            if ($LASTEXITCODE -ne 0) { throw "docs/help/Update-Help.ps1 ended with exit code $LASTEXITCODE." }
            Invoke-Dotnet build --configuration $Configuration --verbosity quiet
        }
        'Package' {
            Invoke-Dotnet pack src/LanPeer.Cmdlets --configuration Release
            Get-ChildItem out/LanPeer.*.nupkg
        }
        'Analyze' {
            if (-not (Get-Module PSScriptAnalyzer -ListAvailable)) { throw 'PSScriptAnalyzer is not installed: Install-PSResource PSScriptAnalyzer' }
            # The manifest is checked where its files are beside it.
            Invoke-Dotnet build --configuration $Configuration --verbosity quiet
            $findings = foreach ($path in 'build.ps1', 'docs', 'examples', 'tests/Pester', 'out/LanPeer') {
                Invoke-ScriptAnalyzer -Path $path -Recurse -Settings ./PSScriptAnalyzerSettings.psd1
            }

            $findings
            if ($findings) { throw "PSScriptAnalyzer has $(@($findings).Count) findings." }
        }
    }
}
finally {
    Pop-Location
}
