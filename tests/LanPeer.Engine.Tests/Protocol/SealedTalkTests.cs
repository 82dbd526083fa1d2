using System;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>Peers with identities: handshake, sealed talk, restart, rekey (docs/protocol.md, "Sessions").</summary>
public sealed class SealedTalkTests
{
    private readonly VirtualLan _lan = new() { UsesRealCurve = true };
    private readonly VirtualPeer _alice;
    private readonly VirtualPeer _bob;

    public SealedTalkTests()
    {
        _alice = _lan.AddPeer("alice", "10.77.0.1");
        _bob = _lan.AddPeer("bob", "10.77.0.2");
        _lan.Run(3);
    }

    [Fact]
    public void Two_peers_know_who_the_other_is()
    {
        Assert.Equal(_bob.Machine.Identity.PeerId, _alice.Peer(_bob.UserId).Who?.PeerId);
        Assert.Equal(_alice.Machine.Identity.PeerId, _bob.Peer(_alice.UserId).Who?.PeerId);
        Assert.Equal(PinVerdict.New, _alice.Peer(_bob.UserId).Verdict);
        Assert.Equal(_bob.Machine.Identity.PeerId, _alice.Machine.Pins.OwnerOf(_bob.UserId));
        Assert.All(_alice.Machine.Peers.Concat(_bob.Machine.Peers), peer => Assert.True(peer.IsAddressMatched));
    }

    [Fact]
    public void Messages_arrive_and_no_word_of_them_is_on_the_wire()
    {
        int before = _lan.Log.Count;
        _alice.DM(_bob.UserId, "for bob alone");
        _alice.Post("for everyone");
        _alice.SetProfile("Alice in Wonderland", "down the hole");
        _lan.Settle();

        Assert.Equal(["for bob alone", "for everyone", "down the hole"], _bob.Arrivals.Select(a => a.Content));
        Assert.All(_bob.Arrivals, a => Assert.Equal(_alice.Machine.Identity.PeerId, a.Peer?.Who?.PeerId));
        Assert.All(_lan.Log.Skip(before), packet => Assert.Equal(WireLimits.BinaryMark, packet.Bytes[0]));
        Assert.All(_lan.Log.Skip(before), packet => Assert.DoesNotContain("bob", Encoding.Latin1.GetString(packet.Bytes)));
    }

    [Fact]
    public void A_contact_without_keys_takes_two_datagrams_of_handshake_and_one_of_data()
    {
        // Quiet for so long that the keys are too old for messages, and nothing but the message asks for new ones.
        var lan = new VirtualLan();
        VirtualPeer alice = lan.AddPeer("alice", "10.77.0.1", Quiet);
        VirtualPeer bob = lan.AddPeer("bob", "10.77.0.2", Quiet);
        lan.Run(20 * 60);
        Assert.False(alice.Peer(bob.UserId).Contact!.Current!.MaySealMessage(alice.Moment.Elapsed));
        int before = lan.Log.Count;
        alice.DM(bob.UserId, "hello");
        lan.Settle();

        Assert.Equal("hello", Assert.Single(bob.Arrivals).Content);
        // The third one brings it; the fourth is its receipt, with credit for more, whose receipt is the fifth.
        Assert.Equal([1, 2, 4, 4, 4], lan.Log.Skip(before).Select(packet => (int)packet.Bytes[1]));
        Assert.Equal(Outcome.Delivered, Assert.Single(alice.Settled).Outcome);
    }

    [Fact]
    public void A_restarted_peer_is_back_within_a_second()
    {
        _bob.Restart();
        _lan.Run(1);
        _alice.DM(_bob.UserId, "welcome back");
        _lan.Settle();

        Assert.Equal("welcome back", Assert.Single(_bob.Arrivals).Content);
        Assert.Equal(PinVerdict.Pinned, _bob.Peer(_alice.UserId).Verdict);
    }

