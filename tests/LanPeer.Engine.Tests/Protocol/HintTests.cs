using System;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>Announcements that say who their sender is: hints to begin a handshake (docs/protocol.md, "Announcing an identity").</summary>
public sealed class HintTests
{
    private const string Bob = "bob@10.77.0.2";

    private readonly VirtualLan _lan = new();
    private readonly PeerKeys _keys = new(2, isReal: false);
    private readonly Ipv4Endpoint _bob = VirtualLan.Endpoint("10.77.0.2", 9_000);
    private readonly VirtualPeer _alice;

    public HintTests()
    {
        _alice = _lan.AddPeer("alice", "10.77.0.1", Quiet);
        _lan.Run(10);
        _alice.Forget();
    }

    [Fact]
    public void Nobody_is_known_by_a_hint_and_the_handshake_is_the_answer()
    {
        Hear(Announcement(280));

        Packet initiation = Assert.Single(_alice.Sent);
        Assert.Equal((_bob, SessionWire.InitiationLength, (byte)SealedType.Initiation), (initiation.To, initiation.Bytes.Length, initiation.Bytes[1]));
        Assert.Empty(_alice.Known);
        Assert.Empty(_alice.Changes);
        _lan.Run(60);
        Assert.Empty(_alice.Known);
        Assert.Empty(_alice.Machine.Pins.ToArray());
    }

    [Theory]
    [InlineData(265, 1)]
    [InlineData(278, 1)]
    [InlineData(279, 2)]
    [InlineData(600, 4)]
    public void A_hint_that_nobody_stands_behind_causes_no_more_than_three_times_its_bytes(int size, int initiations)
    {
        Hear(Announcement(size));

        _lan.Run(60);

        Assert.Equal(initiations, _alice.Sent.Count(packet => packet.To == _bob));
        Assert.True(_alice.Sent.Where(packet => packet.To == _bob).Sum(packet => packet.Bytes.Length) <= 3 * size);
    }

    [Fact]
    public void Repeated_hints_make_no_more_handshakes_than_one_at_a_time()
    {
        for (int i = 0; i < 20; i++)
        {
            Hear(Announcement(280));
        }

        Assert.Single(_alice.Sent);
    }

    [Fact]
    public void Who_asks_is_answered_with_the_nonce_and_begins_itself()
    {
        Hear(Announcement(Say.AskSize, ("ASK", "feedface")));

        Packet answer = Assert.Single(_alice.Sent);
        Assert.Equal(("feedface", _alice.Machine.Identity.PeerId), (answer["ANSWER"], answer["PEER_ID"]));
        Assert.True(answer.Bytes.Length <= Say.AskSize);
        Assert.Empty(_alice.Known);
    }

    [Fact]
    public void The_longest_id_is_answered_within_the_question()
    {
        VirtualPeer longest = _lan.AddSilentPeer(new string('a', 64), "10.77.100.200");
        longest.Start();
        longest.Forget();

        longest.Hear(Inlet.Unicast, _bob, Announcement(Say.AskSize, ("ASK", new string('f', 32))));

        Assert.InRange(Assert.Single(longest.Sent).Bytes.Length, 1, Say.AskSize);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a-name-of-sixty-four-letters-is-the-longest-that-can-be-chosen--")]
    public void The_smallest_announcement_of_the_seed_is_answered_whatever_the_own_name(string name)
    {
        VirtualPeer peer = _lan.AddSilentPeer(name, "10.77.100.200");
        peer.Start();
        peer.Forget();

        peer.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.0.0.2", 9_000), Say.Seed("b@10.0.0.2", 9_000));

        Packet answer = Assert.Single(peer.Sent);
        Assert.Equal((peer.UserId, null, null), (answer["USER_ID"], answer["PEER_ID"], answer["KEY"]));
    }

    public static TheoryData<bool, long> Movers
        => new(from isLater in (bool[])[true, false] from seed in (long[])[1, 2, 3, 4] select (isLater, seed));

    [Theory]
    [MemberData(nameof(Movers))]
    public void Who_gets_another_address_in_the_middle_of_a_handshake_is_known_under_its_new_id(bool isLater, long seed)
        => Assert.DoesNotContain(Enumerable.Range(0, 16).Select(i => 0.05 + (0.1 * i)), milliseconds => !IsKnownByItsNewId(isLater, seed, milliseconds));

    [Theory]
    [MemberData(nameof(Movers))]
    public void Who_gets_another_address_soon_after_a_handshake_is_known_under_its_new_id(bool isLater, long seed)
        => Assert.DoesNotContain((double[])[5, 50, 200, 900, 1_500, 1_900, 2_500, 10_000], milliseconds => !IsKnownByItsNewId(isLater, seed, milliseconds));

    /// <summary>Two peers, one of which has an address a while after they first heard of each other and thinks at first that it has none.</summary>
    private static bool IsKnownByItsNewId(bool isLater, long seed, double milliseconds)
    {
        var lan = new VirtualLan(seed);
        LocalNetwork lonely = new([], [Ipv4Endpoint.LoopbackAddress], isLoopbackOnly: false, usesLimitedBroadcast: true);
        VirtualPeer carol = isLater ? lan.AddPeer("carol", "10.77.0.3") : lan.AddPeer("carol", "10.77.0.3", network: lonely);
        lan.Run(10);
        VirtualPeer dave = isLater ? lan.AddPeer("dave", "10.77.0.4", network: lonely) : lan.AddPeer("dave", "10.77.0.4");
        (VirtualPeer mover, VirtualPeer other) = isLater ? (dave, carol) : (carol, dave);
        lan.Run(TimeSpan.FromMilliseconds(milliseconds));
        Assert.EndsWith("@127.0.0.1", mover.UserId, StringComparison.Ordinal);

        mover.Plan.NetworkOf = host => host.Network;
        mover.LookAtNetwork();
        lan.Run(5);

        Assert.EndsWith(isLater ? "@10.77.0.4" : "@10.77.0.3", mover.UserId, StringComparison.Ordinal);
        Assert.Equal([other.UserId], mover.Known);
        return other.Known.SequenceEqual([mover.UserId]);
    }

    private static PeerSettings Quiet(PeerSettings settings) => settings with { AnnounceInterval = TimeSpan.FromHours(1) };

    private void Hear(string text) => Assert.Equal(DropReason.None, _alice.Hear(Inlet.Discovery, _bob, text));

    /// <summary>An announcement of somebody whom no handshake finds.</summary>
    private string Announcement(int size, params (string Key, string Value)[] more)
    {
        using Identity identity = _keys.Start(new SeededRandom(1), _lan.Audit, _lan.Moment.Utc).Identity;
        string text = Say.Pad(Say.Identified(Bob, 9_000, identity.PeerId, identity.Public.AgreementKey.ToArray(), "0badcafe", more), size);
        Assert.Equal(size, text.Length);
        return text;
    }
}
