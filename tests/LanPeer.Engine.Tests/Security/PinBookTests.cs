using System;
using System.Linq;
using LanPeer.Security;
using Xunit;

namespace LanPeer.Tests.Security;

public sealed class PinBookTests
{
    private const string AliceId = "alice@10.77.0.1";
    private const string BobId = "bob@10.77.0.2";

    private static readonly DateTimeOffset s_now = new(2030, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly PublicIdentity s_alice = Someone.New(), s_bob = Someone.New(), s_mallory = Someone.New();

    private readonly PinBook _book = new();

    [Fact]
    public void Who_is_met_first_is_pinned_and_stays_so()
    {
        Assert.Equal(PinVerdict.New, _book.Judge(s_alice, AliceId));
        Assert.Equal(PinVerdict.New, _book.Meet(s_alice, AliceId, s_now));
        Assert.Equal(PinVerdict.Pinned, _book.Meet(s_alice, AliceId, s_now.AddDays(1)));

        Pin pin = Assert.Single(_book.ToArray());
        Assert.Equal(new Pin
        {
            PeerId = s_alice.PeerId,
            Keys = s_alice,
            State = PinState.Pinned,
            UserIds = [AliceId],
            FirstSeen = s_now,
            LastSeen = s_now.AddDays(1),
        }, pin);
        Assert.Same(pin, _book.Find(s_alice.PeerId));
    }

    [Fact]
    public void Judging_changes_nothing()
    {
        _book.Meet(s_alice, AliceId, s_now);
        long version = _book.Version;
        Pin[] before = _book.ToArray();

        Assert.Equal(PinVerdict.New, _book.Judge(s_bob, BobId));
        Assert.Equal(PinVerdict.Pinned, _book.Judge(s_alice, BobId));
        Assert.Equal(PinVerdict.Conflict, _book.Judge(s_bob, AliceId));
        Assert.Equal(before, _book.ToArray());
        Assert.Equal(version, _book.Version);
    }

    [Fact]
    public void Another_identity_under_a_pinned_user_id_is_a_conflict_and_the_pin_stands()
    {
        _book.Meet(s_alice, AliceId, s_now);
        long version = _book.Version;
        Pin[] before = _book.ToArray();

        Assert.Equal(PinVerdict.Conflict, _book.Meet(s_mallory, AliceId, s_now.AddDays(1)));
        Assert.Equal(PinVerdict.Conflict, _book.Meet(s_mallory, "ALICE@10.77.0.1", s_now.AddDays(1)));
        Assert.Equal(before, _book.ToArray());
        Assert.Equal(version, _book.Version);
        Assert.Equal(s_alice.PeerId, _book.OwnerOf(AliceId));
    }

    [Fact]
    public void A_known_identity_does_not_get_another_ones_user_id_either()
    {
        _book.Meet(s_alice, AliceId, s_now);
        _book.Approve(s_mallory.PeerId, s_mallory, null, s_now);

        Assert.Equal(PinVerdict.Conflict, _book.Meet(s_mallory, AliceId, s_now));
        Assert.Equal(s_alice.PeerId, _book.OwnerOf(AliceId));
        Assert.Equal(PinVerdict.Pinned, _book.Meet(s_alice, AliceId, s_now));
    }

    [Fact]
    public void A_known_identity_adds_free_user_ids_of_which_the_last_eight_stay()
    {
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(i == 0 ? PinVerdict.New : PinVerdict.Pinned, _book.Meet(s_alice, $"alice@10.77.0.{i}", s_now));
        }

        // Met again under the oldest one left: that is the newest now.
        _book.Meet(s_alice, "alice@10.77.0.2", s_now);

        Assert.Equal([3, 4, 5, 6, 7, 8, 9, 2], _book.Find(s_alice.PeerId)!.UserIds.Select(id => id[^1] - '0'));
        Assert.False(_book.HasUserId("alice@10.77.0.0"));
        Assert.Equal(PinVerdict.New, _book.Meet(s_bob, "alice@10.77.0.0", s_now));
    }

