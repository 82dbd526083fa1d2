using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.VirtualNetwork;

/// <summary>Who hears what.</summary>
public sealed class RoutingTests
{
    private readonly VirtualLan _lan = new();

    [Fact]
    public void A_broadcast_stays_on_its_segment()
    {
        VirtualSocket a = Listener("10.77.0.1");
        VirtualSocket b = Listener("10.77.0.2");
        VirtualSocket c = Listener("10.77.1.3");

        a.Broadcast("to all");
        a.Send(VirtualLan.Endpoint("10.77.0.255", 50_999), "to all of this net");
        a.Send(VirtualLan.Endpoint("10.77.1.255", 50_999), "to all of another net");
        _lan.Settle();

        Assert.Equal(["to all", "to all of this net"], b.Received.Select(packet => packet.Text));
        Assert.Equal(2, a.Received.Count(packet => packet.From == a.Endpoint && packet.Text != "to all of another net"));
        Assert.Empty(c.Received);
    }

    [Fact]
    public void A_unicast_is_routed_unless_there_is_no_router()
    {
        VirtualSocket a = Listener("10.77.0.1");
        VirtualSocket c = Listener("10.77.1.3");
        a.Send(c.Endpoint, "routed");
        _lan.Settle();
        Assert.Equal(a.Endpoint, Assert.Single(c.Received).From);

        _lan.IsRouted = false;
        a.Send(c.Endpoint, "lost");
        _lan.Settle();

        Assert.Single(c.Received);
    }

    [Fact]
    public void A_host_with_two_addresses_is_on_both_segments_and_speaks_from_the_one_of_its_receiver()
    {
        _lan.AddHost("10.77.0.1", "10.77.1.1");
        VirtualSocket a = Listener("10.77.0.1");
        VirtualSocket b = Listener("10.77.0.2");
        VirtualSocket c = Listener("10.77.1.3");
        VirtualSocket far = Listener("10.77.2.4");

        foreach (VirtualSocket to in (VirtualSocket[])[b, c, far])
        {
            a.Send(to.Endpoint, "hello");
            to.Send(VirtualLan.Endpoint("10.77.1.1", 9_000), "to its second address");
        }

        a.Send(VirtualLan.Endpoint("10.77.1.255", 50_999), "on the second segment");
        a.Broadcast("by the default route");
        _lan.Settle();

        Assert.Equal(["hello", "by the default route"], b.Received.Select(packet => packet.Text));
        Assert.Equal(["hello", "on the second segment"], c.Received.Select(packet => packet.Text));
        Assert.Equal("10.77.1.1:9000", c.Received[0].From.ToString());
        Assert.Equal("10.77.0.1:9000", Assert.Single(far.Received).From.ToString());
        Assert.Equal(3, a.Received.Count(packet => packet.Text == "to its second address"));
        Assert.Equal(2, _lan.AddPeer("multi", "10.77.0.1").Machine.Network.Links.Count);
    }

    [Fact]
    public void Programs_of_one_host_hear_each_other_through_loopback_and_nobody_else_does()
    {
        VirtualSocket one = Listener("10.77.0.1");
        VirtualSocket other = _lan.AddSocket("10.77.0.1", 9_001);
        other.HearsBroadcasts = true;
        VirtualSocket stranger = Listener("10.77.0.2");

        one.Send(VirtualLan.Endpoint("127.255.255.255", 50_999), "on this host");
        one.Send(VirtualLan.Endpoint("127.0.0.1", 9_001), "to one port of it");
        _lan.Settle();

        Assert.Equal(["on this host", "to one port of it"], other.Received.Select(packet => packet.Text));
        Assert.All(other.Received, packet => Assert.Equal("127.0.0.1:9000", packet.From.ToString()));
        Assert.Empty(stranger.Received);
    }

    [Fact]
    public void A_unicast_to_a_shared_port_reaches_one_of_the_host_and_not_always_the_same()
    {
        VirtualSocket a = Listener("10.77.0.1");
        VirtualSocket[] sharing = [.. Enumerable.Range(9_000, 3).Select(port => _lan.AddSocket("10.77.0.2", port))];
        Array.ForEach(sharing, socket => socket.HearsBroadcasts = true);

        for (int i = 0; i < 300; i++)
        {
            a.Send(VirtualLan.Endpoint("10.77.0.2", 50_999), "whoever you are");
        }

        _lan.Settle();

        Assert.Equal(300, sharing.Sum(socket => socket.Received.Count));
        Assert.All(sharing, socket => Assert.InRange(socket.Received.Count, 70, 130));
    }

    [Fact]
    public void A_host_that_moved_is_reached_at_its_new_address_alone_and_its_peers_notice_when_they_look()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");
        VirtualPeer bob = _lan.AddPeer("bob", "10.77.0.2");
        VirtualSocket probe = _lan.AddSocket("10.77.0.9", 9_000);
        _lan.Run(1);

        _lan.Move(alice.Host, "10.77.0.1", "10.77.0.7", noticedAfter: TimeSpan.FromSeconds(2));
        Assert.Equal("10.77.0.7:8000", alice.Endpoint.ToString());
        Assert.Equal("alice@10.77.0.1", alice.UserId);
        int heard = alice.Reasons.Count;
        probe.Send(VirtualLan.Endpoint("10.77.0.1", 8_000), "TYPE:PING\n\n");
        _lan.Settle();
        Assert.Equal(heard, alice.Reasons.Count);
        probe.Send(VirtualLan.Endpoint("10.77.0.7", 8_000), "TYPE:PING\n\n");
        _lan.Run(3);

        Assert.Equal("alice@10.77.0.7", alice.UserId);
        Assert.Contains("alice@10.77.0.7", bob.Known);
        Assert.True(alice.Reasons.Count > heard);
    }

    [Fact]
    public void What_is_on_the_way_to_an_address_its_host_lost_is_lost()
    {
        VirtualSocket a = Listener("10.77.0.1");
        VirtualSocket b = Listener("10.77.0.2");
        a.Send(b.Endpoint, "too late");
        _lan.Move(b.Host, "10.77.0.2", "10.77.1.2");
        _lan.Settle();

        Assert.Empty(b.Received);
        Assert.Equal("10.77.1.0/24", Assert.Single(b.Host.Segments).ToString());
    }

    [Fact]
    public void Three_hundred_ideal_peers_find_their_neighbours_at_once()
    {
        _lan.HistoryLimit = 0;
        _lan.Log.Limit = 0;
        List<VirtualPeer> peers = [.. Enumerable.Range(0, 300).Select(i => _lan.AddSilentPeer($"p{i}", $"10.77.{i % 6}.{(i / 6) + 1}"))];
        peers.ForEach(peer => peer.Start());

        // 50 on each of six segments: 7,350 handshakes, in six round trips.
        _lan.Run(0.05);

        Assert.All(peers, peer => Assert.Equal(49, peer.Machine.Peers.Count));
        Assert.True(_lan.Events > 50_000);
        _lan.Run(60);
        Assert.All(peers, peer => Assert.Equal(49, peer.Machine.Peers.Count));
    }

    private VirtualSocket Listener(string address)
    {
        VirtualSocket socket = _lan.AddSocket(address, 9_000);
        socket.HearsBroadcasts = true;
        return socket;
    }
}
