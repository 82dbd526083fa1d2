using System;
using System.Linq;
using LanPeer.Security;
using Xunit;

namespace LanPeer.Tests.Security;

public sealed class PinDecisionTests
{
    private const string AliceId = "alice@10.77.0.1";
    private const string BobId = "bob@10.77.0.2";

    private static readonly DateTimeOffset s_now = new(2030, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly PublicIdentity s_alice = Someone.New(), s_bob = Someone.New(), s_carol = Someone.New();

    private readonly PinBook _book = new();

    [Fact]
    public void An_approved_identity_takes_the_user_id_over()
    {
        _book.Meet(s_alice, AliceId, s_now);
        _book.Meet(s_alice, "alice@10.77.0.9", s_now);

        PinChange change = _book.Approve(s_bob.PeerId, s_bob, AliceId, s_now.AddDays(1));

        Assert.Null(change.Before);
        Assert.Equal(new Pin { PeerId = s_bob.PeerId, Keys = s_bob, State = PinState.Approved, UserIds = [AliceId], FirstSeen = s_now.AddDays(1), LastSeen = s_now.AddDays(1) }, change.After);
        Assert.Equal(["alice@10.77.0.9"], change.FormerOwner!.UserIds);
        Assert.Same(change.FormerOwner, _book.Find(s_alice.PeerId));
        Assert.Equal(PinVerdict.Approved, _book.Meet(s_bob, AliceId, s_now));
        Assert.Equal(PinVerdict.Conflict, _book.Meet(s_alice, AliceId, s_now));
        Assert.Equal(PinVerdict.Pinned, _book.Meet(s_alice, "alice@10.77.0.9", s_now));
    }

    [Fact]
    public void Approving_a_pin_keeps_what_is_known_of_it()
    {
        _book.Meet(s_alice, AliceId, s_now);
        Pin met = _book.Find(s_alice.PeerId)!;

        PinChange change = _book.Approve(s_alice.PeerId, null, null, s_now.AddDays(1));

        Assert.Equal((met, met with { State = PinState.Approved }), (change.Before, change.After));
        Assert.True(change.IsChange);
        long version = _book.Version;
        Assert.False(_book.Approve(s_alice.PeerId, s_alice, AliceId, s_now.AddDays(2)).IsChange);
        Assert.Equal(version, _book.Version);
    }

    [Fact]
    public void An_id_approved_before_it_was_met_gets_its_keys_when_it_is()
    {
        _book.Approve(s_alice.PeerId, null, null, s_now);
        Assert.Null(_book.Find(s_alice.PeerId)!.Keys);

        Assert.Equal(PinVerdict.Approved, _book.Meet(s_alice, AliceId, s_now.AddDays(1)));

        Assert.Equal(new Pin { PeerId = s_alice.PeerId, Keys = s_alice, State = PinState.Approved, UserIds = [AliceId], FirstSeen = s_now.AddDays(1), LastSeen = s_now.AddDays(1) },
            _book.Find(s_alice.PeerId));
    }

    [Fact]
    public void A_blocked_identity_is_blocked_under_every_user_id_and_leaves_no_trace()
    {
        _book.Meet(s_alice, AliceId, s_now);
        Pin blocked = _book.Block(s_alice.PeerId, null, s_now).After!;
        long version = _book.Version;

        Assert.Equal(PinVerdict.Blocked, _book.Meet(s_alice, AliceId, s_now.AddDays(1)));
        Assert.Equal(PinVerdict.Blocked, _book.Meet(s_alice, "else@10.77.0.1", s_now.AddDays(1)));
        Assert.Same(blocked, _book.Find(s_alice.PeerId));
        Assert.Equal(version, _book.Version);

        // Its user id does not become free by that.
        Assert.Equal(s_alice.PeerId, _book.OwnerOf(AliceId));
        Assert.Equal(PinVerdict.Conflict, _book.Meet(s_bob, AliceId, s_now));
    }

    [Fact]
    public void Unblocking_leads_back_to_what_was_known()
    {
        _book.Meet(s_alice, AliceId, s_now);
        Pin met = _book.Find(s_alice.PeerId)!;
        _book.Block(s_alice.PeerId, null, s_now);
        _book.Block(s_bob.PeerId, null, s_now);

        Assert.Equal(met, _book.Unblock(s_alice.PeerId).After);
        PinChange forgotten = _book.Unblock(s_bob.PeerId);
        Assert.Equal(PinState.Blocked, forgotten.Before!.State);
        Assert.Null(forgotten.After);
        Assert.Equal([met], _book.ToArray());
    }

    [Fact]
    public void Unblocking_who_is_not_blocked_changes_nothing()
    {
        _book.Approve(s_alice.PeerId, s_alice, AliceId, s_now);

        Assert.False(_book.Unblock(s_alice.PeerId).IsChange);
        Assert.False(_book.Unblock(s_bob.PeerId).IsChange);
        Assert.Equal(PinState.Approved, _book.Find(s_alice.PeerId)!.State);
    }

    [Fact]
    public void Removing_makes_room_for_a_new_first_meeting()
    {
        _book.Meet(s_alice, AliceId, s_now);
        PinChange change = _book.Remove(s_alice.PeerId);

        Assert.Equal(s_alice.PeerId, change.Before!.PeerId);
        Assert.Null(change.After);
        Assert.False(_book.Remove(s_alice.PeerId).IsChange);
        Assert.Equal(PinVerdict.New, _book.Meet(s_bob, AliceId, s_now));
    }

    [Fact]
    public void A_decision_about_nobody_is_a_mistake()
    {
        Assert.Throws<ArgumentException>(() => _book.Approve("alice", null, null, s_now));
        Assert.Throws<ArgumentException>(() => _book.Block(s_alice.PeerId.ToLowerInvariant(), null, s_now));
        Assert.Throws<ArgumentException>(() => _book.Approve(s_alice.PeerId, s_bob, null, s_now));
        Assert.Throws<ArgumentException>(() => _book.Approve(s_alice.PeerId, null, "alice", s_now));
        Assert.Equal(0, _book.Version);
    }

    [Fact]
    public void Merging_adds_what_is_new_and_completes_what_is_known()
    {
        _book.Approve(s_alice.PeerId, null, null, s_now);
        _book.Meet(s_bob, BobId, s_now);
        var other = new PinBook();
        other.Meet(s_alice, AliceId, s_now.AddDays(-1));
        other.Meet(s_bob, "bob@10.77.0.9", s_now.AddDays(-2));
        other.Approve(s_bob.PeerId, null, null, s_now);
        other.Meet(s_carol, "carol@10.77.0.3", s_now);

        PinMerge merge = _book.Merge(other.ToArray());

        Assert.Equal([s_carol.PeerId], merge.Added.Select(pin => pin.PeerId));
        Assert.Equal(new[] { s_alice.PeerId, s_bob.PeerId }.Order(StringComparer.Ordinal), merge.Updated.Select(pin => pin.PeerId));
        Assert.Empty(merge.Conflicting);
        Assert.Empty(merge.LeftOut);
        Assert.Equal((PinState.Approved, s_alice), (_book.Find(s_alice.PeerId)!.State, _book.Find(s_alice.PeerId)!.Keys));
        Pin bob = _book.Find(s_bob.PeerId)!;
        Assert.Equal(PinState.Approved, bob.State);
        Assert.Equal(["bob@10.77.0.9", BobId], bob.UserIds);
        Assert.Equal((s_now.AddDays(-2), s_now), (bob.FirstSeen, bob.LastSeen));

        long version = _book.Version;
        merge = _book.Merge(other.ToArray());
        Assert.Empty(merge.Added.Concat(merge.Updated).Concat(merge.Conflicting));
        Assert.Equal(version, _book.Version);
    }

    [Fact]
    public void Merging_takes_no_user_id_from_anybody()
    {
        _book.Meet(s_alice, AliceId, s_now);
        var other = new PinBook();
        other.Meet(s_bob, BobId, s_now);
        other.Approve(s_bob.PeerId, s_bob, AliceId, s_now);

        PinMerge merge = _book.Merge(other.ToArray());

        Assert.Equal(s_alice.PeerId, _book.OwnerOf(AliceId));
        Assert.Equal([BobId], Assert.Single(merge.Added).UserIds);
        Assert.Equal([BobId, AliceId], Assert.Single(merge.Conflicting).UserIds);
    }

    [Theory]
    [InlineData(PinState.Pinned, PinState.Approved, PinState.Approved, false)]
    [InlineData(PinState.Pinned, PinState.Blocked, PinState.Blocked, false)]
    [InlineData(PinState.Approved, PinState.Pinned, PinState.Approved, false)]
    [InlineData(PinState.Approved, PinState.Blocked, PinState.Approved, true)]
    [InlineData(PinState.Blocked, PinState.Pinned, PinState.Blocked, false)]
    [InlineData(PinState.Blocked, PinState.Approved, PinState.Blocked, true)]
    public void Merging_undoes_no_decision(object own, object imported, object expected, bool isConflict)
    {
        Pin pin = new() { PeerId = s_alice.PeerId, Keys = s_alice, State = (PinState)own, UserIds = [AliceId], FirstSeen = s_now, LastSeen = s_now };
        _book.Merge([pin]);

        PinMerge merge = _book.Merge([pin with { State = (PinState)imported }]);

        Assert.Equal((PinState)expected, _book.Find(s_alice.PeerId)!.State);
        Assert.Equal(isConflict, merge.Conflicting.Count == 1);
    }

    [Fact]
    public void Merging_into_a_full_book_pushes_nobody_out()
    {
        var book = new PinBook(1);
        book.Meet(s_alice, AliceId, s_now);
        var other = new PinBook();
        other.Approve(s_bob.PeerId, s_bob, BobId, s_now);
        other.Meet(s_alice, "alice@10.77.0.9", s_now);

        PinMerge merge = book.Merge(other.ToArray());

        Assert.Equal([s_bob.PeerId], merge.LeftOut.Select(pin => pin.PeerId));
        Assert.Equal([s_alice.PeerId], merge.Updated.Select(pin => pin.PeerId));
        Assert.Equal([s_alice.PeerId], book.ToArray().Select(pin => pin.PeerId));
    }

    [Fact]
    public void Merged_user_ids_do_not_push_out_own_ones()
    {
        for (int i = 0; i < 7; i++)
        {
            _book.Meet(s_alice, $"alice@10.77.0.{i}", s_now);
        }

        var other = new PinBook();
        other.Meet(s_alice, "alice@10.77.1.1", s_now);
        other.Meet(s_alice, "alice@10.77.1.2", s_now);
        _book.Merge(other.ToArray());

        Assert.Equal((string[])["alice@10.77.1.2", .. Enumerable.Range(0, 7).Select(i => $"alice@10.77.0.{i}")], _book.Find(s_alice.PeerId)!.UserIds);
    }
}
