using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Help;

/// <summary>The about topics that ship are those of docs/help, and Get-Help finds everything.</summary>
public sealed partial class AboutTests
{
    private static readonly string s_texts = Path.Combine(HostProcess.RepositoryRoot, "src", "LanPeer.Cmdlets", "en-US");

    public static TheoryData<string> Topics => [.. Directory.EnumerateFiles(HelpPage.Folder, "about_*.md").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void There_is_a_text_for_each_page_and_the_three_are_there()
    {
        string[] texts = [.. Directory.EnumerateFiles(s_texts, "about_*.help.txt").Select(static file => Path.GetFileName(file)[..^".help.txt".Length]).Order(StringComparer.Ordinal)];
        Assert.Equal(Topics.Select(static row => row.Data), texts);
        Assert.Equal(["about_LanPeer", "about_LanPeer_Scripting", "about_LanPeer_Trust"], texts);
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void A_text_has_the_words_of_its_page(string topic)
    {
        string[] page = Words(Link().Replace(Fence().Replace(File.ReadAllText(Path.Combine(HelpPage.Folder, topic + ".md")), ""), "$1"));
        string[] text = Words(File.ReadAllText(Path.Combine(s_texts, topic + ".help.txt")));

        // The first word says what the text is; a page has that in its form.
        Assert.Equal("TOPIC", text[0]);
        Assert.True(page.SequenceEqual(text.Skip(1), StringComparer.OrdinalIgnoreCase), $"{topic}.help.txt is not docs/help/{topic}.md. Run ./build.ps1 Help.");
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void A_page_has_code_and_the_sections_of_a_topic(string topic)
    {
        string page = File.ReadAllText(Path.Combine(HelpPage.Folder, topic + ".md")).ReplaceLineEndings("\n");
        Assert.StartsWith($"# {topic}\n\n## SHORT DESCRIPTION\n", page, StringComparison.Ordinal);
        Assert.Contains("\n## LONG DESCRIPTION\n", page, StringComparison.Ordinal);
        Assert.NotEmpty(HelpPage.CodeOf(page));
    }

    [Fact]
    public void Get_Help_has_everything_of_every_command_and_every_topic()
    {
        const string Script = """
            foreach ($command in Get-Command -Module LanPeer) {
                $help = Get-Help $command.Name -Full
                $common = [Management.Automation.PSCmdlet]::CommonParameters
                $missing = $command.Parameters.Keys | Where-Object { $_ -notin $common -and $_ -notin $help.parameters.parameter.name }
                $undescribed = $help.parameters.parameter | Where-Object { -not "$($_.description.Text)" } | ForEach-Object name
                "$($command.Name)|$($help.Synopsis)|$("$($help.description.Text)".Length -gt 100)|$(@($help.examples.example | Where-Object code).Count -ge 2)|$missing$undescribed"
            }

            foreach ($topic in 'about_LanPeer', 'about_LanPeer_Trust', 'about_LanPeer_Scripting') { "$topic|$((Get-Help $topic).Length -gt 1000)" }
            """;
        HostResult result = HostProcess.Run("-c", Script);
        Assert.Empty(result.StdErr);
        Assert.Equal(HelpPage.All.Values.OrderBy(static page => page.Name, StringComparer.Ordinal).Select(static page => $"{page.Name}|{page.Synopsis}|True|True|")
            .Concat(["about_LanPeer|True", "about_LanPeer_Trust|True", "about_LanPeer_Scripting|True"]), result.Lines);
    }

    private static string[] Words(string text) => [.. Word().Matches(text).Select(static match => match.Value)];

    [GeneratedRegex(@"[^\s#`*]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*$", RegexOptions.Multiline)]
    private static partial Regex Fence();
}
