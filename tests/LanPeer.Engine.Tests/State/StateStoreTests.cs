using System;
using System.IO;
using System.Linq;
using System.Threading;
using LanPeer.Security;
using LanPeer.State;
using LanPeer.Tests.Engine;
using LanPeer.Tests.Security;
using Xunit;

namespace LanPeer.Tests.State;

public sealed class StateStoreTests : StateTest
{
    private static readonly ulong s_ms = (ulong)Now.ToUnixTimeMilliseconds();

    [Fact]
    public void An_identity_is_made_once_and_found_again()
    {
        string peerId = Make();
        using StateStore again = Open();

        Assert.Equal(peerId, again.Identity.PeerId);
        Assert.Equal(AliceFolder, again.Folder);
        byte[] signature = new byte[Identity.SignatureLength];
        again.Identity.Sign("data"u8, signature);
        Assert.True(Identity.Verify(again.Identity.Public.SigningKey, "data"u8, signature));
    }

    [Fact]
    public void Each_name_and_each_folder_has_an_identity_of_its_own()
    {
        using StateStore alice = Open("alice"), upper = Open("Alice"), bob = Open("bob"), elsewhere = StateStore.Open(Path.Combine(Root, "else"), "alice", Now);

        Assert.Equal(4, new[] { alice, upper, bob, elsewhere }.Select(store => store.Identity.PeerId).Distinct().Count());
    }

    [Fact]
    public void The_file_says_what_is_in_it()
    {
        using StateStore store = Open();
        string text = File.ReadAllText(IdentityPath);

        Assert.Contains("\"format\": \"LanPeer identity\"", text);
        Assert.Contains("\"version\": 1", text);
        Assert.Contains("\"name\": \"alice\"", text);
        Assert.Contains($"\"peerId\": \"{store.Identity.PeerId}\"", text);
        Assert.Contains($"\"epochBound\": {s_ms + EpochClock.Reserve}", text);
    }

    [Fact]
    public void Nobody_else_may_read_or_write_what_is_there()
    {
        SkipWindows();
        using StateStore store = Open();
        store.Pins.Meet(Someone.New(), "bob@b", Now);
        store.SavePins();
        store.ExtendEpochs(Now);

        string[] files = Directory.GetFiles(Root, "*", SearchOption.AllDirectories);
        Assert.Equal(["holder", "identity.json", "lock", "pins.json"], files.Select(Path.GetFileName).Order());
        Assert.All(files, path => Assert.Equal(OwnFile, ModeOf(path)));
        Assert.All((string[])[Root, Path.Combine(Root, "identities"), AliceFolder], path => Assert.Equal(OwnFolder, ModeOf(path)));
    }

    [Fact]
    public void The_bound_is_on_disk_before_an_epoch_is_handed_out()
    {
        using (StateStore store = Open())
        {
            Assert.Contains($"\"epochBound\": {store.Epochs.End}", File.ReadAllText(IdentityPath));
            Assert.True(store.Epochs.TryNext(Now, out ulong first));
            Assert.Equal(s_ms, first);
            store.ExtendEpochs(Now.AddHours(5));
            Assert.Contains($"\"epochBound\": {store.Epochs.End}", File.ReadAllText(IdentityPath));
            Assert.Equal((ulong)Now.AddHours(5).ToUnixTimeMilliseconds() + EpochClock.Reserve, store.Epochs.End);
        }

        // The clock was set back a year meanwhile.
        using StateStore again = Open(now: Now.AddYears(-1));
        Assert.True(again.Epochs.TryNext(Now.AddYears(-1), out ulong next));
        Assert.Equal((ulong)Now.AddHours(5).ToUnixTimeMilliseconds() + EpochClock.Reserve, next);
    }

    [Fact]
    public void A_bound_reserved_aside_is_used_when_the_clock_is_told()
    {
        using StateStore store = Open();
        ulong end = store.Epochs.End;
        ulong bound = store.ReserveEpochs(Now);

        Assert.Equal(end + EpochClock.Reserve, bound);
        Assert.Equal(end, store.Epochs.End);
        store.Epochs.Extend(bound);
        Assert.Equal(bound, store.Epochs.End);
    }

