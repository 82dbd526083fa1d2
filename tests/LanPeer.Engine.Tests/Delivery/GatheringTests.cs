using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol.Delivery;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Delivery;

/// <summary>Small messages that follow each other closely share datagrams, and no message alone waits (docs/protocol.md, "Congestion").</summary>
public sealed class GatheringTests
{
    private static readonly TimeSpan s_roundTrip = TimeSpan.FromMilliseconds(0.4);

    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly VirtualPeer _bob;
    private TimeSpan _began;
    private int _packets;

    public GatheringTests()
    {
        _alice = _lan.AddPeer("alice", "10.77.0.1");
        _bob = _lan.AddPeer("bob", "10.77.0.2");
        _lan.Run(3);
        _alice.DM(_bob.UserId, "the stream begins, and there is credit");
        _lan.Run(0.1);
        Begin();
    }

    [Fact]
    public void A_message_alone_leaves_at_once_and_so_does_the_next_after_its_receipt()
    {
        _alice.DM(_bob.UserId, "one");
        Assert.Equal([TimeSpan.Zero], Sent());

        _lan.Run(s_roundTrip + TimeSpan.FromMicroseconds(1));
        _alice.DM(_bob.UserId, "two");

        Assert.Equal(2, Sent().Count);
        Assert.Equal(s_roundTrip + TimeSpan.FromMicroseconds(1), Sent()[1]);
    }

    [Fact]
    public void What_follows_closely_leaves_together_when_the_first_is_acknowledged()
    {
        for (int i = 0; i < 5; i++)
        {
            _alice.DM(_bob.UserId, $"message {i}");
        }

        Assert.Equal([TimeSpan.Zero], Sent());
        _lan.Run(0.1);

        Assert.Equal([TimeSpan.Zero, s_roundTrip], Sent());
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"message {i}"), _bob.Arrivals.Select(arrival => arrival.Content));
        Assert.All(_alice.Settled, settled => Assert.Equal((Outcome.Delivered, 1), (settled.Outcome, settled.Tries)));
    }

    [Fact]
    public void A_full_datagram_waits_for_nothing()
    {
        for (int i = 0; i < 40; i++)
        {
            _alice.DM(_bob.UserId, new string('x', 200));
        }

        // 40 messages of some 370 bytes, and three fit a datagram; the last few may wait.
        Assert.All(Sent(), at => Assert.Equal(TimeSpan.Zero, at));
        Assert.InRange(Sent().Count, 8, 14);
        _lan.Run(0.1);
        Assert.Equal(40, _bob.Arrivals.Count);
        Assert.InRange(Sent().Count, 12, 15);
    }

    [Fact]
    public void The_end_of_a_large_message_waits_for_nothing()
    {
        _alice.DM(_bob.UserId, new string('x', 5_000));

        Assert.All(Sent(), at => Assert.Equal(TimeSpan.Zero, at));
        _lan.Run(0.1);
        Assert.All(Sent(), at => Assert.Equal(TimeSpan.Zero, at));
        Assert.Single(_bob.Arrivals);
    }

    [Fact]
    public void Without_an_acknowledgement_it_is_a_millisecond()
    {
        _lan.Add(new Loss(1));
        _alice.DM(_bob.UserId, "one");
        _alice.DM(_bob.UserId, "two");
        _lan.Run(0.0015);

        Assert.Equal([TimeSpan.Zero, TimeSpan.FromMilliseconds(1)], Sent());
    }

    private void Begin()
    {
        _alice.Forget();
        _bob.Forget();
        _packets = _lan.Log.Count;
        _began = _lan.Now;
    }

    /// <summary>When alice has sent messages to bob, since the beginning. What is shorter acknowledges.</summary>
    private List<TimeSpan> Sent() => [.. _lan.Log.Skip(_packets)
        .Where(packet => packet.From == _alice.Endpoint && packet.To == _bob.Endpoint && packet.Bytes.Length > 130)
        .Select(packet => packet.At - _began)];
}
