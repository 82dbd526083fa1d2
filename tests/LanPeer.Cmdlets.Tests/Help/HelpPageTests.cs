using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Help;

/// <summary>The pages of docs/help say of each command what the assembly says.</summary>
public sealed class HelpPageTests
{
    private const string Repair = "./build.ps1 Help adds what is missing, with {{ ... }} where somebody has to write, and makes the help file from it.";

    public static TheoryData<string> Commands => [.. HelpedCommands.All.Keys.Where(HelpPage.All.ContainsKey).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_command_has_a_page_and_every_page_a_command()
    {
        string[] missing = [.. HelpedCommands.All.Keys.Except(HelpPage.All.Keys).Order(StringComparer.Ordinal)];
        Assert.True(missing.Length == 0, $"docs/help has no page for {string.Join(", ", missing)}. {Repair}");
        string[] foreign = [.. HelpPage.All.Keys.Except(HelpedCommands.All.Keys).Order(StringComparer.Ordinal)];
        Assert.True(foreign.Length == 0, $"docs/help has pages for commands that are none: {string.Join(", ", foreign)}. Take them out.");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_page_is_whole(string command)
    {
        HelpPage page = HelpPage.All[command];
        Assert.False(page.Text.Contains("{{", StringComparison.Ordinal), $"docs/help/{command}.md has a place that nobody has filled in: {{{{ ... }}}}.");
        Assert.Matches(@"^[A-Z].{20,}\.$", page.Synopsis);
        Assert.NotEmpty(page.Description);
        Assert.All(page.Description, static paragraph => Assert.EndsWith(".", paragraph, StringComparison.Ordinal));
        Assert.InRange(page.Examples.Count, 2, 4);
        Assert.NotEmpty(page.Outputs);
        Assert.NotEmpty(page.Links);
        Assert.Contains($"title: {command}\n", page.Text, StringComparison.Ordinal);
        Assert.Contains("external help file: LanPeer.Cmdlets.dll-Help.xml\n", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Examples_have_a_title_code_and_a_reason(string command)
    {
        foreach ((HelpExample example, int i) in HelpPage.All[command].Examples.Select(static (example, i) => (example, i)))
        {
            Assert.Matches($"^Example {i + 1}: .+", example.Title);
            Assert.Contains(command, example.Code, StringComparison.Ordinal);
            Assert.EndsWith(".", example.Remarks, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_parameters_are_those_of_the_command_and_none_is_a_common_one(string command)
    {
        IEnumerable<string> expected = HelpedCommands.ParametersOf(HelpedCommands.All[command]).Select(static parameter => parameter.Name);
        string[] documented = [.. HelpPage.All[command].Parameters.Select(static parameter => parameter.Name)];
        string[] missing = [.. expected.Except(documented)];
        string[] foreign = [.. documented.Except(expected)];
        Assert.True(missing.Length == 0, $"docs/help/{command}.md lacks -{string.Join(", -", missing)}. {Repair}");
        Assert.True(foreign.Length == 0, $"docs/help/{command}.md has parameters that the command has not: -{string.Join(", -", foreign)}. {Repair}");
        Assert.DoesNotContain(documented, HelpedCommands.IsCommon);
        Assert.Equal(documented.Order(StringComparer.OrdinalIgnoreCase), documented);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Each_parameter_is_as_the_assembly_has_it(string command)
    {
        CmdletInfo info = HelpedCommands.All[command];
        foreach (HelpParameter page in HelpPage.All[command].Parameters)
        {
            ParameterMetadata parameter = info.Parameters[page.Name];
            string what = $"{command} -{page.Name}";
            Assert.EndsWith(".", page.Description, StringComparison.Ordinal);
            Same(what, "Type", parameter.ParameterType.FullName!, page.Type);
            Same(what, "Aliases", string.Join(", ", parameter.Aliases.Order(StringComparer.Ordinal)), string.Join(", ", page.Aliases.Order(StringComparer.Ordinal)));
            Same(what, "SupportsWildcards", parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any(), page.Wildcards);
            Same(what, "DefaultValue", HelpedCommands.DefaultOf(info, parameter), page.Default);
            Type element = parameter.ParameterType.GetElementType() ?? parameter.ParameterType;
            Same(what, "AcceptedValues", element.IsEnum ? string.Join(", ", Enum.GetNames(element)) : "", string.Join(", ", page.AcceptedValues));
            Same(what, "ParameterSets", Sets(parameter), string.Join("; ", page.Sets.Order(s_byName)));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_syntax_shows_every_set_and_every_parameter_in_it(string command)
    {
        string[] lines = [.. HelpPage.All[command].Syntax.Replace("\n ", " ", StringComparison.Ordinal).Split('\n')
            .Where(line => line.StartsWith(command + " ", StringComparison.Ordinal) || line == command)];
        var sets = HelpedCommands.All[command].ParameterSets;
        Assert.Equal(sets.Count, lines.Length);
        foreach (CommandParameterSetInfo set in sets)
        {
            string[] names = [.. set.Parameters.Select(static parameter => parameter.Name).Where(static name => !HelpedCommands.IsCommon(name)).Order(StringComparer.Ordinal)];
            Assert.Contains(lines, line => line.Split(' ').Select(static word => word.Trim('[', ']')).Where(static word => word.StartsWith('-'))
                .Select(static word => word[1..]).Order(StringComparer.Ordinal).SequenceEqual(names));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Inputs_and_outputs_are_those_of_the_command(string command)
    {
        CmdletInfo info = HelpedCommands.All[command];
        string[] outputs = [.. info.OutputType.Select(static output => output.Type.FullName!).Order(StringComparer.Ordinal)];
        Assert.Equal(outputs, HelpPage.All[command].Outputs.Keys.Order(StringComparer.Ordinal));
        string[] inputs = [.. HelpedCommands.ParametersOf(info).Where(static parameter => parameter.ParameterSets.Values.Any(static set => set.ValueFromPipeline || set.ValueFromPipelineByPropertyName))
            .Select(static parameter => parameter.ParameterType.FullName!).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(inputs.Length > 0 ? inputs : ["None"], HelpPage.All[command].Inputs.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("", HelpPage.All[command].Inputs.Values.Concat(HelpPage.All[command].Outputs.Values));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Links_lead_to_other_pages(string command) => Assert.All(HelpPage.All[command].Links, link =>
    {
        Assert.NotEqual(command, link);
        Assert.True(System.IO.File.Exists(System.IO.Path.Combine(HelpPage.Folder, link + ".md")), $"docs/help/{command}.md links to {link}.md, which is not there.");
    });

    [Fact]
    public void Find_and_Get_are_told_apart_on_both_pages()
    {
        Assert.Contains(HelpPage.All["Find-LanPeer"].Description, static text => text.Contains("Get-LanPeer", StringComparison.Ordinal));
        Assert.Contains(HelpPage.All["Get-LanPeer"].Description, static text => text.Contains("Find-LanPeer", StringComparison.Ordinal));
    }

    private static readonly IComparer<HelpParameterSet> s_byName = Comparer<HelpParameterSet>.Create(static (one, other) => string.CompareOrdinal(one.Name, other.Name));

    private static string Sets(ParameterMetadata parameter) => string.Join("; ", parameter.ParameterSets
        .Select(static set => new HelpParameterSet(
            set.Key == ParameterAttribute.AllParameterSets ? "(All)" : set.Key,
            set.Value.Position == int.MinValue ? "Named" : $"{set.Value.Position}",
            set.Value.IsMandatory, set.Value.ValueFromPipeline, set.Value.ValueFromPipelineByPropertyName))
        .Order(s_byName));

    private static void Same<T>(string what, string field, T expected, T actual)
        => Assert.True(EqualityComparer<T>.Default.Equals(expected, actual), $"{what}: {field} is '{actual}' in docs/help, '{expected}' in the command.");
}
