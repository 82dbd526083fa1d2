using System;
using System.IO;
using System.Linq;
using System.Management.Automation.Language;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Help;

/// <summary>Every example parses, names commands and parameters that are there, and runs where the engine has what it uses.</summary>
public sealed class HelpExampleTests
{
    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(HelpPage.Folder, "*.md").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void They_parse_and_name_what_is_there(string page)
    {
        foreach (string code in HelpPage.CodeOf(File.ReadAllText(Path.Combine(HelpPage.Folder, page + ".md")).ReplaceLineEndings("\n")))
        {
            ScriptBlockAst tree = Parser.ParseInput(code, out _, out ParseError[] errors);
            Assert.True(errors.Length == 0, $"{page}: {errors.FirstOrDefault()?.Message}\n{code}");
            foreach (CommandAst command in tree.FindAll(static ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>())
            {
                string name = command.GetCommandName();
                if (name.Contains("-Lan", StringComparison.Ordinal))
                {
                    Assert.True(HelpedCommands.All.ContainsKey(name), $"{page}: there is no {name}.");
                    Assert.All(command.CommandElements.OfType<CommandParameterAst>(), parameter =>
                        Assert.True(HelpedCommands.All[name].Parameters.ContainsKey(parameter.ParameterName), $"{page}: {name} has no -{parameter.ParameterName}."));
                }
            }
        }
    }

    [Fact]
    public void They_run_on_loopback()
    {
        HostResult result = HostProcess.Run("-File", Path.Combine("tests", "Pester", "HelpExample.ps1"), "-Folder", HelpPage.Folder,
            "-DiscoveryPort", "23996", "-Module", Path.Combine(HostProcess.RepositoryRoot, "out", "LanPeer", "LanPeer.psd1"));
        Assert.True(result.ExitCode == 0, result.StdOut + result.StdErr);

        // The host has the engine's own commands alone; most examples need no others.
        int ran = int.Parse(result.Lines[^1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(ran >= 50, $"Only {ran} examples ran: {result.StdOut}");
    }
}
