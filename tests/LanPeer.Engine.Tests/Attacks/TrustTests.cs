using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Pins and what people decide about them, against those who would like them otherwise.</summary>
public sealed class TrustTests : AttackTest
{
    [Fact]
    public void A_peer_is_new_once_and_pinned_from_then_on()
    {
        Assert.Equal(PinVerdict.New, Alice.Peer(Bob.UserId).Verdict);
        Alice.Restart();
        Lan.Run(3);
        Assert.Equal(PinVerdict.Pinned, Alice.Peer(Bob.UserId).Verdict);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whoever_comes_back_after_a_restart_is_pinned_whether_its_goodbye_was_heard_or_not(bool saysGoodbye)
    {
        Assert.Equal(PinVerdict.New, Alice.Peer(Bob.UserId).Verdict);
        if (saysGoodbye)
        {
            Bob.Stop();
        }

        Bob.Restart();
        Lan.Run(3);
        Assert.Equal(PinVerdict.Pinned, Alice.Peer(Bob.UserId).Verdict);
    }

    [Fact]
    public void New_keys_of_the_same_run_do_not_make_it_less_new()
    {
        // Sessions are made anew every ten minutes.
        Lan.Run(1_500);
        Assert.Equal(PinVerdict.New, Alice.Peer(Bob.UserId).Verdict);
    }

    [Fact]
    public void Approval_holds_at_once_and_after_a_restart()
    {
        string bob = Bob.Machine.Identity.PeerId;
        Alice.Do((now, effects) => Alice.Machine.Approve(now, bob, Bob.UserId, effects));
        Assert.Equal(PinVerdict.Approved, Alice.Peer(Bob.UserId).Verdict);
        Alice.Restart();
        Lan.Run(3);
        Assert.Equal(PinVerdict.Approved, Alice.Peer(Bob.UserId).Verdict);
        AssertTheyTalk();
    }

    [Fact]
    public void A_block_survives_another_name_another_address_and_a_restart()
    {
        string bob = Bob.Machine.Identity.PeerId;
        Alice.Do((now, effects) => Alice.Machine.Block(now, bob, effects));
        Assert.Empty(Alice.Known);
        Alice.Forget();
        Bob.DM(Alice.UserId, "let me in");
        Bob.Post("let me in");
        Lan.Run(40);
        Bob.Plan.Settings = Bob.Plan.Settings with { Name = "robert" };
        Bob.Restart(9_999);
        Lan.Run(40);
        Lan.Move(Bob.Host, "10.77.0.2", "10.77.0.22");
        Lan.Run(40);
        Alice.Restart();
        Lan.Run(40);

        Assert.Empty(Alice.Known);
        Assert.Empty(Alice.Arrivals);
        Assert.Empty(Bob.Known);
        Assert.Contains(DropReason.Blocked, Alice.Reasons.Concat(Alice.WorkReasons));

        // Nobody else gets his place, not even in the clear.
        Assert.Equal(DropReason.Downgrade, Alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.2", 8_001), Say.Seed("bob@10.77.0.2", 8_001)));
        Alice.Do((_, _) => Alice.Machine.Unblock(bob));
        Lan.Run(40);
        Assert.Equal(bob, Alice.Peer("robert@10.77.0.22").Who?.PeerId);
        AssertTheyTalk();
    }

    [Fact]
    public void Approving_whoever_came_under_a_pinned_id_moves_the_id()
    {
        Mallory mallory = NewMallory();
        mallory.UserId = Bob.UserId;
        Assert.True(mallory.Connect(Alice));
        Assert.Equal(PinVerdict.Conflict, Alice.Peer(mallory.Who.PeerId).Verdict);
        Alice.Do((now, effects) => Alice.Machine.Approve(now, mallory.Who.PeerId, Bob.UserId, effects));

        Assert.Equal(PinVerdict.Approved, Alice.Peer(mallory.Who.PeerId).Verdict);
        Assert.Equal(mallory.Who.PeerId, Alice.Machine.FindPeer(Bob.UserId)?.Who?.PeerId);
        Assert.Equal(PinVerdict.Conflict, Alice.Peer(Bob.Machine.Identity.PeerId).Verdict);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ten_thousand_identities_of_one_address_take_nothing_from_anybody(bool hasNamesOfItsOwn)
    {
        var lan = new VirtualLan { HistoryLimit = 100 };
        lan.Log.Limit = 100;
        AdversaryHands hands = lan.Add(new Eve(), []);
        VirtualPeer alice = lan.AddPeer("alice", "10.77.0.1");
        VirtualPeer bob = lan.AddPeer("bob", "10.77.0.2");
        VirtualPeer carol = lan.AddPeer("carol", "10.77.0.3");
        lan.Run(3);
        bob.Kill();
        VirtualSocket socket = lan.AddSocket("10.77.0.66", 6_666);
        int met = 0;
        for (int i = 0; i < 10_500; i++)
        {
            var identity = new Mallory(lan, hands, new PeerKeys(1_000_000 + (ulong)i, isReal: false), socket,
                hasNamesOfItsOwn ? $"m{i}@10.77.0.66" : $"m{i}@somewhere");
            if (identity.Connect(alice))
            {
                met++;
                identity.Frame(alice, FrameType.Leave, []);
            }

            lan.Run(0.05);
        }

        Assert.True(met > 1_000, $"{met}");
        Assert.InRange(alice.Machine.Pins.Count, 2, PinBook.DefaultCapacity);
        Assert.InRange(alice.Machine.Peers.Count, 1, 70);
        Assert.Equal(bob.Machine.Identity.PeerId, alice.Machine.Pins.OwnerOf(bob.UserId));
        Assert.Equal(carol.Machine.Identity.PeerId, alice.Machine.Pins.OwnerOf(carol.UserId));
        carol.DM(alice.UserId, "I am well");
        lan.Settle();
        Assert.Equal("I am well", alice.Arrivals[^1].Content);
        bob.Restart();
        lan.Run(40);
        Assert.Equal(PinVerdict.Pinned, alice.Peer(bob.UserId).Verdict);
    }
}
