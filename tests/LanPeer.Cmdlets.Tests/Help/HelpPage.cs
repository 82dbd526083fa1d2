using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace LanPeer.Cmdlets.Tests.Help;

/// <summary>An example of a page: its title, its code, and why.</summary>
internal sealed record HelpExample(string Title, string Code, string Remarks);

/// <summary>A parameter of a page in one of its sets.</summary>
internal sealed record HelpParameterSet(string Name, string Position, bool IsRequired, bool ByValue, bool ByPropertyName);

/// <summary>A parameter as a page has it.</summary>
internal sealed record HelpParameter(
    string Name, string Description, string Type, string Default, bool Wildcards, string[] Aliases, string[] AcceptedValues, HelpParameterSet[] Sets);

/// <summary>Reads a page of docs/help in the form of PlatyPS 1, without PlatyPS.</summary>
internal sealed partial class HelpPage
{
    private readonly Dictionary<string, string> _sections;

    private HelpPage(string name, string text)
    {
        Name = name;
        Text = text;
        _sections = Split(text, "## ");
        Examples = [.. Split(Section("EXAMPLES"), "### ").Select(static part => ReadExample(part.Key, part.Value))];
        Parameters = [.. Split(Section("PARAMETERS"), "### -").Where(static part => !part.Key.StartsWith('#')).Select(static part => ReadParameter(part.Key, part.Value))];
    }

    public static string Folder { get; } = Path.Combine(HostProcess.RepositoryRoot, "docs", "help");

    /// <summary>The pages of commands, by command.</summary>
    public static IReadOnlyDictionary<string, HelpPage> All { get; } = Directory.EnumerateFiles(Folder, "*-*.md")
        .Where(static file => !Path.GetFileName(file).StartsWith("about_", StringComparison.Ordinal))
        .Select(static file => new HelpPage(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file).ReplaceLineEndings("\n")))
        .ToDictionary(static page => page.Name);

    public string Name { get; }

    public string Text { get; }

    public IReadOnlyList<HelpExample> Examples { get; }

    public IReadOnlyList<HelpParameter> Parameters { get; }

    public string Synopsis => Plain(Section("SYNOPSIS"));

    public string Syntax => Section("SYNTAX");

    /// <summary>Paragraphs, each in one line.</summary>
    public IReadOnlyList<string> Description => Paragraphs(Section("DESCRIPTION"));

    public IReadOnlyList<string> Notes => Paragraphs(Section("NOTES"));

    /// <summary>Types by name, with what is said of them.</summary>
    public IReadOnlyDictionary<string, string> Inputs => Types("INPUTS");

    public IReadOnlyDictionary<string, string> Outputs => Types("OUTPUTS");

    public IReadOnlyList<string> Links => [.. LinkText().Matches(Section("RELATED LINKS")).Select(static match => match.Groups[1].Value)];

    /// <summary>The PowerShell in a Markdown text.</summary>
    public static IEnumerable<string> CodeOf(string markdown) => Code().Matches(markdown).Select(static match => match.Groups[1].Value);

    /// <summary>Paragraphs without Markdown's marks, each in one line.</summary>
    public static IReadOnlyList<string> Paragraphs(string markdown)
        => [.. markdown.Split("\n\n").Select(Plain).Where(static paragraph => paragraph.Length > 0)];

    private static string Plain(string markdown)
        => Link().Replace(Break().Replace(markdown.Trim(), " "), "$1").Replace("`", "", StringComparison.Ordinal).Replace("**", "", StringComparison.Ordinal);

    private static HelpExample ReadExample(string title, string body)
        => new(Plain(title), CodeOf(body).FirstOrDefault() ?? "", string.Join('\n', Paragraphs(Code().Replace(body, ""))));

    private static HelpParameter ReadParameter(string name, string body)
    {
        int at = body.IndexOf("```yaml", StringComparison.Ordinal);
        string[] yaml = at < 0 ? [] : body[at..].Split('\n');
        string Value(string key) => yaml.Where(line => line.StartsWith(key + ": ", StringComparison.Ordinal)).Select(line => Unquote(line[(key.Length + 2)..])).FirstOrDefault("");
        string[] Items(string key) => [.. yaml.SkipWhile(line => line != key + ":").Skip(1).TakeWhile(line => line.StartsWith("- ", StringComparison.Ordinal)).Select(line => Unquote(line[2..]))];
        return new HelpParameter(name, string.Join('\n', Paragraphs(at < 0 ? body : body[..at])), Value("Type"), Value("DefaultValue"),
            Value("SupportsWildcards") == "true", Items("Aliases"), Items("AcceptedValues"), ReadSets(yaml));
    }

    private static HelpParameterSet[] ReadSets(string[] yaml)
    {
        var sets = new List<Dictionary<string, string>>();
        foreach (string line in yaml.SkipWhile(static line => line != "ParameterSets:").Skip(1).TakeWhile(static line => line.Length > 0 && line[0] is '-' or ' '))
        {
            if (line[0] == '-')
            {
                sets.Add([]);
            }

            string[] parts = line[2..].Split(": ", 2);
            sets[^1].Add(parts[0], Unquote(parts[1]));
        }

        return [.. sets.Select(static set => new HelpParameterSet(set["Name"], set["Position"], set["IsRequired"] == "true",
            set["ValueFromPipeline"] == "true", set["ValueFromPipelineByPropertyName"] == "true"))];
    }

    private static string Unquote(string value) => value.Length > 1 && value[0] == '\'' && value[^1] == '\'' ? value[1..^1].Replace("''", "'", StringComparison.Ordinal) : value;

    private Dictionary<string, string> Types(string section)
        => Split(Section(section), "### ").ToDictionary(static part => part.Key, static part => string.Join('\n', Paragraphs(part.Value)));

    private string Section(string name) => _sections.GetValueOrDefault(name, "");

    /// <summary>Parts by heading; a heading in code is none.</summary>
    private static Dictionary<string, string> Split(string text, string mark)
    {
        var parts = new Dictionary<string, string>();
        string? heading = null;
        bool isCode = false;
        foreach (string line in text.Split('\n'))
        {
            isCode ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!isCode && line.StartsWith('#') && line.TrimStart('#').StartsWith(' ') && line.IndexOf(' ', StringComparison.Ordinal) <= mark.TrimEnd('-', ' ').Length)
            {
                heading = line.StartsWith(mark, StringComparison.Ordinal) ? line[mark.Length..].Trim() : "#" + line;
                parts[heading] = "";
            }
            else if (heading is not null)
            {
                parts[heading] += line + "\n";
            }
        }

        return parts;
    }

    [GeneratedRegex("```powershell\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\s*\n\s*")]
    private static partial Regex Break();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^- \[([^\]]+)\]\(\1\.md\)$", RegexOptions.Multiline)]
    private static partial Regex LinkText();
}
