using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using LanPeer.Tests.Engine;
using Xunit;

namespace LanPeer.Tests.Interop;

/// <summary>Several hosts on networks that lose, hosts that die or fall silent, and networks with a router between.</summary>
public sealed class LossyNetworkTests : IDisposable
{
    /// <summary>What happens within seconds, or within a minute when chance and a busy machine are against it, has happened by then.</summary>
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(2);

    private readonly NamespaceLab _lab = new();
    private readonly List<ChildPeer> _peers = [];
    private readonly List<string> _hosts = [];

    public void Dispose()
    {
        _peers.ForEach(peer => peer.Dispose());
        _lab.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(30)]
    public void Whatever_share_both_hosts_lose_messages_arrive_complete_in_order_and_once(int percent)
    {
        const int Count = 300;
        string there = _lab.AddHost();
        _lab.Link((_lab.First, "10.77.0.1"), (there, "10.77.0.2"));
        NamespaceLab.LoseAtRandom(_lab.First, percent);
        NamespaceLab.LoseAtRandom(there, percent);
        ChildPeer alice = Session(_lab.First, "alice");
        ChildPeer bob = Session(there, "bob");
        WaitUntilAllKnowEachOther();

        alice.Tell($"DMS {bob.UserId} {Count}");
        bob.Tell($"DMS {alice.UserId} {Count}");

        Assert.Equal(Enumerable.Range(1, Count), Enumerable.Range(0, Count).Select(_ => NextNumber(bob)));
        Assert.Equal(Enumerable.Range(1, Count), Enumerable.Range(0, Count).Select(_ => NextNumber(alice)));
        AssertDelivered(alice, Count);
        AssertDelivered(bob, Count);

        // What came twice would come before this.
        alice.Tell($"DM {bob.UserId} 0");
        Assert.Equal(0, NextNumber(bob));
        bob.Tell($"DM {alice.UserId} 0");
        Assert.Equal(0, NextNumber(alice));

        // Each message fills half a datagram: that none of 300 is lost happens once in ten million times at 5 %, often at 1 %.
        Assert.True(percent < 5 || NamespaceLab.CountLost(there) > 0);
    }

    [Fact]
    public void A_killed_peer_of_five_is_forgotten_by_the_others()
    {
        PlugIn("10.77.0", 5);
        WaitUntilAllKnowEachOther();
        ChildPeer dead = _peers[2];

        dead.Kill();

        WaitUntilForgotten(dead);
        AssertKnowEachOther(_peers.Where(peer => peer != dead));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_host_without_power_is_forgotten_and_found_again_when_it_is_back(bool sees)
    {
        string link = PlugIn("10.77.0", 5)[2];
        WaitUntilAllKnowEachOther();
        ChildPeer silent = _peers[2];
        string host = _hosts[2];

        // Its own end is down, and its peer is told; or its frames get nowhere, and nobody is told anything.
        if (sees)
        {
            NamespaceLab.Unplug(host, link);
        }
        else
        {
            _lab.Isolate(link);
        }

        WaitUntilForgotten(silent);
        AssertKnowEachOther(_peers.Where(peer => peer != silent));

        if (sees)
        {
            NamespaceLab.PlugIn(host, link);
        }
        else
        {
            _lab.Reconnect(link);
        }

        WaitUntilAllKnowEachOther();
    }

    [Fact]
    public void A_peer_that_is_stopped_for_moments_is_never_lost_and_gets_its_messages()
    {
        PlugIn("10.77.0", 4);
        WaitUntilAllKnowEachOther();
        ChildPeer slow = _peers[1];

        for (int round = 0; round < 8; round++)
        {
            slow.Signal("STOP");
            long stopped = Stopwatch.GetTimestamp();
            _peers[0].Tell($"DMS {slow.UserId} 3");
            do
            {
                AssertKnow(_peers.Where(peer => peer != slow), slow);
            }
            while (Stopwatch.GetElapsedTime(stopped) < TimeSpan.FromSeconds(0.2));
            slow.Signal("CONT");

            Assert.Equal([1, 2, 3], Enumerable.Range(0, 3).Select(_ => NextNumber(slow)));
            AssertDelivered(_peers[0], 3);
            AssertKnowEachOther(_peers);
        }

        // A probe that was under way at the last stop has ended by then.
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(2);)
        {
            AssertKnowEachOther(_peers);
        }
    }

