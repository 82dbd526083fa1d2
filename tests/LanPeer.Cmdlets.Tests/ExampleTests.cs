using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>Each example does what it says, in the host, with a peer of the test's to talk to. Integration.Tests.ps1 needs Pester and runs there.</summary>
public sealed class ExampleTests : IDisposable
{
    private readonly PowerShellSession _shell = new();
    private readonly LanSession _bob;

    /// <summary>Of this test alone: bob is another one in each.</summary>
    private readonly string _state = Directory.CreateTempSubdirectory("lanpeer-examples-").FullName;

    public ExampleTests() => _bob = _shell.Start("bob");

    [Theory]
    [InlineData("hostname", "", 0, "hostname is green on ")]
    [InlineData("dotnet", "no-such-command", 1, "dotnet is red (exit code ")]
    public void A_build_tells_how_it_ended_and_keeps_its_exit_code(string program, string argument, int exitCode, string expected)
    {
        HostResult result = Run("Send-BuildNotification.ps1", "", argument.Length == 0 ? [program, .. Patient(1)] : [program, argument, .. Patient(1)]);
        Assert.True(Math.Min(result.ExitCode, 1) == exitCode, result.StdOut + result.StdErr);
        Assert.Contains("bob@127.0.0.1: Delivered", result.Lines);
        LanMessage post = Assert.Single(Received(LanMessageType.Post, 1));
        Assert.StartsWith(expected, post.Content, StringComparison.Ordinal);
        Assert.StartsWith("build@", post.From, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_on_a_network_where_nobody_is_ends_as_it_ends()
    {
        _bob.Dispose();
        HostResult result = Run("Send-BuildNotification.ps1", "", "hostname");
        Assert.True(result.ExitCode == 0, result.StdOut + result.StdErr);
    }

    [Fact]
    public void The_chat_writes_to_all_and_to_one_and_survives_a_wrong_name()
    {
        HostResult result = Run("Start-Chat.ps1", "/who\n@bob only you\n@zoe nobody\nhello all\n/quit\n", ["alice", .. Patient(1)]);
        Assert.True(result.ExitCode == 0, result.StdErr);
        Assert.Contains("bob@127.0.0.1 (bob, Alive, ", result.StdOut, StringComparison.Ordinal);
        Assert.Contains("No peer 'zoe' is known. Known are bob@127.0.0.1", result.StdOut, StringComparison.Ordinal);
        Assert.Equal(["only you", "hello all"], Received(null, 2).Select(static message => message.Content));
    }

    [Fact]
    public async Task The_watcher_reacts_to_what_matches_and_answers_its_author()
    {
        Task<HostResult> watcher = Task.Run(() => Run("Watch-Post.ps1", "", "is red", "-Count", "1", "-Timeout", "60"));
        Meet("watcher");
        _bob.Post("build 8 is green");
        _bob.Post("build 9 is red");
        HostResult result = await watcher;
        Assert.True(result.ExitCode == 0, result.StdErr);
        Assert.Contains("build 9 is red", result.StdOut, StringComparison.Ordinal);
        Assert.DoesNotContain("build 8", result.StdOut, StringComparison.Ordinal);
        Assert.Equal("Seen: build 9 is red", Assert.Single(Received(LanMessageType.DM, 1)).Content);
    }

    [Fact]
    public async Task The_inventory_collects_an_answer_of_each_machine()
    {
        Task<HostResult>[] machines = [.. new[] { "one", "two" }.Select(name => Task.Run(() => Run("Get-Inventory.ps1", "", "-Answer", "-Name", name, "-Count", "1", "-Timeout", "90")))];
        Meet("one");
        Meet("two");
        HostResult result = Run("Get-Inventory.ps1", "", ["-Count", "2", "-Timeout", "60", .. Patient(3)]);
        Assert.True(result.ExitCode == 0, result.StdErr);
        Assert.Contains("one@127.0.0.1", result.StdOut, StringComparison.Ordinal);
        Assert.Contains("two@127.0.0.1", result.StdOut, StringComparison.Ordinal);
        Assert.All(await Task.WhenAll(machines), static machine => Assert.True(machine.ExitCode == 0, machine.StdErr));

        // A DM that is no answer, or one to another question, is none: bob heard the question as everyone did.
        Assert.Matches("^inventory\\? [0-9a-f]{8}$", Assert.Single(Received(LanMessageType.Post, 1)).Content);
    }

    [Fact]
    public void The_commands_of_the_seed_show_and_run_what_they_are_here()
    {
        const string Input = "LIST\nPOST\nhello\nDM\nbob\nonly you\nPROFILE\nAlice\nhere\nVERBOSE\nnonsense\nQUIT\n";
        HostResult result = Run("Use-SeedCommand.ps1", Input, ["alice", .. Patient(1)]);
        Assert.True(result.ExitCode == 0, result.StdErr);
        string[] expected =
        [
            "> Start-LanPeer alice", "> Get-LanPeer", "> Send-LanPost 'hello'", "> Send-LanDM bob 'only you'", "> Set-LanProfile 'Alice' 'here'",
            "> Receive-LanMessage | Format-List *", "There is no command nonsense.", "> Stop-LanPeer",
        ];
        Assert.All(expected, line => Assert.Contains(line, result.StdOut, StringComparison.Ordinal));
        Assert.Equal(["Post hello", "DM only you", "Profile here"], Received(null, 3).Select(static message => $"{message.Type} {message.Content}"));
    }

    [Fact]
    public void Every_example_is_run_by_a_test_and_stays_on_this_machine_unless_told_otherwise()
    {
        string folder = Path.Combine(HostProcess.RepositoryRoot, "examples");
        string[] scripts = [.. Directory.EnumerateFiles(folder, "*.ps1").Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.Equal(
            ["Get-Inventory.ps1", "Integration.Tests.ps1", "Send-BuildNotification.ps1", "Start-Chat.ps1", "Tour.ps1", "Use-SeedCommand.ps1", "Watch-Post.ps1"],
            scripts);
        Assert.All(scripts, script => Assert.Contains("$env:LANPEER_NETWORK = 'loopback'", File.ReadAllText(Path.Combine(folder, script)), StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _shell.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    /// <summary>A second of looking is too short for a busy machine; who knows how many there are need not look longer either.</summary>
    private static string[] Patient(int peers) => ["-Look", "60", "-Enough", $"{peers}"];

    private HostResult Run(string example, string input, params string[] arguments) => HostProcess.Run(
        new HostRun { Input = input, Environment = new Dictionary<string, string?> { ["LANPEER_STATE"] = _state } },
        ["-File", Path.Combine("examples", example), .. arguments, "-DiscoveryPort", $"{_shell.DiscoveryPort}"]);

    private void Meet(string name) => PowerShellSession.Until(() => _bob.Peers.Any(peer => peer.Name == name), $"bob meets {name}");

    private LanMessage[] Received(LanMessageType? type, int count)
    {
        var messages = new List<LanMessage>();
        PowerShellSession.Until(
            () =>
            {
                messages.AddRange(_shell.Run("Receive-LanMessage").Cast<LanMessage>().Where(message => type is null || message.Type == type));
                return messages.Count >= count;
            },
            $"{count} messages for bob");
        return [.. messages];
    }
}