    [Fact]
    public void Pins_are_saved_when_they_changed_and_found_again()
    {
        PublicIdentity bob = Someone.New();
        using (StateStore store = Open())
        {
            store.SavePins();
            Assert.False(File.Exists(PinsPath));
            store.Pins.Meet(bob, "bob@b", Now);
            store.SavePins();
            DateTime written = File.GetLastWriteTimeUtc(PinsPath);
            File.SetLastWriteTimeUtc(PinsPath, written.AddDays(-1));
            store.SavePins();
            Assert.Equal(written.AddDays(-1), File.GetLastWriteTimeUtc(PinsPath));
        }

        using StateStore again = Open();
        Assert.Equal(PinVerdict.Pinned, again.Pins.Judge(bob, "bob@b"));
        Assert.Equal(0, again.Pins.Version);
        again.Pins.Block(bob.PeerId, null, Now);
        again.SavePins();
        Assert.Contains("Blocked", File.ReadAllText(PinsPath));
    }

    [Fact]
    public void An_older_picture_of_the_pins_does_not_replace_a_newer_one()
    {
        using StateStore store = Open();
        store.Pins.Meet(Someone.New(), "bob@b", Now);
        (Pin[] Pins, long Version) older = (store.Pins.ToArray(), store.Pins.Version);
        store.Pins.Meet(Someone.New(), "carol@c", Now);
        store.SavePins();

        store.SavePins(older.Pins, older.Version);

        Assert.Contains("carol@c", File.ReadAllText(PinsPath));
    }

    [Fact]
    public void An_ephemeral_identity_has_the_same_surface_and_writes_nothing()
    {
        using var store = StateStore.Ephemeral(Now);
        using var other = StateStore.Ephemeral(Now);
        ulong end = store.Epochs.End;
        store.Pins.Meet(Someone.New(), "bob@b", Now);
        store.SavePins();
        store.ExtendEpochs(Now);

        Assert.Null(store.Folder);
        Assert.NotEqual(store.Identity.PeerId, other.Identity.PeerId);
        Assert.True(store.Epochs.TryNext(Now, out ulong epoch));
        Assert.Equal(s_ms, epoch);
        Assert.Equal(end + EpochClock.Reserve, store.Epochs.End);
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public void A_second_one_is_told_who_has_it_and_gets_it_when_that_is_done()
    {
        using (StateStore store = Open())
        {
            StateException error = Fails(LanErrorId.IdentityInUse);
            Assert.Contains($"process {Environment.ProcessId}", error.Message);
            Assert.Contains("alice", error.Message);

            // Refusing somebody took nothing from who has it.
            Assert.Equal($"{Environment.ProcessId}", File.ReadAllText(Path.Combine(AliceFolder, "holder")));
            Fails(LanErrorId.IdentityInUse);
        }

        Make();
        Assert.False(File.Exists(Path.Combine(AliceFolder, "holder")));
    }

    [Fact]
    public void A_holder_that_cannot_be_read_is_another_process()
    {
        using StateStore store = Open();
        File.WriteAllText(Path.Combine(AliceFolder, "holder"), "not a number");

        Assert.Contains("another process", Fails(LanErrorId.IdentityInUse).Message);
    }

    [Fact]
    public void Of_many_who_open_one_name_at_once_one_makes_it()
    {
        int won = 0, refused = 0;
        using var go = new Barrier(8);
        using var done = new Barrier(8);
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            StateStore? store = null;
            go.SignalAndWait();
            try
            {
                store = Open();
                Interlocked.Increment(ref won);
            }
            catch (StateException error) when (error.ErrorId == LanErrorId.IdentityInUse)
            {
                Interlocked.Increment(ref refused);
            }
            finally
            {
                done.SignalAndWait();
                store?.Dispose();
            }
        }))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            Wait.For(thread, "somebody who opens the identity");
        }

        Assert.Equal((1, 7), (won, refused));
    }

    [Fact]
    public void Without_a_path_the_environment_says_where()
    {
        Assert.Equal(TestEnvironment.StateFolder, StateFolder.Locate(null));
        Assert.Equal(TestEnvironment.StateFolder, StateFolder.Locate(" "));
        Assert.Equal("/elsewhere", StateFolder.Locate("/elsewhere"));
    }

    [Fact]
    public void A_closed_store_writes_nothing_any_more()
    {
        StateStore store = Open();
        store.Pins.Meet(Someone.New(), "bob@b", Now);
        store.Dispose();
        ulong end = store.Epochs.End;
        var before = Look(Root);

        store.SavePins();
        store.ExtendEpochs(Now);
        store.Dispose();

        Assert.Equal(before, Look(Root));
        Assert.Equal(end, store.Epochs.End);
    }
}
