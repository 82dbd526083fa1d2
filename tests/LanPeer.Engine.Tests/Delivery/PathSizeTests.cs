using System;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Delivery;

/// <summary>How large datagrams are on the way to a peer of the same host (docs/protocol.md, "Frames").</summary>
public sealed class PathSizeTests
{
    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly VirtualPeer _bob;
    private int _packets;

    public PathSizeTests()
    {
        // One host by its address on the network, as two peers of one machine see each other.
        _alice = _lan.AddPeer("alice", "10.77.0.1");
        _bob = _lan.AddPeer("bob", "10.77.0.1");
        _lan.Run(3);
        _alice.DM(_bob.UserId, "the stream begins, and there is credit");
        _lan.Run(0.1);
        Begin();
    }

    [Fact]
    public void Datagrams_to_the_same_host_are_larger()
    {
        _alice.DM(_bob.UserId, new string('x', 100_000));
        _lan.Run(1);

        Assert.Equal(100_000, Assert.Single(_bob.Arrivals).Content.Length);
        Assert.Equal(32_768, Largest());
        Assert.Equal(4, Sent().Length);
    }

    [Fact]
    public void Where_the_loopback_interface_takes_less_they_are_smaller()
    {
        var network = new LocalNetwork(
            [new LocalLink("eth0", VirtualLan.Address("10.77.0.4"), 24)], [VirtualLan.Address("10.77.0.4")], isLoopbackOnly: false, usesLimitedBroadcast: true)
        {
            LoopbackDatagram = PathSize.SameHostOnMacOS,
        };
        VirtualPeer dave = _lan.AddPeer("dave", "10.77.0.4", network: network);
        VirtualPeer erin = _lan.AddPeer("erin", "10.77.0.4");
        _lan.Run(3);
        _packets = _lan.Log.Count;
        dave.DM(erin.UserId, new string('x', 100_000));
        _lan.Run(1);

        Assert.Equal(100_000, Assert.Single(erin.Arrivals).Content.Length);
        Assert.Equal(8_192, _lan.Log.Skip(_packets).Where(packet => packet.From == dave.Endpoint).Max(packet => packet.Bytes.Length));
    }

    [Fact]
    public void Small_messages_share_them_up_to_as_many_as_a_receiver_acts_on()
    {
        for (int i = 0; i < 1_000; i++)
        {
            _alice.DM(_bob.UserId, $"{i}");
        }

        _lan.Run(1);

        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => $"{i}"), _bob.Arrivals.Select(arrival => arrival.Content));
        Assert.DoesNotContain(DropReason.BadFrame, _bob.Reasons);
        Assert.InRange(Largest(), 30_000, 32_768);
        Assert.All(_alice.Settled, settled => Assert.Equal((Outcome.Delivered, 1), (settled.Outcome, settled.Tries)));
    }

    [Fact]
    public void Where_large_ones_do_not_get_through_small_ones_are_sent_and_large_ones_tried_again_later()
    {
        var relay = _lan.Add(new Loss(1) { IncludesLocal = true, Only = transit => transit.Packet.Bytes.Length > 1_500 });
        _alice.DM(_bob.UserId, new string('x', 100_000));
        _lan.Run(10);
        Assert.Equal(100_000, Assert.Single(_bob.Arrivals).Content.Length);

        Begin();
        _alice.DM(_bob.UserId, new string('y', 100_000));
        _lan.Run(1);
        Assert.Equal(100_000, Assert.Single(_bob.Arrivals).Content.Length);
        Assert.InRange(Largest(), 1_000, 1_200);

        relay.IsOn = false;
        _lan.Run(TimeSpan.FromMinutes(1));
        Begin();
        _alice.DM(_bob.UserId, new string('z', 100_000));
        _lan.Run(1);
        Assert.Equal(100_000, Assert.Single(_bob.Arrivals).Content.Length);
        Assert.Equal(32_768, Largest());
    }

    [Fact]
    public void A_peer_on_another_host_gets_what_every_network_carries()
    {
        _alice.DM(_bob.UserId, new string('x', 50_000));
        _lan.Run(1);
        Assert.Equal(32_768, Largest());

        VirtualPeer carol = _lan.AddPeer("carol", "10.77.0.3");
        _lan.Run(3);
        Begin();
        _alice.DM(carol.UserId, new string('x', 50_000));
        _lan.Run(1);
        Assert.Equal(50_000, Assert.Single(carol.Arrivals).Content.Length);
        Assert.InRange(Largest(), 1_000, 1_200);
    }

    [Fact]
    public void Time_outs_are_what_makes_them_small_for_a_minute()
    {
        var size = default(PathSize);
        Assert.Equal(PathSize.Everywhere, size.Choose(PathSize.Everywhere, 0, TimeSpan.Zero));
        Assert.Equal(PathSize.SameHost, size.Choose(PathSize.SameHost, 2, TimeSpan.Zero));
        Assert.Equal(PathSize.Everywhere, size.Choose(PathSize.SameHost, 3, TimeSpan.FromSeconds(1)));
        Assert.Equal(PathSize.Everywhere, size.Choose(PathSize.SameHost, 0, TimeSpan.FromSeconds(60)));
        Assert.Equal(PathSize.SameHost, size.Choose(PathSize.SameHost, 0, TimeSpan.FromSeconds(61)));
    }

    private void Begin()
    {
        _alice.Forget();
        _bob.Forget();
        _packets = _lan.Log.Count;
    }

    /// <summary>What alice has sent with messages in it, since the beginning. What is shorter acknowledges.</summary>
    private Packet[] Sent() => [.. _lan.Log.Skip(_packets).Where(packet => packet.From == _alice.Endpoint && packet.Bytes.Length > 130)];

    private int Largest() => Sent().Max(packet => packet.Bytes.Length);
}
