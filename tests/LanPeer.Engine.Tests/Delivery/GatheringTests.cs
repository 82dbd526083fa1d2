using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
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
        for (int i = 0; i < 12; i++)
        {
            _alice.DM(_bob.UserId, "the stream begins; its credit doubles with each message, until it is as much as there may be");
            _lan.Run(0.1);
        }

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

    [Fact]
    public void Posts_that_follow_each_other_leave_together_also_for_who_has_acknowledged_the_first()
    {
        _alice.Post("one");
        Assert.Equal([TimeSpan.Zero], Sent());
        _lan.Run(TimeSpan.FromMilliseconds(0.3));
        _alice.Post("two");
        _lan.Run(s_roundTrip);
        _alice.Post("three");

        Assert.Equal([TimeSpan.Zero], Sent());
        _lan.Run(0.1);

        Assert.Equal([TimeSpan.Zero, TimeSpan.FromMilliseconds(1.3)], Sent());
        Assert.Equal(["one", "two", "three"], _bob.Arrivals.Select(arrival => arrival.Content));
        Assert.All(_alice.Settled, settled => Assert.Equal((Outcome.Delivered, 1), (settled.Outcome, settled.Tries)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(125, 1)]
    [InlineData(250, 2)]
    [InlineData(1_000, 8)]
    [InlineData(4_096, 10)]
    public void A_post_to_many_waits_as_long_as_sealing_it_takes(int receivers, double milliseconds)
        => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), PeerMachine.GatheringOfPost(receivers));

    [Fact]
    public void What_waited_for_many_leaves_in_parts_and_nobody_is_forgotten()
    {
        const int receivers = 140;
        var lan = new VirtualLan();
        VirtualPeer alice = lan.AddPeer("alice", "10.77.0.1");
        List<VirtualPeer> others = [.. Enumerable.Range(2, receivers).Select(i => lan.AddPeer($"m{i}", $"10.77.0.{i}"))];
        lan.Run(3);
        Assert.Equal(receivers, alice.Machine.Peers.Count(peer => peer.Contact?.Current is not null));
        alice.Post("one");
        alice.Post("two");
        Moment later = alice.Moment with { Elapsed = alice.Moment.Elapsed + TimeSpan.FromMilliseconds(2) };

        var parts = new List<int>();
        do
        {
            parts.Add(alice.Ask((_, effects) =>
            {
                alice.Machine.Tick(later, effects);
                return effects.Sends.Count;
            }));
        }
        while (alice.Machine.NextDeadline <= later.Elapsed && parts.Count < 10);

        Assert.Equal([128, 12], parts);
        lan.Run(0.1);
        Assert.All(others, other => Assert.Equal(["one", "two"], other.Arrivals.Select(arrival => arrival.Content)));
        Assert.Equal(2 * receivers, alice.Settled.Count(settled => settled.Outcome == Outcome.Delivered));
    }

    [Fact]
    public void A_post_after_all_receipts_leaves_at_once()
    {
        _alice.Post("one");
        _lan.Run(s_roundTrip + TimeSpan.FromMicroseconds(1));
        _alice.Post("two");

        Assert.Equal([TimeSpan.Zero, s_roundTrip + TimeSpan.FromMicroseconds(1)], Sent());
    }

    [Fact]
    public void A_post_after_a_while_leaves_at_once_though_somebody_is_silent()
    {
        _bob.Pause();
        _alice.Post("one");
        _lan.Run(TimeSpan.FromMilliseconds(1.001));
        _alice.Post("two");

        Assert.Equal(TimeSpan.FromMilliseconds(1.001), Sent()[^1]);
    }

    [Fact]
    public void Posts_that_fill_a_datagram_wait_for_nothing_and_the_last_of_them_waits()
    {
        string[] texts = ["one", .. Enumerable.Range(0, 7).Select(i => $"message {i} {new string('x', 231)}")];
        Assert.All(texts, text => _alice.Post(text));

        // The first alone; the others have some 550 bytes, and are cut to fill datagrams of 1,420.
        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero], Sent());
        _lan.Run(0.1);

        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(1)], Sent());
        Assert.Equal(texts, _bob.Arrivals.Select(arrival => arrival.Content));
    }

    [Fact]
    public void What_is_written_to_one_takes_along_the_posts_that_wait_before_it()
    {
        _alice.Post("one");
        _alice.Post("two");
        var later = TimeSpan.FromMilliseconds(0.6);
        _lan.Run(later);
        _alice.DM(_bob.UserId, "three");

        Assert.Equal([TimeSpan.Zero, later], Sent());
        _lan.Run(0.1);
        Assert.Equal(["one", "two", "three"], _bob.Arrivals.Select(arrival => arrival.Content));
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
