using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml.Linq;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Help;

/// <summary>The help file that is committed says what the pages say: somebody ran ./build.ps1 Help after changing one.</summary>
public sealed class HelpFileTests
{
    private const string Repair = "Run ./build.ps1 Help, which makes the file from docs/help.";
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace s_dev = "http://schemas.microsoft.com/maml/dev/2004/10";
    private static readonly Dictionary<string, XElement> s_commands = Load();

    public static TheoryData<string> Commands => [.. HelpPage.All.Keys.Where(s_commands.ContainsKey).Order(StringComparer.Ordinal)];

    [Fact]
    public void It_has_the_commands_of_the_pages()
    {
        string[] missing = [.. HelpPage.All.Keys.Except(s_commands.Keys).Order(StringComparer.Ordinal)];
        Assert.True(missing.Length == 0, $"LanPeer.Cmdlets.dll-Help.xml lacks {string.Join(", ", missing)}. {Repair}");
        Assert.Empty(s_commands.Keys.Except(HelpPage.All.Keys));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Texts_are_those_of_the_page(string command)
    {
        HelpPage page = HelpPage.All[command];
        XElement help = s_commands[command];
        Same(command, "synopsis", page.Synopsis, Text(help.Element(s_command + "details")!.Element(s_maml + "description")!));
        Same(command, "description", string.Join('\n', page.Description), Text(help.Element(s_maml + "description")!));
        Same(command, "notes", string.Join('\n', page.Notes), Text(help.Element(s_maml + "alertSet")!.Element(s_maml + "alert")!));
        Same(command, "links", string.Join(", ", page.Links), string.Join(", ", help.Descendants(s_maml + "linkText").Select(static link => link.Value)));
        Same(command, "inputs", Types(page.Inputs), Types(help.Descendants(s_command + "inputType")));
        Same(command, "outputs", Types(page.Outputs), Types(help.Descendants(s_command + "returnValue")));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Parameters_are_those_of_the_page(string command)
    {
        IEnumerable<string> pages = HelpPage.All[command].Parameters.Select(static parameter => string.Join(" | ",
            parameter.Name, parameter.Description, parameter.Type, parameter.Default is "" ? "None" : parameter.Default,
            parameter.Sets[0].IsRequired, parameter.Wildcards, parameter.Aliases.Length == 0 ? "none" : string.Join(", ", parameter.Aliases),
            parameter.Sets.Any(static set => set.ByValue), parameter.Sets.Any(static set => set.ByPropertyName)));
        IEnumerable<string> file = s_commands[command].Element(s_command + "parameters")!.Elements().Select(static parameter => string.Join(" | ",
            Name(parameter), Text(parameter.Element(s_maml + "description")!), Name(parameter.Element(s_dev + "type")!), parameter.Element(s_dev + "defaultValue")!.Value,
            Is(parameter, "required"), Is(parameter, "globbing"), parameter.Attribute("aliases")!.Value,
            ((string)parameter.Attribute("pipelineInput")!).Contains("ByValue", StringComparison.OrdinalIgnoreCase),
            ((string)parameter.Attribute("pipelineInput")!).Contains("ByPropertyName", StringComparison.OrdinalIgnoreCase)));
        Same(command, "parameters", string.Join('\n', pages), string.Join('\n', file));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Syntax_has_the_sets_of_the_command(string command)
    {
        // A help file made before a parameter was added shows another syntax than the command has.
        static string Set(IEnumerable<string> names) => string.Join(' ', names.Order(StringComparer.Ordinal));
        IEnumerable<string> expected = HelpedCommands.All[command].ParameterSets.Select(static set => Set(set.Parameters.Select(static parameter => parameter.Name)
            .Where(static name => !HelpedCommands.IsCommon(name) && name is not ("WhatIf" or "Confirm"))));
        IEnumerable<string> actual = s_commands[command].Descendants(s_command + "syntaxItem").Select(static item => Set(item.Elements(s_command + "parameter").Select(Name)
            .Where(static name => name is not ("WhatIf" or "Confirm"))));
        Same(command, "syntax", string.Join('\n', expected.Order(StringComparer.Ordinal)), string.Join('\n', actual.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Examples_are_those_of_the_page(string command)
    {
        IEnumerable<string> pages = HelpPage.All[command].Examples.Select(static example => $"{example.Title}\n{example.Code}\n{example.Remarks}");
        IEnumerable<string> file = s_commands[command].Descendants(s_command + "example").Select(static example =>
            $"{example.Element(s_maml + "title")!.Value.Trim(' ', '-')}\n{example.Element(s_dev + "code")!.Value}\n{Text(example.Element(s_dev + "remarks")!)}");
        Same(command, "examples", string.Join("\n\n", pages), string.Join("\n\n", file));
    }

    [Fact]
    public void Nothing_of_Markdown_is_left_in_it()
    {
        foreach (XElement para in s_commands.Values.SelectMany(static command => command.Descendants(s_maml + "para")))
        {
            Assert.DoesNotContain("```", para.Value, StringComparison.Ordinal);
            Assert.DoesNotContain("](", para.Value, StringComparison.Ordinal);
            Assert.DoesNotContain('\u0080', para.Value);
        }
    }

    private static Dictionary<string, XElement> Load()
    {
        string file = Path.Combine(HostProcess.RepositoryRoot, "src", "LanPeer.Cmdlets", "en-US", "LanPeer.Cmdlets.dll-Help.xml");
        return XDocument.Load(file).Root!.Elements().ToDictionary(static command => command.Element(s_command + "details")!.Element(s_command + "name")!.Value);
    }

    private static string Name(XElement element) => element.Element(s_maml + "name")!.Value;

    private static bool Is(XElement element, string attribute) => (string)element.Attribute(attribute)! == "true";

    private static string Text(XElement element)
        => string.Join('\n', element.Elements(s_maml + "para").Select(static para => para.Value.ReplaceLineEndings("\n")).Where(static text => text.Length > 0));

    private static string Types(IEnumerable<XElement> types) => string.Join('\n', types
        .Select(static type => $"{Name(type.Element(s_dev + "type")!)}: {Text(type.Element(s_maml + "description")!)}").Order(StringComparer.Ordinal));

    private static string Types(IReadOnlyDictionary<string, string> types)
        => string.Join('\n', types.Select(static type => $"{type.Key}: {type.Value}").Order(StringComparer.Ordinal));

    private static void Same(string command, string what, string page, string file)
        => Assert.True(page == file, $"The {what} of {command} in LanPeer.Cmdlets.dll-Help.xml are not those of docs/help. {Repair}\n--- page\n{page}\n--- file\n{file}");
}