    [Fact]
    public void Keys_are_changed_every_ten_minutes_and_nothing_is_lost_by_it()
    {
        for (int i = 0; i < 100; i++)
        {
            _alice.DM(_bob.UserId, $"{i}");
            _lan.Run(31);
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), _bob.Arrivals.Select(a => a.Content));
        Assert.InRange(_lan.Log.Count(packet => packet.Bytes[0] == 0xF5 && packet.Bytes[1] == 1), 5, 12);
    }

    [Fact]
    public void Whoever_leaves_is_gone_at_once_and_whoever_falls_silent_after_the_time_out()
    {
        VirtualPeer carol = _lan.AddPeer("carol", "10.77.0.3");
        _lan.Run(3);
        _bob.Stop();
        carol.Kill();
        _lan.Settle();
        Assert.Equal([carol.UserId], _alice.Known);

        _lan.Run(330);
        Assert.Empty(_alice.Known);
    }

    [Fact]
    public void Whoever_leaves_before_its_answer_is_confirmed_is_gone_all_the_same()
    {
        VirtualPeer carol = _lan.AddSilentPeer("carol", "10.77.0.3");
        _lan.Add(new NoTransportTo(carol.Endpoint));
        carol.Start();
        _lan.Run(0.05);
        VirtualPeer[] believers = [.. new[] { _alice, _bob }.Where(peer => peer.Known.Contains(carol.UserId))];
        Assert.NotEmpty(believers);

        carol.Stop();
        _lan.Settle();

        Assert.All(believers, peer => Assert.DoesNotContain(carol.UserId, peer.Known));
    }

    [Fact]
    public void Fifty_peers_that_start_at_once_all_know_each_other()
    {
        var lan = new VirtualLan();
        VirtualPeer[] peers = [.. Enumerable.Range(1, 50).Select(i => lan.AddPeer($"p{i}", $"10.77.0.{i}"))];
        lan.Run(5);

        Assert.All(peers, peer => Assert.Equal(49, peer.Known.Count()));
        Assert.All(peers, peer => Assert.All(peer.Machine.Peers, known => Assert.NotNull(known.Who)));
    }

    [Fact]
    public void A_post_proves_its_author_to_anybody()
    {
        _alice.Post("signed,\nsealed");
        _lan.Settle();
        byte[] kept = PublicViews.Message(Assert.Single(_bob.Arrivals)).GetSignedBytes()!;

        Assert.True(LanSignedPost.TryVerify(kept, "", out LanSignedPost? post));
        Assert.Equal(PeerId.Grouped(_alice.Machine.Identity.PeerId), post!.PeerId);
        Assert.Equal(_alice.UserId, post.UserId);
        Assert.Equal("signed,\nsealed", post.Content);
        Assert.False(LanSignedPost.TryVerify(kept, "other", out _));
        string text = Encoding.UTF8.GetString(kept);
        Assert.False(LanSignedPost.TryVerify(Encoding.UTF8.GetBytes(text.Replace("sealed", "dealed")), "", out _));
        Assert.False(LanSignedPost.TryVerify(Encoding.UTF8.GetBytes(text.Replace("alice@", "mallet@")), "", out _));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(70_000)]
    [InlineData(1_048_000)]
    public void However_long_a_post_is_it_proves_its_author(int length)
    {
        string text = new('x', length);
        _alice.Post(text);
        _lan.Run(1);

        byte[] kept = PublicViews.Message(Assert.Single(_bob.Arrivals)).GetSignedBytes()!;

        Assert.True(LanSignedPost.TryVerify(kept, "", out LanSignedPost? post));
        Assert.Equal(text, post!.Content);
        Assert.False(LanSignedPost.TryVerify([.. kept, .. new byte[1_049_088 - kept.Length + 1]], "", out _));
    }

    /// <summary>Nothing of a session reaches one peer.</summary>
    private sealed class NoTransportTo(Ipv4Endpoint endpoint) : IAdversary
    {
        public Verdict Look(Packet packet, AdversaryHands hands)
            => packet.To == endpoint && packet.Bytes[0] == WireLimits.BinaryMark && packet.Bytes[1] == 4 ? Verdict.Drop : Verdict.Pass;
    }

    private static PeerSettings Quiet(PeerSettings settings)
        => settings with { AnnounceInterval = TimeSpan.FromHours(1), PeerTimeout = TimeSpan.FromHours(24) };
}
