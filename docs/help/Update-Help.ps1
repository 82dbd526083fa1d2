<#
.SYNOPSIS
Makes the help that ships from the pages in this folder: `./build.ps1 Help`.

.DESCRIPTION
Writes src/LanPeer.Cmdlets/en-US, which is committed, so that a build without PlatyPS ships help, too: the about topics, and
with Microsoft.PowerShell.PlatyPS 1.0 LanPeer.Cmdlets.dll-Help.xml from the pages of the commands.

A command without a page gets one, and a parameter without a section too, with {{ ... }} where somebody has to write. Syntax
is written anew and parameters that are gone are taken out; nothing else in a page is changed. Tests compare pages, help file
and module, and need no PlatyPS.
#>
[CmdletBinding()]
param(
    # The built module, for commands that have no page yet.
    [string] $Module = [IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'LanPeer', 'LanPeer.psd1'),

    # Where the help goes.
    [string] $Destination = [IO.Path]::Combine($PSScriptRoot, '..', '..', 'src', 'LanPeer.Cmdlets', 'en-US'),

    # Only the about topics, which need no PlatyPS.
    [switch] $AboutOnly
)

# Without strict mode, which PlatyPS would inherit and does not stand.
$ErrorActionPreference = 'Stop'
$helpFile = 'LanPeer.Cmdlets.dll-Help.xml'
$namespaces = @{
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

function ConvertTo-HelpText {
    # Markdown of one paragraph as plain text: one line, no marks.
    param([string] $Markdown)

    $Markdown -replace '\s*\r?\n\s*', ' ' -replace '\[([^\]]+)\]\([^)]*\)', '$1' -replace '`', '' -replace '\*\*', ''
}

function ConvertTo-AboutText {
    # An about page as Get-Help shows it: headings in capitals, everything else indented.
    param([string[]] $Line)

    $inCode = $false
    foreach ($one in $Line) {
        if ($one -match '^```') { $inCode = -not $inCode; continue }
        if ($inCode) { $one ? "        $one" : ''; continue }
        if ($one -match '^# (.+)') { 'TOPIC'; "    $($Matches[1])"; continue }
        if ($one -match '^## (.+)') { $Matches[1].ToUpperInvariant(); continue }
        if ($one -match '^### (.+)') { "  $($Matches[1])"; continue }
        $text = $one -replace '\[([^\]]+)\]\([^)]*\)', '$1' -replace '`', '' -replace '\*\*', ''
        $text ? "    $text" : ''
    }
}

function Set-Text {
    # UTF-8 without a byte order mark and with LF, as all files of the repository.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A build step.')]
    param([string] $Path, [string] $Text)

    [IO.File]::WriteAllText($Path, $Text.Replace("`r`n", "`n").TrimEnd() + "`n")
}

function Split-Page {
    # A page as the part before SYNTAX, SYNTAX, the part before the parameters, each parameter, and the rest.
    param([string] $Text)

    if ($Text -notmatch '(?s)^(.*?\n## SYNTAX\n)(.*?)(\n## ALIASES\n.*?\n## PARAMETERS\n)(.*?)(\n### CommonParameters\n.*)$') {
        throw "A page lacks a section: $($Text.Substring(0, [Math]::Min(300, $Text.Length)))"
    }

    $parts = @{ Head = $Matches[1]; Syntax = $Matches[2]; Middle = $Matches[3]; Tail = $Matches[5]; Parameters = @{} }
    foreach ($section in $Matches[4] -split '(?m)^(?=### -)' | Where-Object { $_.Trim() }) {
        $parts.Parameters[[regex]::Match($section, '### -(\w+)').Groups[1].Value] = $section.Trim()
    }

    $parts
}

function Update-Page {
    # Brings the mechanical parts of a page up to date; gives the names of parameters somebody has to describe.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A build step.')]
    param([string] $Path, [string] $FreshPath)

    $page = Split-Page ([IO.File]::ReadAllText($Path).Replace("`r`n", "`n"))
    $fresh = Split-Page ([IO.File]::ReadAllText($FreshPath).Replace("`r`n", "`n"))
    $added = @($fresh.Parameters.Keys | Where-Object { -not $page.Parameters.ContainsKey($_) } | Sort-Object)
    $sections = foreach ($name in $fresh.Parameters.Keys | Sort-Object) {
        $name -in $added ? $fresh.Parameters[$name] : $page.Parameters[$name]
    }

    Set-Text $Path ($page.Head + $fresh.Syntax + $page.Middle + "`n" + ($sections -join "`n`n") + "`n" + $page.Tail)
    $added
}

function Add-Paragraph {
    # Puts text into an element, a maml:para for each paragraph.
    param([Xml.XmlElement] $Element, [string[]] $Text)

    foreach ($one in $Text) {
        $para = $Element.OwnerDocument.CreateElement('maml:para', $namespaces.maml)
        $para.InnerText = $one
        $null = $Element.AppendChild($para)
    }
}

function Repair-HelpFile {
    # What PlatyPS 1.0.3 leaves undone: paragraphs, code of examples, defaults, links that lead nowhere.
    param([xml] $Document, [object[]] $Page)

    $manager = [Xml.XmlNamespaceManager]::new($Document.NameTable)
    foreach ($prefix in $namespaces.Keys) { $manager.AddNamespace($prefix, $namespaces[$prefix]) }

    foreach ($example in $Document.SelectNodes('//command:example', $manager)) {
        $text = @($example.SelectNodes('maml:introduction/maml:para', $manager) | ForEach-Object InnerText) -join "`n"
        if ($text -notmatch '(?s)```powershell\r?\n(.*?)\r?\n```(.*)$') { throw "An example has no code: $text" }
        $code, $why = $Matches[1], $Matches[2]
        $example.SelectSingleNode('dev:code', $manager).InnerText = $code
        $example.SelectSingleNode('maml:introduction', $manager).RemoveAll()
        $why = $why.Replace([string] [char] 0x80, '').Trim() -split '(?:\r?\n){2,}'

        # The empty one keeps a line between this example and the next.
        Add-Paragraph $example.SelectSingleNode('dev:remarks', $manager) (@($why | ForEach-Object { ConvertTo-HelpText $_ }) + '')
    }

    foreach ($para in @($Document.SelectNodes('//maml:para[not(ancestor::command:example)]', $manager))) {
        $parent = $para.ParentNode
        $paragraphs = $para.InnerText.Trim() -split '(?:\r?\n){2,}' | ForEach-Object { ConvertTo-HelpText $_ }
        $null = $parent.RemoveChild($para)
        Add-Paragraph $parent $paragraphs
    }

    foreach ($link in @($Document.SelectNodes('//maml:navigationLink', $manager))) {
        if (-not $link.SelectSingleNode('maml:uri', $manager).InnerText) { $null = $link.ParentNode.RemoveChild($link) }
        else { $link.SelectSingleNode('maml:uri', $manager).InnerText = '' }
    }

    foreach ($command in $Document.SelectNodes('//command:command', $manager)) {
        $name = $command.SelectSingleNode('command:details/command:name', $manager).InnerText
        $parameters = ($Page | Where-Object Title -EQ $name).Parameters
        foreach ($parameter in $command.SelectNodes('command:parameters/command:parameter', $manager)) {
            $about = $parameters | Where-Object Name -EQ $parameter.SelectSingleNode('maml:name', $manager).InnerText
            $default = $Document.CreateElement('dev:defaultValue', $namespaces.dev)
            $default.InnerText = $about.DefaultValue ? "$($about.DefaultValue)".Trim("'") : 'None'
            $null = $parameter.AppendChild($default)
        }

        # In syntax lines the values that are accepted say more than the type; at the parameter it is the other way round.
        $doubled = $command.SelectNodes('command:syntax//command:parameter[command:parameterValueGroup]/command:parameterValue', $manager)
        $groups = $command.SelectNodes('command:parameters//command:parameterValueGroup', $manager)
        foreach ($node in @($doubled) + @($groups)) { $null = $node.ParentNode.RemoveChild($node) }
    }
}

$null = New-Item $Destination -ItemType Directory -Force
foreach ($page in Get-ChildItem $PSScriptRoot -Filter 'about_*.md') {
    Set-Text ([IO.Path]::Combine($Destination, "$($page.BaseName).help.txt")) ((ConvertTo-AboutText ([IO.File]::ReadAllLines($page.FullName))) -join "`n")
}

if ($AboutOnly) { return }
if (-not (Get-Module Microsoft.PowerShell.PlatyPS -ListAvailable | Where-Object Version -GE 1.0.0)) {
    throw 'The help of the commands needs Microsoft.PowerShell.PlatyPS 1.0: Install-PSResource Microsoft.PowerShell.PlatyPS. The help that is committed still ships.'
}

Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0.0
$temp = Join-Path ([IO.Path]::GetTempPath()) "lanpeer-help-$PID"
try {
    # Without its help: PlatyPS would take from it what is in the pages already.
    $null = New-Item $temp -ItemType Directory
    Copy-Item (Split-Path $Module) (Join-Path $temp 'LanPeer') -Recurse
    Remove-Item (Join-Path $temp 'LanPeer' 'en-US') -Recurse -ErrorAction Ignore
    Import-Module (Join-Path $temp 'LanPeer' 'LanPeer.psd1')
    $temp = Join-Path $temp 'help'
    foreach ($command in Get-Command -Module LanPeer) {
        $path = Join-Path $PSScriptRoot "$($command.Name).md"
        $null = New-MarkdownCommandHelp -CommandInfo $command -OutputFolder $temp -Force
        $fresh = (Get-ChildItem $temp -Recurse -Filter "$($command.Name).md").FullName
        if (-not (Test-Path $path)) {
            Set-Text $path ([IO.File]::ReadAllText($fresh))
            Write-Warning "$($command.Name) had no page. docs/help/$($command.Name).md is one to be filled in."
            continue
        }

        Update-Page $path $fresh | ForEach-Object { Write-Warning "docs/help/$($command.Name).md has a new section to be filled in: -$_" }
    }

    $pages = @(Get-ChildItem $PSScriptRoot -Filter '*-Lan*.md' | Sort-Object Name | ForEach-Object { Import-MarkdownCommandHelp -Path $_.FullName })
    $null = Export-MamlCommandHelp -CommandHelp $pages -OutputFolder $temp -Force
    $document = [xml]::new()
    $document.Load((Get-ChildItem $temp -Recurse -Filter $helpFile).FullName)
    Repair-HelpFile $document $pages

    $settings = [Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) }
    $stream = [IO.MemoryStream]::new()
    $writer = [Xml.XmlWriter]::Create($stream, $settings)
    $document.Save($writer)
    $writer.Dispose()
    Set-Text ([IO.Path]::Combine($Destination, $helpFile)) ([Text.Encoding]::UTF8.GetString($stream.ToArray()))
}
finally {
    # The module's files are in use on Windows as long as this process is.
    Remove-Item ($temp -replace '[\\/]help$') -Recurse -Force -ErrorAction Ignore
}
