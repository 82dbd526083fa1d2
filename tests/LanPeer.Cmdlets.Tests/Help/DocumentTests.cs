using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Help;

/// <summary>The README, its picture and docs/from-the-seed.md name what is there, and all of it.</summary>
public sealed partial class DocumentTests
{
    /// <summary>Everything a user of the seed's program could type, set or look up, in the words of its document.</summary>
    private static readonly string[] s_seed =
    [
        "`POST`", "`DM`", "`PROFILE`", "`LIST`", "`VERBOSE`", "`QUIT`",
        "python run_peer.py", "python peer/discover_peers.py", "python run_server.py", "python run_client.py", "python run_all_tests.py", "testing/test_p2p.py",
        "peer/udp_peer.py", "server/udp_server.py", "client/udp_client.py", "protocol/protocol.py", "UDPPeer.start", "UDPPeer.peer_discovery", "UDPPeer.handle_incoming_message",
        "`PEER_DISCOVERY`", "`PEER_LIST_REQUEST`", "`PEER_LIST_RESPONSE`", "USER_ID", "CONTENT", "TIMESTAMP", "MESSAGE_ID",
        "port 50999", "8000-9999", "every 30 seconds", "5 minutes",
        "### Peers Not Discovering Each Other", "Check firewall settings (allow UDP broadcast)", "Ensure peers are on same network segment", "Try discovery tool", "Check for UDP port conflicts",
        "### Messages Not Reaching Peers", "Use `LIST` command to verify peer discovery", "Check that target peer is still active", "Restart peers if network topology changed", "Verify IP addresses are reachable",
        "### Performance Issues", "Reduce discovery interval for faster updates", "Increase peer timeout for unstable networks", "Monitor number of active peers (test with 2-5 first)",
        "NAT Traversal", "Relay Nodes", "Encryption", "DHT", "Message History", "Peer Reputation", "Load Balancing", "Topology Optimization", "Federation",
    ];

    public static TheoryData<string> Documents => ["README.md", "docs/from-the-seed.md", "docs/errors.md"];

    [Fact]
    public void Everything_of_the_seed_has_a_row_that_says_what_it_is_here()
    {
        string[] lines = File.ReadAllLines(PathOf("docs/from-the-seed.md"));
        Assert.All(s_seed, word => Assert.Contains(lines, line => line.Contains(word, StringComparison.Ordinal)
            && (line.StartsWith('#') || Regex.IsMatch(line, @"^\| .+ \| .{2,} \|"))));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_somewhere_and_commands_and_parameters_are_there(string document)
    {
        string text = File.ReadAllText(PathOf(document)).ReplaceLineEndings("\n");
        foreach (string link in Link().Matches(text).Select(static match => match.Groups[1].Value).Where(static link => !link.Contains("://", StringComparison.Ordinal)))
        {
            string path = Path.Combine(Path.GetDirectoryName(PathOf(document))!, link);
            Assert.True(Path.Exists(path), $"{document} links to {link}, which is not there.");
        }

        Assert.All(Command().Matches(text).Select(static match => match.Value), name => Assert.True(HelpedCommands.All.ContainsKey(name), $"{document} names {name}, which is no command."));
        foreach (string code in HelpPage.CodeOf(text))
        {
            AssertIsThere(document, code);
        }
    }

    [Fact]
    public void The_README_names_every_command_and_every_example()
    {
        string readme = File.ReadAllText(PathOf("README.md"));
        Assert.All(HelpedCommands.All.Keys, name => Assert.True(readme.Contains($"`{name}`", StringComparison.Ordinal), $"README.md has no row for {name}."));
        Assert.All(Directory.EnumerateFiles(PathOf("examples"), "*.ps1").Select(static file => Path.GetFileName(file)), name => Assert.Contains(name, readme, StringComparison.Ordinal));
    }

    [Fact]
    public void The_picture_shows_commands_that_are_there_and_what_they_gave()
    {
        XElement picture = XDocument.Load(PathOf("docs/images/session.svg")).Root!;
        string[] rows = [.. picture.Descendants().Where(static element => element.Name.LocalName == "text")
            .GroupBy(static element => (int)element.Attribute("y")!).OrderBy(static row => row.Key).Select(static row => string.Concat(row.Select(static part => part.Value)))];
        string[] commands = [.. rows.Where(static row => row.StartsWith("PS> ", StringComparison.Ordinal)).Select(static row => row[4..])];
        Assert.True(commands.Length >= 5, string.Join('\n', rows));
        Assert.All(commands, command => AssertIsThere("docs/images/session.svg", command));
        Assert.True(rows.Length > 3 * commands.Length, "The picture shows hardly anything but prompts.");
        Assert.DoesNotContain(rows, static row => row.Any(char.IsControl));
    }

    private static void AssertIsThere(string where, string code)
    {
        ScriptBlockAst tree = Parser.ParseInput(code, out _, out ParseError[] errors);
        Assert.True(errors.Length == 0, $"{where}: {errors.FirstOrDefault()?.Message}\n{code}");
        IEnumerable<CommandAst> own = tree.FindAll(static ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>()
            .Where(static command => command.GetCommandName()?.Contains("-Lan", StringComparison.Ordinal) == true);
        Assert.All(own, command => Assert.All(command.CommandElements.OfType<CommandParameterAst>(), parameter =>
            Assert.True(HelpedCommands.All[command.GetCommandName()].Parameters.ContainsKey(parameter.ParameterName), $"{where}: {command.GetCommandName()} has no -{parameter.ParameterName}.")));
    }

    private static string PathOf(string file) => Path.Combine(HostProcess.RepositoryRoot, file);

    [GeneratedRegex(@"\]\(([^)#]+)[^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\b(?:Approve|Block|Export|Find|Get|Import|Receive|Register|Remove|Save|Send|Set|Start|Stop|Test|Unblock)-Lan\w+\b")]
    private static partial Regex Command();
}
