using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using LanPeer.Tests.Engine;
using Xunit;

namespace LanPeer.Tests.Interop;

/// <summary>Sessions on hosts with odd networks (REFERENCE D13, D16).</summary>
public sealed class NetworkTests : IDisposable
{
    private readonly NamespaceLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void D16_On_a_host_without_any_network_peers_find_each_other_and_talk()
    {
        using ChildPeer alice = Session(_lab.First, "alice");
        using ChildPeer bob = Session(_lab.First, "bob");
        Assert.Equal(("alice@127.0.0.1", "bob@127.0.0.1"), (alice.UserId, bob.UserId));
        alice.WaitToKnow(bob.UserId);
        bob.WaitToKnow(alice.UserId);

        alice.Tell("POST hi");
        bob.Tell($"DM {alice.UserId} hello");

        Assert.Equal("hi", bob.Next("post").GetProperty("text").GetString());
        Assert.Equal("hello", alice.Next("dm").GetProperty("text").GetString());
    }

    [Fact]
    public void D16_Without_a_default_route_hosts_on_one_link_find_each_other()
    {
        string there = _lab.AddHost();
        _lab.Link((_lab.First, "10.77.0.1"), (there, "10.77.0.2"));

        using ChildPeer alice = Session(_lab.First, "alice");
        using ChildPeer bob = Session(there, "bob");

        alice.WaitToKnow("bob@10.77.0.2");
        bob.WaitToKnow("alice@10.77.0.1");
        alice.Tell($"DM {bob.UserId} hi");
        Assert.Equal("hi", bob.Next("dm").GetProperty("text").GetString());
    }

    [Fact]
    public void D16_A_host_on_two_links_is_found_on_both()
    {
        string left = _lab.AddHost();
        string right = _lab.AddHost();
        _lab.Link((_lab.First, "10.77.0.1"), (left, "10.77.0.2"));
        _lab.Link((_lab.First, "10.88.0.1"), (right, "10.88.0.2"));
        using ChildPeer alice = Session(_lab.First, "alice");
        using ChildPeer bob = Session(left, "bob");
        using ChildPeer carol = Session(right, "carol");

        alice.WaitToKnow(bob.UserId);
        alice.WaitToKnow(carol.UserId);
        bob.WaitToKnow(alice.UserId);
        carol.WaitToKnow(alice.UserId);
        alice.Tell("POST to both sides");

        Assert.All([bob, carol], peer => Assert.Equal("to both sides", peer.Next("post").GetProperty("text").GetString()));

        // Carol hears alice from an address that alice's id does not name: known, usable, and marked.
        string[] ids = [bob.UserId, carol.UserId];
        Assert.All(ids, id => Assert.True(alice.Peers("PEERS")[id].GetProperty("matched").GetBoolean()));
        Assert.Single((ChildPeer[])[bob, carol], peer => peer.Peers("PEERS")[alice.UserId].GetProperty("matched").GetBoolean());
    }

    [Fact]
    public void D13_Several_peers_of_one_host_and_one_of_another_all_know_each_other()
    {
        string there = _lab.AddHost();
        _lab.Link((_lab.First, "10.77.0.1"), (there, "10.77.0.2"));
        List<ChildPeer> peers = [];
        try
        {
            peers.AddRange(((string[])["a", "b", "c"]).Select(name => Session(_lab.First, name)));
            peers.Add(Session(there, "d"));

            foreach ((ChildPeer one, ChildPeer other) in peers.SelectMany(one => peers.Where(other => other != one).Select(other => (one, other))))
            {
                one.WaitToKnow(other.UserId);
            }
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
        }
    }

    [Fact]
    public void A_network_that_comes_up_later_is_announced_on_under_its_address()
    {
        string there = _lab.AddHost();
        using ChildPeer alice = Session(_lab.First, "alice");
        using ChildPeer bob = Session(there, "bob");
        Assert.Equal("alice@127.0.0.1", alice.UserId);

        _lab.Link((_lab.First, "10.77.0.1"), (there, "10.77.0.2"));

        alice.WaitToKnow("bob@10.77.0.2");
        bob.WaitToKnow("alice@10.77.0.1");
    }

    [Fact]
    public void A_cable_plugged_into_an_interface_that_has_its_address_is_noticed()
    {
        string left = _lab.AddHost();
        string right = _lab.AddHost();
        _lab.Link((_lab.First, "10.77.0.1"), (left, "10.77.0.2"));
        string plug = _lab.Link((_lab.First, "10.88.0.1"), (right, "10.88.0.2"));
        NamespaceLab.Unplug(right, plug);
        using ChildPeer bob = Session(left, "bob");
        using ChildPeer alice = Session(_lab.First, "alice", "--announce-interval", "1");
        using ChildPeer carol = Session(right, "carol", "--announce-interval", "1");
        alice.WaitToKnow(bob.UserId);
        Assert.Equal("carol@127.0.0.1", carol.UserId);

        NamespaceLab.PlugIn(right, plug);

        alice.WaitToKnow("carol@10.88.0.2");
        Wait.Until(() => carol.Peers("PEERS").ContainsKey(alice.UserId), "carol hears of alice");
    }

    [Fact]
    public void D08_What_the_network_does_not_take_is_said_to_have_failed()
    {
        string there = _lab.AddHost();
        string plug = _lab.Link((there, "10.77.0.2"), (_lab.First, "10.77.0.1"));
        using ChildPeer alice = Session(_lab.First, "alice");
        using ChildPeer bob = Session(there, "bob");
        alice.WaitToKnow(bob.UserId);

        NamespaceLab.Unplug(_lab.First, plug);
        alice.Tell($"DM {bob.UserId} hi");

        JsonElement delivery = alice.Next("sent").GetProperty("deliveries").EnumerateArray().Single();
        Assert.Equal((bob.UserId, "Failed"), (delivery.GetProperty("to").GetString(), delivery.GetProperty("state").GetString()));
        Assert.NotEqual("", delivery.GetProperty("reason").GetString());
    }

    [Fact]
    public void Beyond_the_link_a_seed_of_host_and_port_makes_two_peers_known_to_each_other()
    {
        string router = _lab.AddHost();
        string there = _lab.AddHost();
        _lab.Link((_lab.First, "10.77.0.1"), (router, "10.77.0.254"));
        _lab.Link((there, "10.88.0.2"), (router, "10.88.0.254"));
        NamespaceLab.AddDefaultRoute(_lab.First, "10.77.0.254");
        NamespaceLab.AddDefaultRoute(there, "10.88.0.254");
        NamespaceLab.Forward(router);
        using ChildPeer bob = Session(there, "bob");
        using ChildPeer alice = Session(_lab.First, "alice", "--seed", $"10.88.0.2:{bob.Port}");

        alice.WaitToKnow(bob.UserId);
        bob.WaitToKnow(alice.UserId);
        bob.Tell($"DM {alice.UserId} hi");

        Assert.Equal("hi", alice.Next("dm").GetProperty("text").GetString());
    }

    private static ChildPeer Session(string host, string name, params string[] more)
        => ChildPeer.InNamespace(host, "LanPeer.EnginePeer.dll", ["--name", name, .. more]);
}
