using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>A peer of the seed's kind cannot prove anything. Whoever can must not get its place by that.</summary>
public sealed class SeedPeerTests : AttackTest
{
    private const string SeedId = "sam@10.77.0.9";
    private readonly VirtualSocket _seed;

    public SeedPeerTests() => _seed = Lan.AddSocket("10.77.0.9", 9_009);

    [Fact]
    public void The_seed_peer_came_first() => Steal(isSeedFirst: true, confirmFromSeed: false);

    [Fact]
    public void The_seed_peer_came_second() => Steal(isSeedFirst: false, confirmFromSeed: false);

    [Fact]
    public void The_seed_peer_came_first_and_its_address_is_forged() => Steal(isSeedFirst: true, confirmFromSeed: true);

    [Fact]
    public void The_seed_peer_came_second_and_its_address_is_forged() => Steal(isSeedFirst: false, confirmFromSeed: true);

    private void Steal(bool isSeedFirst, bool confirmFromSeed)
    {
        if (isSeedFirst)
        {
            _seed.Broadcast(Say.Seed(SeedId, 9_009));
            Lan.Settle();
        }

        Mallory mallory = NewMallory();
        mallory.UserId = SeedId;
        mallory.ClaimedPort = 9_009;
        Assert.True(mallory.Connect(Alice, confirmFromSeed ? _seed.Endpoint : null));
        Lan.Run(1);
        if (confirmFromSeed)
        {
            mallory.Frame(Alice, FrameType.Ping, [], _seed.Endpoint);
            Lan.Run(1);
        }

        _seed.Broadcast(Say.Seed(SeedId, 9_009));
        Lan.Settle();
        Alice.Forget();
        _seed.Send(Alice.Endpoint, Say.Post(SeedId, "a post of the seed peer"));
        _seed.Send(Alice.Endpoint, Say.DM(SeedId, Alice.UserId, "a message of the seed peer"));
        Lan.Settle();

        PeerEntry seed = Assert.Single(Alice.Machine.Peers, peer => peer.UserId == SeedId && peer.Contact is null);
        Assert.Equal(_seed.Endpoint, seed.Endpoint);
        Assert.Equal(2, Alice.Arrivals.Count);
        Assert.All(Alice.Arrivals, arrival => Assert.Same(seed, arrival.Peer));
        Assert.Null(Alice.Machine.Pins.OwnerOf(SeedId));
        PeerEntry thief = Alice.Peer(mallory.Who.PeerId);
        Assert.Equal(mallory.Here, thief.Endpoint);
        Assert.True(!isSeedFirst || thief.Verdict == PinVerdict.Conflict);

        // It goes, and comes back.
        Lan.Run(330);
        _seed.Broadcast(Say.Seed(SeedId, 9_009));
        Lan.Settle();
        Assert.Single(Alice.Machine.Peers, peer => peer.UserId == SeedId && peer.Contact is null);
        AssertTheyTalk();
    }
}
