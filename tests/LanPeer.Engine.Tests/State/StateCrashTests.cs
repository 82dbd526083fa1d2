using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using LanPeer.Security;
using LanPeer.State;
using LanPeer.Tests.Security;
using Xunit;

namespace LanPeer.Tests.State;

public sealed class StateCrashTests : StateTest
{
    [Theory]
    [InlineData("")]
    [InlineData("{\"format\":\"LanPeer")]
    public void What_a_crash_while_writing_left_behind_is_cleared_away(string half)
    {
        string peerId = Make();
        File.WriteAllText(IdentityPath + ".tmp", half);
        File.WriteAllText(PinsPath + ".tmp", half);

        Assert.Equal(peerId, Make());

        Assert.Equal(["identity.json", "lock"], Directory.GetFiles(AliceFolder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_crash_at_the_very_first_start_leaves_nothing_that_matters()
    {
        Make();
        File.Delete(IdentityPath);
        File.WriteAllText(IdentityPath + ".tmp", "{");

        string peerId = Make();

        Assert.Equal(peerId, Make());
    }

    [Fact]
    public void A_temporary_file_is_made_anew_with_its_own_mode_and_follows_no_link()
    {
        SkipWindows();
        using StateStore store = Open();
        string elsewhere = Path.Combine(Root, "elsewhere");
        File.WriteAllText(elsewhere, "precious");
        File.CreateSymbolicLink(PinsPath + ".tmp", elsewhere);
        store.Pins.Meet(Someone.New(), "bob@b", Now);

        store.SavePins();

        Assert.Equal("precious", File.ReadAllText(elsewhere));
        Assert.Null(new FileInfo(PinsPath).LinkTarget);
        Assert.Equal(OwnFile, ModeOf(PinsPath));
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_the_next_one_catches_up()
    {
        using StateStore store = Open();
        store.Pins.Meet(Someone.New(), "bob@b", Now);
        store.SavePins();
        byte[] pins = File.ReadAllBytes(PinsPath), identity = File.ReadAllBytes(IdentityPath);
        ulong end = store.Epochs.End;

        // Folders in the way: no file can be made under these names.
        Directory.CreateDirectory(PinsPath + ".tmp");
        Directory.CreateDirectory(IdentityPath + ".tmp");
        store.Pins.Meet(Someone.New(), "carol@c", Now);

        StateException error = Assert.Throws<StateException>(store.SavePins);
        Assert.Equal(LanErrorId.StateNotSaved, error.ErrorId);
        Assert.Contains(PinsPath, error.Message);
        Assert.Equal(LanErrorId.StateNotSaved, Assert.Throws<StateException>(() => store.ExtendEpochs(Now)).ErrorId);
        Assert.Equal(pins, File.ReadAllBytes(PinsPath));
        Assert.Equal(identity, File.ReadAllBytes(IdentityPath));
        Assert.Equal(end, store.Epochs.End);

        Directory.Delete(PinsPath + ".tmp");
        Directory.Delete(IdentityPath + ".tmp");
        store.SavePins();
        store.ExtendEpochs(Now);
        Assert.Contains("carol@c", File.ReadAllText(PinsPath));
        Assert.Equal(end + EpochClock.Reserve, store.Epochs.End);
    }

    [Fact]
    public void Of_several_processes_that_open_one_name_at_once_one_gets_it()
    {
        using StateChild one = new(Root), two = new(Root), three = new(Root);
        StateChild[] children = [one, two, three];
        Assert.All(children, child => Assert.Equal("ready", child.Next()));
        foreach (StateChild child in children)
        {
            child.Tell("open");
        }

        string[] answers = [.. children.Select(child => child.Next()!)];

        int winner = Array.FindIndex(answers, Pin.IsPeerId);
        Assert.True(winner >= 0, string.Join('\n', answers));
        Assert.All(answers.Where((_, i) => i != winner), answer => Assert.StartsWith(LanErrorId.IdentityInUse, answer));
        Assert.Contains($"process {children[winner].ProcessId}", Fails(LanErrorId.IdentityInUse).Message);

        children[winner].Kill();
        Assert.Equal(answers[winner], Make());
    }

    [Fact]
    public void A_process_killed_at_any_moment_leaves_a_whole_state_and_no_epoch_to_use_twice()
    {
        ulong last = 0;
        string? peerId = null;
        for (int round = 0; round < 6; round++)
        {
            using var child = new StateChild(Root);
            Assert.Equal("ready", child.Next());
            child.Tell("open");
            string answer = child.Next()!;
            Assert.Equal(peerId ?? answer, answer);
            Assert.True(Pin.IsPeerId(answer), answer);
            peerId = answer;
            child.Tell("work");

            // It is somewhere between two writes when it is killed, and elsewhere each time.
            List<ulong> epochs = [];
            for (int i = 0; i < 20 + (7 * round); i++)
            {
                epochs.Add(Epoch(child.Next()!)!.Value);
            }

            child.Kill();
            while (child.Next() is string line && Epoch(line) is ulong epoch)
            {
                epochs.Add(epoch);
            }

            Assert.True(epochs[0] > last, $"{epochs[0]} after {last}");
            Assert.Equal(epochs.Order().Distinct(), epochs);
            last = epochs[^1];
        }

        using StateStore store = Open(now: DateTimeOffset.UtcNow);
        Assert.Equal(peerId, store.Identity.PeerId);
        Assert.True(store.Pins.Count >= 2);
        Assert.True(store.Epochs.TryNext(DateTimeOffset.UtcNow, out ulong next) && next > last);
    }

    /// <summary>A line that is whole ends with a point: the last one may be cut off.</summary>
    private static ulong? Epoch(string line) => line.EndsWith('.') ? ulong.Parse(line.AsSpan(0, line.Length - 1), CultureInfo.InvariantCulture) : null;
}
