using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.VirtualNetwork;

/// <summary>What somebody on the network can do.</summary>
public sealed class AdversaryTests
{
    private readonly VirtualLan _lan = new();
    private readonly VirtualSocket _a;
    private readonly VirtualSocket _b;

    public AdversaryTests()
    {
        _a = _lan.AddSocket("10.77.0.1", 9_000);
        _b = _lan.AddSocket("10.77.0.2", 9_000);
        _b.HearsBroadcasts = true;
    }

    [Fact]
    public void They_see_each_datagram_once_however_many_receive_it()
    {
        VirtualSocket c = _lan.AddSocket("10.77.0.3", 9_000);
        c.HearsBroadcasts = true;
        List<string> seen = Add((_, _) => Verdict.Pass);

        _a.Send(_b.Endpoint, "one");
        _a.Broadcast("all");
        _lan.Settle();

        Assert.Equal(["one", "all"], seen);
        Assert.Equal(["one", "all"], _b.Received.Select(packet => packet.Text));
        Assert.Single(c.Received);
    }

    [Fact]
    public void They_do_not_see_what_stays_on_a_host_or_passes_other_segments()
    {
        VirtualSocket sibling = _lan.AddSocket("10.77.0.1", 9_001);
        VirtualSocket far = _lan.AddSocket("10.77.1.1", 9_000);
        VirtualSocket farther = _lan.AddSocket("10.77.2.1", 9_000);
        List<string> seen = Add((_, _) => Verdict.Pass, _lan.SegmentOf("10.77.1.0"));

        _a.Send(sibling.Endpoint, "own host");
        _a.Send(VirtualLan.Endpoint("127.0.0.1", 9_001), "own host");
        _a.Send(_b.Endpoint, "own segment");
        _a.Send(farther.Endpoint, "other segments");
        _a.Send(far.Endpoint, "to theirs");
        far.Send(_a.Endpoint, "from theirs");
        far.Broadcast("theirs");
        _lan.Settle();

        Assert.Equal(["to theirs", "from theirs", "theirs"], seen);
    }

    [Fact]
    public void They_drop_and_replace()
    {
        Add((packet, _) => packet.Text switch
        {
            "away" => Verdict.Drop,
            "black" => Verdict.Replace("white"u8.ToArray()),
            _ => Verdict.Pass,
        });

        foreach (string text in (string[])["away", "black", "same"])
        {
            _a.Send(_b.Endpoint, text);
        }

        _lan.Settle();

        Assert.Equal(["white", "same"], _b.Received.Select(packet => packet.Text));
        Assert.Equal([true, false], _b.Received.Select(packet => packet.IsForged));
        Assert.All(_b.Received, packet => Assert.Equal(_a.Endpoint, packet.From));
        Assert.Equal(["away", "black", "same"], _lan.Log.Select(packet => packet.Text));
    }

    [Fact]
    public void They_hold_a_datagram_and_release_it_later()
    {
        Add((packet, hands) =>
        {
            hands.After(TimeSpan.FromSeconds(5), () => hands.Inject(packet.From, packet.To, packet.Bytes));
            return Verdict.Drop;
        });

        _a.Send(_b.Endpoint, "patience");
        _lan.Run(4.9);
        Assert.Empty(_b.Received);
        _lan.Run(0.2);

        // What they inject they do not see again.
        Packet released = Assert.Single(_b.Received);
        Assert.Equal(("patience", _a.Endpoint, true), (released.Text, released.From, released.IsForged));
        _lan.Run(60);
        Assert.Single(_b.Received);
    }

    [Fact]
    public void They_invent_unicasts_and_broadcasts_from_anybody_but_loopback()
    {
        VirtualSocket far = _lan.AddSocket("10.77.1.3", 9_000);
        far.HearsBroadcasts = true;
        AdversaryHands hands = _lan.Add(new Script((_, _) => Verdict.Pass), _lan.SegmentOf("10.77.0.0"));
        Ipv4Endpoint nobody = VirtualLan.Endpoint("192.0.2.1", 7);
        Ipv4Endpoint all = new(Ipv4Endpoint.LimitedBroadcast, VirtualLan.DiscoveryPort);

        hands.Inject(nobody, _b.Endpoint, "to one"u8.ToArray());
        hands.Inject(_b.Endpoint, _b.Endpoint, "from itself"u8.ToArray());
        hands.Inject(nobody, far.Endpoint, "through the router"u8.ToArray());
        hands.Inject(_a.Endpoint, all, "to all of a segment"u8.ToArray());
        hands.Inject(_a.Endpoint, _b.Endpoint with { Port = VirtualLan.DiscoveryPort }, "to the shared port"u8.ToArray());
        hands.Inject(VirtualLan.Endpoint("127.0.0.1", 9_000), _b.Endpoint, "from loopback"u8.ToArray());
        hands.Inject(nobody, VirtualLan.Endpoint("127.0.0.1", 9_000), "to loopback"u8.ToArray());
        _lan.Settle();

        Assert.Equal(["to one", "from itself", "to all of a segment", "to the shared port"], _b.Received.Select(packet => packet.Text));
        Assert.Equal(["through the router"], far.Received.Select(packet => packet.Text));
        Assert.Equal(nobody, far.Received[0].From);
        Assert.Equal(7, hands.Injected);
    }

    [Fact]
    public void What_they_inject_passes_the_layers()
    {
        AdversaryHands hands = _lan.Add(new Script((_, _) => Verdict.Pass));
        _lan.Add(new Loss(0.5));

        for (int i = 0; i < 1_000; i++)
        {
            hands.Inject(_a.Endpoint, _b.Endpoint, "x"u8.ToArray());
        }

        _lan.Settle();

        Assert.InRange(_b.Received.Count, 450, 550);
    }

    [Fact]
    public void One_adversary_sees_what_the_one_before_has_made_of_it()
    {
        Add((_, _) => Verdict.Replace("first"u8.ToArray()));
        List<string> seen = Add((_, _) => Verdict.Pass);

        _a.Send(_b.Endpoint, "original");
        _lan.Settle();

        Assert.Equal(["first"], seen);
    }

    private List<string> Add(Func<Packet, AdversaryHands, Verdict> look, params Segment[] segments)
    {
        var seen = new List<string>();
        _lan.Add(new Script((packet, hands) =>
        {
            seen.Add(packet.Text);
            return look(packet, hands);
        }), segments);
        return seen;
    }

    private sealed class Script(Func<Packet, AdversaryHands, Verdict> look) : IAdversary
    {
        public Verdict Look(Packet packet, AdversaryHands hands) => look(packet, hands);
    }
}