    [Fact]
    public void Names_and_user_ids_are_known_as_long_as_somebody_has_them()
    {
        _book.Meet(s_alice, AliceId, s_now);
        _book.Meet(s_bob, "alice@10.77.0.9", s_now);

        Assert.True(_book.HasName("alice") && _book.HasName("Alice") && !_book.HasName("alic") && !_book.HasName(AliceId));
        Assert.True(_book.HasUserId(AliceId) && !_book.HasUserId("alice"));
        _book.Remove(s_alice.PeerId);
        Assert.True(_book.HasName("alice"));
        Assert.False(_book.HasUserId(AliceId));
        _book.Block(s_bob.PeerId, null, s_now);
        Assert.True(_book.HasName("alice") && _book.HasUserId("alice@10.77.0.9"));
        _book.Remove(s_bob.PeerId);
        Assert.False(_book.HasName("alice") || _book.HasUserId("alice@10.77.0.9"));
    }

    [Fact]
    public void The_name_is_what_stands_before_the_last_at()
    {
        _book.Meet(s_alice, "al@ice@host", s_now);

        Assert.True(_book.HasName("al@ice") && !_book.HasName("al"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("@host")]
    [InlineData("alice@")]
    [InlineData("a\nb@host")]
    public void What_is_no_user_id_is_not_written_down(string userId)
    {
        var book = new PinBook();
        Assert.Equal(PinVerdict.New, book.Meet(s_alice, userId, s_now));
        Assert.Empty(book.Find(s_alice.PeerId)!.UserIds);
        Assert.True(PinDocument.TryRead(PinDocument.Write(book.ToArray()), out _, out _));
    }

    [Fact]
    public void Half_a_character_is_no_user_id()
    {
        // An attribute cannot hold it.
        What_is_no_user_id_is_not_written_down("\ud800@host");
        What_is_no_user_id_is_not_written_down(new string('x', 1 << 20) + "@host");
    }

    [Fact]
    public void When_it_is_full_the_pin_met_longest_ago_goes()
    {
        var book = new PinBook(3);
        PublicIdentity carol = Someone.New();
        book.Meet(s_alice, AliceId, s_now);
        book.Meet(s_bob, BobId, s_now.AddMinutes(1));
        book.Meet(s_mallory, "mallory@10.77.0.3", s_now.AddMinutes(2));
        book.Meet(s_alice, AliceId, s_now.AddMinutes(3));

        Assert.Equal(PinVerdict.New, book.Meet(carol, "carol@10.77.0.4", s_now.AddMinutes(4)));

        Assert.Equal(3, book.Count);
        Assert.Null(book.Find(s_bob.PeerId));
        Assert.False(book.HasUserId(BobId) || book.HasName("bob"));
    }

    [Fact]
    public void What_a_person_decided_never_goes_and_then_nobody_is_pinned()
    {
        var book = new PinBook(2);
        book.Meet(s_alice, AliceId, s_now);
        book.Approve(s_alice.PeerId, null, null, s_now);
        book.Block(s_bob.PeerId, s_bob, s_now);
        long version = book.Version;

        Assert.Equal(PinVerdict.New, book.Judge(s_mallory, "mallory@10.77.0.3"));
        Assert.Equal(PinVerdict.Full, book.Meet(s_mallory, "mallory@10.77.0.3", s_now));
        Assert.Equal(PinVerdict.Approved, book.Meet(s_alice, AliceId, s_now));
        PinChange approval = book.Approve(s_mallory.PeerId, s_mallory, null, s_now);
        Assert.False(approval.IsChange);
        Assert.Null(approval.After);
        Assert.Null(book.Block(s_mallory.PeerId, s_mallory, s_now).After);
        Assert.Equal(version, book.Version);
    }

    [Fact]
    public void Being_met_again_is_worth_a_write_once_an_hour()
    {
        _book.Meet(s_alice, AliceId, s_now);
        long version = _book.Version;

        _book.Meet(s_alice, AliceId, s_now.AddMinutes(59));
        Assert.Equal(version, _book.Version);
        Assert.Equal(s_now.AddMinutes(59), _book.Find(s_alice.PeerId)!.LastSeen);
        _book.Meet(s_alice, AliceId, s_now.AddMinutes(60));
        Assert.Equal(version + 1, _book.Version);
        _book.Meet(s_alice, BobId, s_now.AddMinutes(61));
        Assert.Equal(version + 2, _book.Version);
    }

    [Fact]
    public void Times_are_kept_in_UTC()
    {
        _book.Meet(s_alice, AliceId, s_now.ToOffset(TimeSpan.FromHours(9)));

        Assert.Equal(TimeSpan.Zero, _book.Find(s_alice.PeerId)!.FirstSeen.Offset);
        Assert.Equal(s_now, _book.Find(s_alice.PeerId)!.LastSeen);
    }
}
