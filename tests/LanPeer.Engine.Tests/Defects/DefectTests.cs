using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.SeedStandIn;
using LanPeer.Tests.Engine;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Defects;

/// <summary>
/// The defects measured in the seed's program, each by its number in the order of REFERENCE: what it did wrong, LanPeer
/// does right. This part: finding each other.
/// </summary>
public sealed partial class DefectTests : EngineTest
{
    private readonly VirtualLan _lan = new();

    [Fact]
    public void D01_Two_peers_at_rest_send_less_than_one_discovery_datagram_a_second()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");
        VirtualPeer bob = _lan.AddPeer("bob", "10.77.0.2");
        _lan.Run(3);
        alice.Forget();
        bob.Forget();

        _lan.Run(300);

        Assert.InRange(alice.Sent.Concat(bob.Sent).Count(packet => packet.Type == "PEER_DISCOVERY"), 1, 299);
        Assert.Equal([bob.UserId], alice.Known);
    }

    [Fact]
    public void D01_Next_to_a_peer_that_answers_answers_there_is_no_storm()
    {
        SeedPeer bob = StartSeed("bob", answerCap: 5);
        LanSession alice = Start("alice");
        Assert.True(bob.WaitForPeer(alice.UserId, Wait.Long));
        WaitToKnow(alice, bob.UserId);
        Wait.Until(() => bob.Happenings.Count(h => h is { Kind: SeedHappeningKind.Discovery, Socket: SeedSocketKind.Discovery }) >= 4, "the burst is over");

        // The one place where time itself is looked at: a storm makes tens of thousands in it.
        long sent = alice.Counters.Sent;
        Thread.Sleep(3_000);

        Assert.InRange(alice.Counters.Sent - sent, 0, 2);
        Assert.Equal(0, bob.Counters.DiscoveryAnswersCapped);
    }

    [Fact]
    public void D02_A_scan_lists_every_peer_with_its_id_address_and_port()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        using LanScan scan = LanScan.Open(LanNetwork.Loopback, DiscoveryPort);

        Assert.Equal(
            [(alice.UserId, "127.0.0.1", alice.Port), (bob.UserId, "127.0.0.1", bob.Port)],
            scan.Run(Wait.Long, CancellationToken.None).Take(2).Select(peer => (peer.UserId, peer.Address, peer.Port)).Order());
    }

    [Fact]
    public void D03_A_scan_leaves_no_ghost_in_anybodys_table()
    {
        LanSession alice = Start("alice");
        SeedPeer bob = StartSeed("bob");
        WaitToKnow(alice, bob.UserId);
        RawSocket tool = OpenRaw();
        using (LanScan scan = LanScan.Open(LanNetwork.Loopback, DiscoveryPort))
        {
            Assert.Equal(2, scan.Run(Wait.Long, CancellationToken.None).Take(2).Count());
        }

        // The seed's own tool, which advertises a port it does not listen on.
        tool.Broadcast(DiscoveryPort, "BROADCAST_TEST");
        tool.Broadcast(DiscoveryPort, Say.Seed("scanner@127.0.0.1", 9_999));
        Assert.Contains(alice.UserId, tool.Receive("PEER_DISCOVERY"), StringComparison.Ordinal);

        Assert.Equal([bob.UserId], alice.Peers.Select(peer => peer.UserId));
        Assert.DoesNotContain(bob.KnownPeers, peer => peer.Id != alice.UserId && peer.Id != "scanner@127.0.0.1");
    }

    [Fact]
    public void D13_Several_peers_of_one_host_find_each_other_and_talk()
    {
        LanSession[] peers = [.. Enumerable.Range(0, 4).Select(i => Start($"p{i}"))];
        Assert.All(peers, peer => Wait.Until(() => peer.Peers.Count == 3, $"{peer} knows the others"));

        peers[0].Post("hi");

        Assert.All(peers[1..], peer => Assert.Equal("hi", Receive(peer, LanMessageType.Post).Content));
    }

    [Fact]
    public void D14_With_the_discovery_port_taken_it_says_so_and_works_by_unicast()
    {
        using var holder = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        holder.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Any, DiscoveryPort));

        LanSession alice = Start("alice");
        LanSession bob = Start("bob", o => o with { Seeds = [$"127.0.0.1:{alice.Port}"] });

        Assert.Equal(LanSessionState.DiscoveryBlocked, alice.State);
        WaitToKnow(alice, bob.UserId);
        alice.SendDM(bob.UserId, "hi");
        Assert.Equal("hi", Receive(bob, LanMessageType.DM).Content);
    }

    [Fact]
    public void D15_A_taken_port_is_an_error_when_asked_for_and_otherwise_another_one_is_found()
    {
        RawSocket holder = OpenRaw();

        Assert.Equal(LanErrorId.PortInUse, ErrorOf(() => Start("alice", o => o with { Port = holder.Port })));
        for (int i = 0; i < 20; i++)
        {
            using Transport.UdpPort port = PortOpener.OpenUnicast(Options("alice"), holder.Port, holder.Port + 5);
            Assert.InRange(port.Port, holder.Port + 1, holder.Port + 5);
        }
    }

    [Fact]
    public void D16_Without_a_route_peers_of_the_host_meet_and_with_links_each_of_them_is_announced_on()
    {
        LocalNetwork lonely = new([], [], isLoopbackOnly: false, usesLimitedBroadcast: true);
        VirtualPeer alice = _lan.AddPeer("alice", "127.0.0.1", network: lonely);
        VirtualPeer bob = _lan.AddPeer("bob", "127.0.0.1", network: lonely);
        _lan.Settle();

        Assert.Equal([bob.UserId], alice.Known);
        LocalNetwork two = new(
            [new("eth0", VirtualLan.Address("10.77.0.1"), 24), new("eth1", VirtualLan.Address("10.88.0.1"), 24)], [], isLoopbackOnly: false, usesLimitedBroadcast: true);
        Assert.Equal(["10.77.0.255", "10.88.0.255", "255.255.255.255", "127.255.255.255"],
            two.Broadcasts.Select(address => new Ipv4Endpoint(address, 1).AddressText));
    }

    [Fact]
    public void D22_Who_leaves_says_so_to_those_who_understand_it()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        SeedPeer carol = StartSeed("carol");
        WaitToKnow(bob, carol.UserId);

        bob.Dispose();

        Wait.Until(() => alice.Peers.All(peer => peer.UserId != bob.UserId), "bob is gone");
        Assert.Empty(carol.Counters.UnknownTypes);
    }

    [Fact]
    public void D24_A_latecomer_gets_the_profile()
    {
        LanSession alice = Start("alice");
        alice.SetProfile("Alice A.", "here", null);

        SeedPeer bob = StartSeed("bob");
        LanSession carol = Start("carol");

        Assert.NotNull(bob.WaitFor(h => h.Kind == SeedHappeningKind.Profile && h.Fields["DISPLAY_NAME"] == "Alice A.", Wait.Long));
        Assert.Equal("here", Receive(carol, LanMessageType.Profile).Content);
    }
}
