using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using LanPeer.Tests.Engine;
using LanPeer.Tests.Wire;
using Xunit;

namespace LanPeer.Tests.Interop;

/// <summary>tests/vectors/sessions.json as a program in another language sees it, one that shares nothing with LanPeer.</summary>
public sealed class NodeVectorTests
{
    /// <summary>The first with all of node:crypto that the program uses, and the oldest it was written for.</summary>
    private const int OldestNode = 18;

    private const string Solution = "LanPeer.PS.sln";

    public NodeVectorTests()
    {
        string version;
        try
        {
            (_, version) = Node("--version");
        }
        catch (Win32Exception)
        {
            Assert.Skip("Node.js is not on the PATH.");
            return;
        }

        if (!Version.TryParse(version.Trim().TrimStart('v'), out Version? number) || number.Major < OldestNode)
        {
            Assert.Skip($"Node.js {OldestNode} or newer is needed; this is {version.Trim()}.");
        }
    }

    [Fact]
    public void Node_computes_and_opens_the_same_sessions()
    {
        (int exitCode, string output) = Node(Program, "check");

        Assert.True(exitCode == 0, output);
        Assert.Matches(@"\A[1-9][0-9]{3,} checks passed\s*\z", output);
    }

    [Fact]
    public void Node_writes_the_file_byte_for_byte()
    {
        (int exitCode, string output) = Node(Program, "generate");

        Assert.True(exitCode == 0, output);
        Assert.Equal(File.ReadAllText(Path.Combine(Folder, "sessions.json")), output);
    }

    [Theory]
    [InlineData("identities", "peerId")]
    [InlineData("networks", "psk")]
    [InlineData("sessions", "initiation")]
    [InlineData("sessions", "handshakeHash")]
    [InlineData("announcements", "datagram")]
    [InlineData("posts", "signature")]
    public void Node_tells_of_a_value_that_is_not_the_right_one(string section, string property)
    {
        JsonNode file = JsonNode.Parse(File.ReadAllBytes(Path.Combine(VectorFile.Folder, "vectors", "sessions.json")))!;
        JsonNode entry = file[section]![0]!;
        char[] value = entry[property]!.GetValue<string>().ToCharArray();
        value[^5] = value[^5] == '2' ? '3' : '2';
        entry[property] = new string(value);
        string changed = Path.Combine(Path.GetTempPath(), $"lanpeer-{Guid.NewGuid():n}.json");
        try
        {
            File.WriteAllText(changed, file.ToJsonString());

            (int exitCode, string output) = Node(Program, "check", changed);

            Assert.Equal(1, exitCode);
            Assert.Contains("checks failed", output, StringComparison.Ordinal);
            Assert.Contains($"file.{section}.", output, StringComparison.Ordinal);
            Assert.Contains($".{property}: ", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(changed);
        }
    }

    private static string Program => Path.Combine(Folder, "sessions.mjs");

    private static string Folder { get; } = Path.Combine(FindRoot(), "tests", "vectors");

    /// <summary>Runs node to its end; the output is followed by the errors.</summary>
    private static (int ExitCode, string Output) Node(params string[] arguments)
    {
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Wait.Long))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"node {string.Join(' ', arguments)} does not end.");
        }

        process.WaitForExit();
        return (process.ExitCode, output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult());
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No {Solution} above {AppContext.BaseDirectory}.");
    }
}
