using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using LanPeer.Security;
using LanPeer.State;
using LanPeer.Tests.Security;
using Xunit;

namespace LanPeer.Tests.State;

/// <summary>What is wrong with the folder is said, and left as it was found.</summary>
public sealed class StateDamageTests : StateTest
{
    private const string Order = "/////wAAAAD//////////7zm+q2nF56E87nKwvxjJVE=";

    public static TheoryData<string, string> Damages => new()
    {
        { "*", "" },
        { "*", " " },
        { "*", "null" },
        { "*", "[]" },
        { "*", "{}" },
        { "*", "not JSON" },
        { "*", "\0\0\0\0" },
        { "LanPeer identity", "LanPeer pins" },
        { "\"version\": 1", "\"version\": 2" },
        { "\"version\": 1", "\"version\": \"1\"" },
        { "\"version\": 1,", "\"version\": 1, \"version\": 1," },
        { "\"version\": 1,", "\"version\": 1, \"extra\": 1," },
        { "\"version\": 1,", "" },
        { "\"name\": \"alice\"", "\"name\": \"bob\"" },
        { "\"name\": \"alice\"", "\"name\": \"\\ud800\"" },
        { "\"name\": \"alice\"", "\"name\": [\"alice\"]" },
        { "\"peerId\": \"", "\"peerId\": \"A" },
        { "\"agreementKey\"", "\"agreement\"" },
        { "\"agreementKey\": \"", "\"agreementKey\": \"*" },
        { "\"agreementKey\": \"", "\"agreementKey\": \"AAAA" },
        { "\"agreementKey\": \"", "\"agreementKey\": \"\", \"x\": \"" },
        { "\"agreementKey\": \"", "\"agreementKey\": \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\", \"signingKey\": \"" },
        { "\"agreementKey\": \"", $"\"agreementKey\": \"{Order}\", \"signingKey\": \"{Order}\", \"x\": \"" },
        { "\"epochBound\": ", "\"epochBound\": -" },
        { "\"epochBound\": ", "\"epochBound\": 1." },
        { "\"epochBound\": ", "\"epochBound\": 99999999" },
        { "\"epochBound\": ", "\"epochBound\": null, \"x\": " },
        { "}", "}}" },
        { "}", "} {}" },
        { "}", "" },
        { "{", "\uFEFF{" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_identity_is_an_error_and_stays_as_it_is(string what, string by)
    {
        Make();
        string text = File.ReadAllText(IdentityPath);
        Rewrite(IdentityPath, what == "*" ? by : text[..text.IndexOf(what, StringComparison.Ordinal)] + by + text[(text.IndexOf(what, StringComparison.Ordinal) + what.Length)..]);
        var before = Look(Root);

        StateException error = Fails(LanErrorId.IdentityDamaged);

        Assert.Contains(IdentityPath, error.Message);
        Assert.Equal(before, Look(Root));
        File.Delete(IdentityPath);
        Make();
    }

    [Fact]
    public void An_identity_cut_off_anywhere_is_an_error()
    {
        Make();
        byte[] whole = File.ReadAllBytes(IdentityPath);
        for (int length = 0; length < whole.Length; length += 7)
        {
            Rewrite(IdentityPath, whole.AsSpan(0, length));
            Fails(LanErrorId.IdentityDamaged);
            Assert.Equal(length, new FileInfo(IdentityPath).Length);
        }
    }

    [Fact]
    public void Keys_in_each_others_place_are_found_out()
    {
        Make();
        string text = File.ReadAllText(IdentityPath);
        Rewrite(IdentityPath, text.Replace("agreementKey", "x").Replace("signingKey", "agreementKey").Replace("\"x\"", "\"signingKey\""));

        Assert.Contains("PEER_ID", Fails(LanErrorId.IdentityDamaged).Message);
    }

    [Fact]
    public void The_identity_of_another_name_is_refused()
    {
        Make();
        using (Open("bob"))
        {
        }

        Rewrite(IdentityPath, File.ReadAllBytes(Path.Combine(Root, "identities", "bob", "identity.json")));
        Assert.Contains("'bob'", Fails(LanErrorId.IdentityDamaged).Message);
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_even_read()
    {
        Make();
        Rewrite(IdentityPath, File.ReadAllText(IdentityPath) + new string(' ', IdentityDocument.MaxLength));

        Assert.Contains("65,536", Fails(LanErrorId.IdentityDamaged).Message);
    }

    [Fact]
    public void A_link_a_folder_and_a_pipe_in_place_of_the_file_are_refused()
    {
        SkipWindows();
        Make();
        string elsewhere = Path.Combine(Root, "elsewhere.json");
        File.Move(IdentityPath, elsewhere);

        File.CreateSymbolicLink(IdentityPath, elsewhere);
        byte[] content = File.ReadAllBytes(elsewhere);
        Fails(LanErrorId.IdentityDamaged);
        Assert.Equal(elsewhere, new FileInfo(IdentityPath).LinkTarget);
        Assert.Equal(content, File.ReadAllBytes(elsewhere));

        // A link to nothing is no missing file: making one would make it where the link says.
        File.Delete(elsewhere);
        Fails(LanErrorId.IdentityDamaged);
        Assert.False(File.Exists(elsewhere));
        File.Delete(IdentityPath);

        Directory.CreateDirectory(IdentityPath);
        Fails(LanErrorId.IdentityDamaged);
        Directory.Delete(IdentityPath);

        using (var mkfifo = Process.Start("mkfifo", [IdentityPath]))
        {
            mkfifo.WaitForExit();
            Assert.Equal(0, mkfifo.ExitCode);
        }

        Fails(LanErrorId.IdentityDamaged);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"format\":\"LanPeer pins\",\"version\":9,\"pins\":[]}")]
    [InlineData("{\"format\":\"LanPeer pins\",\"version\":1,\"pins\":[")]
    public void Damaged_pins_are_an_error_and_stay_as_they_are(string text)
    {
        MakeWithPins();
        Rewrite(PinsPath, text);
        var before = Look(Root);

        StateException error = Fails(LanErrorId.PinsDamaged);

        Assert.Contains(PinsPath, error.Message);
        Assert.Equal(before, Look(Root));
    }

    [Fact]
    public void A_link_in_place_of_the_pins_is_refused()
    {
        SkipWindows();
        MakeWithPins();
        File.Move(PinsPath, PinsPath + ".moved");
        File.CreateSymbolicLink(PinsPath, PinsPath + ".moved");

        Fails(LanErrorId.PinsDamaged);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)]
    public void What_others_can_reach_is_an_error_that_says_what_to_run(UnixFileMode more)
    {
        SkipWindows();
        MakeWithPins();
        foreach ((string path, UnixFileMode own, string chmod) in new[] { (IdentityPath, OwnFile, "chmod 600"), (PinsPath, OwnFile, "chmod 600"), (AliceFolder, OwnFolder, "chmod 700") })
        {
            SetMode(path, own | more);
            var before = Look(Root);

            StateException error = Fails(LanErrorId.IdentityExposed);

            Assert.Contains($"{chmod} '{path}'", error.RecommendedAction);
            Assert.Contains(Convert.ToString((int)(own | more), 8), error.Message);
            Assert.Equal(before, Look(Root));
            SetMode(path, own);
            Open().Dispose();
        }
    }

    [Fact]
    public void A_folder_others_can_reach_gets_no_identity()
    {
        SkipWindows();
        Directory.CreateDirectory(AliceFolder);
        SetMode(AliceFolder, OwnFolder | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);

        Fails(LanErrorId.IdentityExposed);
        Assert.Empty(Directory.GetFileSystemEntries(AliceFolder));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("identities")]
    [InlineData("identities/alice")]
    public void A_folder_that_cannot_be_made_is_an_error_with_a_way_out(string inTheWay)
    {
        string path = Path.GetFullPath(Path.Combine(Root, inTheWay));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "a file");
        try
        {
            StateException error = Fails(LanErrorId.StateUnavailable);
            Assert.Contains("-StatePath", error.RecommendedAction);
            Assert.Contains("-Ephemeral", error.RecommendedAction);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("/proc/nowhere")]
    public void A_path_that_is_none_is_an_error_with_a_way_out(string path)
    {
        SkipWindows();
        Assert.Equal(LanErrorId.StateUnavailable, Assert.Throws<StateException>(() => StateStore.Open(path, "alice", Now)).ErrorId);
    }

    [Fact]
    public void What_is_quoted_in_an_error_cannot_command_a_terminal()
    {
        var error = new StateException("Id", "a\u001b[2Jb", "c\u009bd");

        Assert.DoesNotContain(error.Message + error.RecommendedAction, char.IsControl);
    }

    private void MakeWithPins()
    {
        using StateStore store = Open();
        store.Pins.Meet(Someone.New(), "bob@b", Now);
        store.SavePins();
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    /// <summary>Writes into the file that is there, so that it keeps its mode.</summary>
    private static void Rewrite(string path, string text) => Rewrite(path, new UTF8Encoding(false).GetBytes(text));

    private static void Rewrite(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, FileMode.Truncate);
        file.Write(content);
    }
}
