using System;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Somebody says he is somebody else, with keys of his own, with stolen ones, before, during and after.</summary>
public sealed class ImpersonationTests : AttackTest
{
    [Fact]
    public void A_key_of_one_s_own_under_another_s_id_is_a_conflict()
    {
        Mallory mallory = NewMallory();
        mallory.UserId = Bob.UserId;
        Assert.True(mallory.Connect(Alice));
        mallory.Text(Alice, Say.DM(Bob.UserId, Alice.UserId, "it is me"));
        Lan.Settle();

        PeerEntry bob = Alice.Peer(Bob.UserId);
        Assert.Equal(Bob.Machine.Identity.PeerId, bob.Who?.PeerId);
        Assert.Equal(Bob.Endpoint, bob.Endpoint);
        Assert.Equal(PinVerdict.Conflict, Alice.Peer(mallory.Who.PeerId).Verdict);
        Assert.Equal(Bob.Machine.Identity.PeerId, Alice.Machine.Pins.OwnerOf(Bob.UserId));
        Assert.Null(Alice.Machine.Pins.Find(mallory.Who.PeerId));
        Assert.Contains(Alice.Changes, change => change.Kind == PeerChangeKind.KeyChanged);
        Assert.All(Alice.Arrivals, arrival => Assert.Equal(PinVerdict.Conflict, arrival.Peer?.Verdict));
        AssertTheyTalk();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_has_stolen_the_own_key_cannot_be_another_towards_its_owner(bool isBobAway)
    {
        if (isBobAway)
        {
            Bob.Kill();
            Lan.Run(330);
        }

        // Key-compromise impersonation: IK lets the thief of the responder's key write a first message in anybody's name.
        using Identity alice = Alice.Plan.Keys!.Copy().Start(Lan.Random("thief"), Lan.Audit, Lan.Moment.Utc).Identity;
        using var claim = new StolenKey(Bob.Machine.Identity.AgreementKey.ToArray(), alice.Agreement);
        Mallory mallory = NewMallory();
        mallory.UserId = Bob.UserId;
        string before = StateOf(Alice);
        for (int i = 0; i < 5; i++)
        {
            mallory.Send(Alice, mallory.Initiation(Alice, claim: claim), i % 2 == 0 ? Bob.Endpoint : null);
            Lan.Run(3);
        }

        Assert.Contains(Eve.Seen, packet => IsSealed(packet, SealedType.Response) && packet.To == mallory.Here);
        Lan.Run(20);
        Assert.Equal(before, StateOf(Alice));
        if (!isBobAway)
        {
            AssertTheyTalk();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_uses_one_s_own_user_id_is_told_of_as_that_and_not_as_a_changed_key(bool isRenamed)
    {
        Mallory mallory = NewMallory();
        if (isRenamed)
        {
            // He comes under a name of his own, and takes ours later.
            Assert.True(mallory.Connect(Alice));
            Alice.Forget();
        }

        mallory.UserId = Alice.UserId;
        Assert.True(mallory.Connect(Alice));

        Assert.Equal(PinVerdict.Conflict, Alice.Peer(mallory.Who.PeerId).Verdict);
        Assert.Equal([PeerChangeKind.Conflict], Alice.Changes.Select(change => change.Kind).Where(kind => kind is PeerChangeKind.Conflict or PeerChangeKind.KeyChanged));
        Assert.All(Alice.Changes.Where(change => change.Kind == PeerChangeKind.Conflict), change => Assert.Null(change.Peer));
    }

    [Fact]
    public void A_decision_about_another_does_not_settle_the_conflict_over_one_s_own_user_id()
    {
        Mallory mallory = NewMallory();
        mallory.UserId = Alice.UserId;
        Assert.True(mallory.Connect(Alice));

        Alice.Do((now, effects) => Alice.Machine.Approve(now, Bob.Machine.Identity.PeerId, null, effects));
        Assert.Equal(PinVerdict.Conflict, Alice.Peer(mallory.Who.PeerId).Verdict);
        Alice.Do((now, effects) => Alice.Machine.Approve(now, mallory.Who.PeerId, Alice.UserId, effects));
        Assert.Equal(PinVerdict.Conflict, Alice.Peer(mallory.Who.PeerId).Verdict);
        Alice.Do((_, effects) => Alice.Machine.RemovePin(mallory.Who.PeerId, effects));
        Assert.Equal(PinVerdict.Conflict, Alice.Peer(mallory.Who.PeerId).Verdict);
    }

    [Fact]
    public void Two_peers_of_one_name_are_two_peers()
    {
        VirtualPeer other = Lan.AddPeer("bob", "10.77.0.3");
        Lan.Run(3);
        Alice.DM(other.UserId, "the other one");
        Lan.Settle();

        Assert.Equal(2, Alice.Known.Count());
        Assert.All(Alice.Machine.Peers, peer => Assert.Equal(PinVerdict.New, peer.Verdict));
        Assert.Single(other.Arrivals);
        Assert.Empty(Bob.Arrivals);
        AssertTheyTalk();
    }

    [Fact]
    public void Whoever_takes_the_place_of_one_who_is_away_is_told_apart()
    {
        string pinned = Bob.Machine.Identity.PeerId;
        Bob.Stop();
        VirtualPeer thief = Lan.AddSilentPeer(new PeerPlan(new PeerSettings { Name = "bob" }) { Keys = new PeerKeys(0x7777, true) }, "10.77.0.2");
        thief.Start();
        Lan.Run(3);
        Assert.Equal(Bob.UserId, thief.UserId);
        PeerEntry entry = Assert.Single(Alice.Machine.Peers);
        Assert.Equal(PinVerdict.Conflict, entry.Verdict);
        Assert.Equal(pinned, Alice.Machine.Pins.OwnerOf(Bob.UserId));
        Assert.Contains(Alice.Changes, change => change.Kind == PeerChangeKind.KeyChanged && change.Peer == entry);

        Bob.Restart();
        Lan.Run(3);
        Assert.Equal(pinned, Alice.Peer(Bob.UserId).Who?.PeerId);
        Assert.Equal(Bob.Endpoint, Alice.Peer(Bob.UserId).Endpoint);
        AssertTheyTalk();
        Assert.Empty(thief.Arrivals);
    }

    [Fact]
    public void A_message_for_one_who_is_away_does_not_go_to_whoever_took_his_id()
    {
        Bob.Stop();
        Mallory mallory = NewMallory();
        mallory.UserId = Bob.UserId;
        Assert.True(mallory.Connect(Alice));

        Assert.Equal(PinVerdict.Conflict, Assert.Single(Alice.Machine.Peers).Verdict);
        Assert.Null(Alice.Machine.FindPeer(Bob.UserId));
        Assert.NotNull(Alice.Machine.FindPeer(mallory.Who.PeerId));
    }

    [Fact]
    public void Whoever_used_an_id_before_its_owner_came_is_in_conflict_from_then_on()
    {
        Mallory mallory = NewMallory();
        mallory.UserId = "carol@10.77.0.3";
        Assert.True(mallory.Connect(Alice));
        VirtualPeer carol = Lan.AddPeer("carol", "10.77.0.3");
        Lan.Run(3);

        Assert.Equal(carol.Machine.Identity.PeerId, Alice.Machine.Pins.OwnerOf(carol.UserId));
        Assert.Equal(carol.Machine.Identity.PeerId, Alice.Peer(carol.UserId).Who?.PeerId);
        Assert.Equal(PinVerdict.New, Alice.Peer(carol.UserId).Verdict);
        Assert.Equal(PinVerdict.Conflict, Alice.Peer(mallory.Who.PeerId).Verdict);
    }

    [Fact]
    public void The_user_id_of_an_absent_host_is_not_pinned_by_a_forged_source()
    {
        // The answer went to his own address; only the datagrams that need no answer say they come from the other.
        Mallory mallory = NewMallory();
        mallory.UserId = "carol@10.77.0.3";
        Ipv4Endpoint carols = VirtualLan.Endpoint("10.77.0.3", mallory.ClaimedPort);
        Lan.AddHost("10.77.0.3");
        Assert.True(mallory.Connect(Alice, confirmFrom: carols));
        for (int i = 0; i < 8 * 60; i++)
        {
            mallory.Frame(Alice, FrameType.Ping, [], carols);
            Lan.Run(0.5);
        }

        Assert.Null(Alice.Machine.Pins.OwnerOf(mallory.UserId));
        Assert.False(Alice.Peer(mallory.Who.PeerId).IsAddressMatched);
        Assert.NotEqual(carols, Alice.Peer(mallory.Who.PeerId).Endpoint);
    }

    [Fact]
    public void The_user_id_of_an_absent_host_is_not_pinned_by_a_response_from_a_forged_source()
    {
        Mallory mallory = NewMallory();
        mallory.UserId = "carol@10.77.0.3";
        Ipv4Endpoint carols = VirtualLan.Endpoint("10.77.0.3", mallory.ClaimedPort);
        Lan.AddHost("10.77.0.3");
        mallory.Socket.Reaction = (_, packet) =>
        {
            if (IsSealed(packet, SealedType.Initiation))
            {
                mallory.Respond(packet, Alice, carols);
            }
        };
        Alice.Hear(Inlet.Discovery, mallory.Here, mallory.Announcement());
        Lan.Run(1);

        Assert.NotNull(Alice.Machine.FindPeer(mallory.Who.PeerId));
        Assert.Null(Alice.Machine.Pins.OwnerOf(mallory.UserId));
    }

    /// <summary>Another's public key, and the private one of whom it is shown to: enough for the first message.</summary>
    private sealed class StolenKey(byte[] claimed, AgreementKey stolen) : AgreementKey
    {
        public override ReadOnlySpan<byte> PublicKey => claimed;

        public override bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> secret) => stolen.TryAgree(claimed, secret);

        protected override void Dispose(bool disposing)
        {
        }
    }
}
