using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>Who hears of whom, where no broadcast reaches; what it costs to be here.</summary>
public sealed class MembershipTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void One_seed_brings_two_broadcast_domains_together(int seed)
    {
        var lan = new VirtualLan(seed);
        List<VirtualPeer> peers = [.. Enumerable.Range(1, 8).SelectMany(i => (VirtualPeer[])
            [lan.AddPeer($"a{i}", $"10.77.0.{i}"), lan.AddPeer($"b{i}", $"10.77.1.{i}")])];
        lan.Run(10);
        Assert.All(peers, peer => Assert.Equal(7, peer.Machine.Peers.Count));
        VirtualPeer newcomer = lan.AddPeer("newcomer", "10.77.0.99", s => s with { Seeds = [peers[1].Endpoint] });

        Assert.True(lan.RunUntil(() => newcomer.Machine.Peers.Count == 16, TimeSpan.FromSeconds(10)));
        Assert.True(lan.RunUntil(() => peers.TrueForAll(peer => peer.Machine.Peers.Count == 16), TimeSpan.FromSeconds(60)));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(400)]
    public void A_network_that_was_cut_in_two_is_whole_within_a_minute_after_it_heals(int seconds)
    {
        // Without announcements: who lost each other find each other by looking, and by what members tell.
        var lan = new VirtualLan(3);
        List<VirtualPeer> peers = [.. Enumerable.Range(1, 12).Select(i => lan.AddPeer(
            $"p{i}", $"10.77.{i % 2}.{i}", s => s with { AnnounceInterval = TimeSpan.FromHours(10), Seeds = [VirtualLan.Endpoint("10.77.0.2", 8_001)] }))];
        Assert.True(lan.RunUntil(() => peers.TrueForAll(peer => peer.Machine.Peers.Count == 11), TimeSpan.FromSeconds(60)));
        Partition cut = lan.Add(new Partition(peers.Take(5).Select(peer => peer.Host), peers.Skip(5).Select(peer => peer.Host)));
        lan.Run(seconds);
        Assert.All(peers.Take(5), peer => Assert.Equal(4, peer.Machine.Peers.Count));
        Assert.All(peers.Skip(5), peer => Assert.Equal(6, peer.Machine.Peers.Count));
        cut.IsOn = false;

        Assert.True(lan.RunUntil(() => peers.TrueForAll(peer => peer.Machine.Peers.Count == 11), TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void The_dead_do_not_go_round()
    {
        (VirtualLan lan, List<VirtualPeer> peers) = DetectionTests.Network(2, 10);
        VirtualPeer dead = peers[4];
        dead.Host.PowerOff();
        peers.Remove(dead);
        lan.Run(15);
        Assert.All(peers, peer => Assert.Null(peer.Machine.FindPeer(dead.UserId)));
        peers.ForEach(peer => peer.Forget());
        lan.Run(TimeSpan.FromMinutes(12));

        Assert.All(peers, peer => Assert.Empty(peer.Changes));

        // For ten minutes at growing intervals, and then no more.
        Assert.All(peers, peer => Assert.InRange(peer.Sent.Count(packet => packet.To == dead.Endpoint), 5, 25));
        peers.ForEach(peer => peer.Forget());
        lan.Run(TimeSpan.FromMinutes(5));
        Assert.All(peers, peer => Assert.DoesNotContain(peer.Sent, packet => packet.To == dead.Endpoint));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public void To_be_here_costs_at_most_four_datagrams_and_1000_bytes_a_second(int count)
    {
        (VirtualLan lan, List<VirtualPeer> peers) = DetectionTests.Network(2, count);
        peers.ForEach(peer => peer.Forget());
        const int Seconds = 60;
        lan.Run(Seconds);

        List<Packet> sent = [.. peers.SelectMany(peer => peer.Sent).Where(packet => !packet.IsBroadcast)];
        Assert.InRange(sent.Count / (double)Seconds / count, 1.5, 4);
        Assert.InRange(sent.Sum(packet => packet.Bytes.Length) / (double)Seconds / count, 60, 1_000);
        Assert.All(sent, packet => Assert.InRange(packet.Bytes.Length, 1, 1_200));
    }

    [Fact]
    public void Keys_that_carry_no_messages_are_changed_once_an_hour()
    {
        (VirtualLan lan, List<VirtualPeer> peers) = DetectionTests.Network(2, 5);
        peers.ForEach(peer => peer.Forget());
        lan.Run(TimeSpan.FromHours(4));

        int handshakes = peers.Sum(peer => peer.Sent.Count(packet => packet.Bytes[0] == WireLimits.BinaryMark && packet.Bytes[1] == (byte)SealedType.Initiation));
        Assert.InRange(handshakes, 30, 45);
        Assert.All(peers, peer => Assert.Empty(peer.Changes));
    }

    [Fact]
    public void A_message_after_a_quiet_half_hour_waits_for_new_keys_and_arrives()
    {
        (VirtualLan lan, List<VirtualPeer> peers) = DetectionTests.Network(2, 2);
        lan.Run(TimeSpan.FromMinutes(30));
        TransportKeys old = peers[0].Peer(peers[1].UserId).Contact!.Current!;
        peers[0].DM(peers[1].UserId, "still there?");
        lan.Settle();

        Assert.Equal("still there?", Assert.Single(peers[1].Arrivals).Content);
        Assert.NotSame(old, peers[0].Peer(peers[1].UserId).Contact!.Current);
        Assert.False(old.CarriedMessage);
    }
}
