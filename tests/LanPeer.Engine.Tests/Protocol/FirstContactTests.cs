using System;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>Peers that start on a link which loses datagrams.</summary>
public sealed class FirstContactTests
{
    [Theory]
    [InlineData(0.1, 12)]
    [InlineData(0.3, 25)]
    public void Peers_on_a_bad_link_meet_without_waiting_for_the_next_announcement(double loss, double seconds)
    {
        int late = 0;
        for (int seed = 1; seed <= 60; seed++)
        {
            var lan = new VirtualLan(seed);
            lan.Add(new Loss(loss));
            VirtualPeer alice = lan.AddPeer("alice", "10.77.0.1");
            VirtualPeer bob = lan.AddPeer("bob", "10.77.0.2");
            late += lan.RunUntil(() => alice.Known.Contains(bob.UserId) && bob.Known.Contains(alice.UserId), TimeSpan.FromSeconds(seconds)) ? 0 : 1;
        }

        // A row of losses may always be longer.
        Assert.InRange(late, 0, loss > 0.2 ? 3 : 0);
    }

    [Fact]
    public void Whoever_announces_what_nobody_answers_for_does_not_make_others_talk()
    {
        var lan = new VirtualLan();
        VirtualPeer alice = lan.AddPeer("alice", "10.77.0.1");
        lan.Run(5);
        alice.Forget();
        for (int i = 0; i < 600; i++)
        {
            byte[] key = [4, .. Enumerable.Repeat((byte)(i % 251), 62), (byte)(i / 251), 1];
            string peerId = $"{new string('A', 29)}{(char)('A' + (i / 576))}{(char)('A' + (i / 24 % 24))}{(char)('A' + (i % 24))}";
            alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.66", 9_000 + i), Say.LanPeer(
                $"peer{i}@10.77.0.66", 9_000 + i, $"{i + 1:x8}", [("PEER_ID", peerId), ("KEY", Convert.ToBase64String(key))]));
            lan.Run(0.1);
        }

        Assert.InRange(alice.Sent.Count(packet => packet.To.Port == VirtualLan.DiscoveryPort && packet.To.AddressText == "10.77.0.255"), 2, 9);
    }
}
