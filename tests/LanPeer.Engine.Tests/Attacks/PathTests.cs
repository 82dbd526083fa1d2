using System;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Who may move a peer: the peer itself, by being there.</summary>
public sealed class PathTests : AttackTest
{
    private readonly VirtualSocket _relay;
    private static readonly TimeSpan s_lead = TimeSpan.FromMilliseconds(5);

    public PathTests() => _relay = Lan.AddSocket("10.77.0.66", 6_666);

    [Fact]
    public void Whoever_carries_the_first_contact_is_not_where_the_peer_is()
    {
        VirtualPeer carol = Lan.AddSilentPeer("carol", "10.77.0.3");
        _relay.Reaction = (_, packet) => Hands.Inject(Alice.Endpoint, carol.Endpoint, packet.Bytes);
        Eve.Rule = (packet, hands) =>
        {
            if (packet.From != carol.Endpoint || packet.To != Alice.Endpoint || packet.Bytes[0] != WireLimits.BinaryMark)
            {
                return Verdict.Pass;
            }

            hands.Inject(_relay.Endpoint, packet.To, packet.Bytes);
            return Verdict.Drop;
        };
        carol.Start();
        Lan.Run(40);
        Assert.Equal(carol.Machine.Identity.PeerId, Alice.Peer(carol.UserId).Who?.PeerId);

        Eve.Rule = null;
        Lan.Run(40);
        PeerEntry entry = Alice.Peer(carol.UserId);
        Assert.Equal(carol.Endpoint, entry.Endpoint);
        Assert.True(entry.IsAddressMatched);
        Assert.Equal(carol.Machine.Identity.PeerId, Alice.Machine.Pins.OwnerOf(carol.UserId));
        Alice.DM(carol.UserId, "direct");
        Lan.Settle();
        Assert.Single(carol.Arrivals);
    }

    [Fact]
    public void Datagrams_sent_on_from_elsewhere_move_nobody()
    {
        Eve.Rule = (packet, hands) =>
        {
            if (packet.From == Bob.Endpoint && IsSealed(packet, SealedType.Transport))
            {
                hands.After(s_lead, () => hands.Inject(_relay.Endpoint, packet.To, packet.Bytes));
            }

            return Verdict.Pass;
        };
        AssertNotMovedIn(300);
    }

    [Fact]
    public void Datagrams_that_come_from_elsewhere_first_move_nobody()
    {
        // The adversary is nearer: what it sends on is always there before the original.
        Eve.Rule = (packet, hands) =>
        {
            if (packet.From != Bob.Endpoint || !IsSealed(packet, SealedType.Transport))
            {
                return Verdict.Pass;
            }

            hands.Inject(_relay.Endpoint, packet.To, packet.Bytes);
            hands.After(s_lead, () => hands.Inject(packet.From, packet.To, packet.Bytes));
            return Verdict.Drop;
        };
        AssertNotMovedIn(300);
    }

    [Fact]
    public void A_peer_behind_an_address_translation_is_reached_where_it_is_heard_from()
    {
        VirtualPeer carol = Lan.AddPeer("carol", "10.77.0.3", network: VirtualLan.Network("192.168.1.5"));
        Lan.Run(3);
        PeerEntry entry = Alice.Peer("carol@192.168.1.5");
        Assert.Equal(carol.Endpoint, entry.Endpoint);
        Assert.False(entry.IsAddressMatched);
        Assert.Null(Alice.Machine.Pins.OwnerOf("carol@192.168.1.5"));
        Eve.Rule = (packet, hands) =>
        {
            if (packet.From == carol.Endpoint && IsSealed(packet, SealedType.Transport))
            {
                hands.After(s_lead, () => hands.Inject(_relay.Endpoint, packet.To, packet.Bytes));
            }

            return Verdict.Pass;
        };
        Lan.Run(200);
        Assert.Equal(carol.Endpoint, entry.Endpoint);
        Alice.DM("carol@192.168.1.5", "through the wall");
        Lan.Settle();
        Assert.Single(carol.Arrivals);
    }

    [Fact]
    public void A_host_that_changes_its_address_takes_its_peer_with_it()
    {
        string who = Bob.Machine.Identity.PeerId;
        Lan.Move(Bob.Host, "10.77.0.2", "10.77.0.22", TimeSpan.FromSeconds(2));
        Lan.Run(6);

        PeerEntry entry = Assert.Single(Alice.Machine.Peers);
        Assert.Equal("bob@10.77.0.22", entry.UserId);
        Assert.Equal(who, entry.Who?.PeerId);
        Assert.Equal(Bob.Endpoint, entry.Endpoint);
        Assert.Equal(who, Alice.Machine.Pins.OwnerOf("bob@10.77.0.22"));
        AssertTheyTalk();
    }

    [Fact]
    public void Two_addresses_of_one_host_in_turn_do_not_make_a_peer_restless()
    {
        int count = 0;
        _ = Lan.AddHost("10.77.0.3");
        Ipv4Endpoint other = VirtualLan.Endpoint("10.77.0.3", Bob.Port);
        Eve.Rule = (packet, hands) =>
        {
            if (packet.From != Bob.Endpoint || packet.To != Alice.Endpoint || ++count % 2 == 0)
            {
                return Verdict.Pass;
            }

            hands.Inject(other, packet.To, packet.Bytes);
            return Verdict.Drop;
        };
        Alice.Forget();
        for (int i = 0; i < 60; i++)
        {
            Bob.DM(Alice.UserId, $"{i}");
            Lan.Run(5);
        }

        Assert.Equal(60, Alice.Arrivals.Count);
        Assert.DoesNotContain(Alice.Changes, change => change.Kind == PeerChangeKind.Updated);
        Assert.Equal(Bob.Endpoint, Alice.Peer(Bob.UserId).Endpoint);
    }

    private void AssertNotMovedIn(int seconds)
    {
        Alice.Forget();
        for (int i = 0; i < seconds; i += 10)
        {
            Bob.DM(Alice.UserId, $"{i}");
            Lan.Run(10);
            Assert.Equal(Bob.Endpoint, Alice.Peer(Bob.UserId).Endpoint);
        }

        Assert.Equal(seconds / 10, Alice.Arrivals.Count);
        Assert.DoesNotContain(_relay.Received, packet => packet.From == Alice.Endpoint && IsSealed(packet, SealedType.Transport)
            && packet.Bytes.Length > 100);
    }
}
