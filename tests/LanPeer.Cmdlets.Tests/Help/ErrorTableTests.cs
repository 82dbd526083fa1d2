using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Help;

/// <summary>docs/errors.md has every error id the module can give, once, and no other.</summary>
public sealed partial class ErrorTableTests
{
    private static readonly string[][] s_rows = [.. File.ReadLines(Path.Combine(HostProcess.RepositoryRoot, "docs", "errors.md"))
        .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(static line => line.Trim('|', ' ').Split(" | "))];

    private static readonly string[] s_sources = [.. Directory.EnumerateFiles(Path.Combine(HostProcess.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(static file => !file.Replace('\\', '/').Contains("/obj/", StringComparison.Ordinal) && !file.Replace('\\', '/').Contains("/LanPeer.Host/", StringComparison.Ordinal))];

    [Fact]
    public void It_has_every_id_of_the_code_once_and_nothing_else()
    {
        string[] documented = [.. s_rows.Select(static row => row[0].Trim('`'))];
        string[] missing = [.. Ids().Except(documented).Order(StringComparer.Ordinal)];
        string[] foreign = [.. documented.Except(Ids()).Order(StringComparer.Ordinal)];
        Assert.True(missing.Length == 0, $"docs/errors.md lacks {string.Join(", ", missing)}. Add a row: id, category, when, what to do.");
        Assert.True(foreign.Length == 0, $"docs/errors.md has ids that the code never gives: {string.Join(", ", foreign)}.");
        Assert.Equal(documented.Distinct().Order(StringComparer.Ordinal), documented);
    }

    [Fact]
    public void Each_row_has_the_category_of_the_code_and_says_when_and_what_to_do() => Assert.All(s_rows, static row =>
    {
        Assert.Equal(4, row.Length);
        if (LanIds().Contains(row[0].Trim('`')))
        {
            Assert.Equal(LanErrors.CategoryOf(row[0].Trim('`')).ToString(), row[1]);
        }

        Assert.True(row[2].Length > 10 && row[3].Length > 10, row[0]);
    });

    [Fact]
    public void Every_id_is_given_somewhere()
    {
        string code = string.Concat(s_sources.Where(static file => !file.EndsWith("LanPeerException.cs", StringComparison.Ordinal) && !file.EndsWith("LanErrors.cs", StringComparison.Ordinal)).Select(File.ReadAllText));
        Assert.All(LanIds(), id => Assert.Matches($@"(LanErrorId|LanErrors)\.{id}\b", code));
    }

    /// <summary>The constants, and ids a command writes as a text of its own where it makes an error record.</summary>
    private static IEnumerable<string> Ids()
        => LanIds().Concat(s_sources.SelectMany(static file => Literal().Matches(File.ReadAllText(file))).Select(static match => match.Groups[1].Value)).Distinct();

    private static string[] LanIds() => [.. typeof(LanErrorId).GetFields(BindingFlags.Public | BindingFlags.Static).Select(static field => field.Name)];

    [GeneratedRegex(@"new (?:ErrorRecord|LanPeerException)\((?:[^;""]*?,\s*)?""(\w+)""", RegexOptions.Singleline)]
    private static partial Regex Literal();
}