    [Fact]
    public void One_seed_makes_the_peers_of_two_networks_known_to_each_other()
    {
        string router = _lab.AddHost();
        _lab.Plug(router, "10.77.0.254");
        _lab.Plug(router, "10.88.0.254");
        NamespaceLab.Forward(router);
        PlugIn("10.77.0", 3, via: "10.77.0.254");
        PlugIn("10.88.0", 2, via: "10.88.0.254");

        string last = _lab.AddHost();
        _lab.Plug(last, "10.88.0.3");
        NamespaceLab.AddDefaultRoute(last, "10.88.0.254");
        Session(last, "seeded", "--seed", $"10.77.0.1:{_peers[0].Port}");

        WaitUntilAllKnowEachOther();
        _peers[4].Tell($"DMS {_peers[1].UserId} 1");
        Assert.Equal(1, NextNumber(_peers[1]));
        AssertDelivered(_peers[4], 1);
    }

    /// <summary>Adds hosts with a peer each.</summary>
    /// <returns>Their links.</returns>
    private List<string> PlugIn(string network, int count, string? via = null)
    {
        List<string> links = [];
        for (int i = 1; i <= count; i++)
        {
            string host = _lab.AddHost();
            links.Add(_lab.Plug(host, $"{network}.{i}"));
            if (via is not null)
            {
                NamespaceLab.AddDefaultRoute(host, via);
            }

            _hosts.Add(host);
            Session(host, $"peer{_hosts.Count}");
        }

        return links;
    }

    private ChildPeer Session(string host, string name, params string[] more)
    {
        _peers.Add(ChildPeer.InNamespace(host, "LanPeer.EnginePeer.dll", ["--name", name, .. more]));
        return _peers[^1];
    }

    private static int NextNumber(ChildPeer peer)
        => int.Parse(peer.Next("dm").GetProperty("text").GetString()!.Split(' ')[0], CultureInfo.InvariantCulture);

    private static void AssertDelivered(ChildPeer sender, int count)
    {
        JsonElement sent = sender.Next("sent", line => line.GetProperty("command").GetString() == "DMS");
        string[] states = [.. sent.GetProperty("deliveries").EnumerateArray().Select(delivery => $"{delivery.GetProperty("state")}{delivery.GetProperty("reason")}")];
        Assert.Equal(Enumerable.Repeat("Delivered", count), states);
    }

    /// <summary>The others are there for it: a peer that was only named, or does not answer, does not count.</summary>
    private static bool Sees(ChildPeer one, ChildPeer other)
        => one.Peers("PEERS").TryGetValue(other.UserId, out JsonElement peer) && peer.GetProperty("state").GetString() == "Alive";

    private void WaitUntilAllKnowEachOther()
    {
        foreach (ChildPeer one in _peers)
        {
            foreach (ChildPeer other in _peers.Where(other => other != one))
            {
                Wait.Until(() => Sees(one, other), $"{one.UserId} sees {other.UserId}", s_bound);
            }
        }
    }

    private void WaitUntilForgotten(ChildPeer lost)
    {
        foreach (ChildPeer peer in _peers.Where(peer => peer != lost))
        {
            Wait.Until(() => !peer.Peers("PEERS").ContainsKey(lost.UserId), $"{peer.UserId} forgets {lost.UserId}", s_bound);
        }
    }

    private static void AssertKnowEachOther(IEnumerable<ChildPeer> peers)
    {
        foreach (ChildPeer peer in peers)
        {
            AssertKnow(peers.Where(other => other != peer), peer);
        }
    }

    private static void AssertKnow(IEnumerable<ChildPeer> peers, ChildPeer one)
        => Assert.All(peers, peer => Assert.Contains(one.UserId, peer.Peers("PEERS").Keys));
}
