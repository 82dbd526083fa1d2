using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Delivery;

/// <summary>Messages arrive, in order, once, and their senders know it (docs/protocol.md, "Delivery").</summary>
public sealed class DeliveryTests
{
    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly VirtualPeer _bob;

    public DeliveryTests()
    {
        _alice = _lan.AddPeer("alice", "10.77.0.1");
        _bob = _lan.AddPeer("bob", "10.77.0.2");
        _lan.Run(3);
        Forget();
    }

    [Fact]
    public void A_receipt_says_that_the_message_is_in_the_inbox_how_long_it_took_and_how_often_it_was_sent()
    {
        _alice.DM(_bob.UserId, "hello");
        _lan.Settle();

        SettledMessage settled = Assert.Single(_alice.Settled);
        Assert.Equal((Outcome.Delivered, Obstacle.None, 1), (settled.Outcome, settled.Obstacle, settled.Tries));
        Assert.Equal(0.4, settled.RoundTrip!.Value.TotalMilliseconds, 3);
        Assert.Equal(Assert.Single(_bob.Arrivals).MessageId, settled.MessageId);
        Assert.Equal(0, _alice.Machine.UnsettledCount);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void Ten_thousand_messages_arrive_in_order_once_within_a_minute_whatever_is_lost_each_way(double loss)
    {
        _lan.Add(new Loss(loss));
        double took = Send(10_000);

        Assert.Equal([(Outcome.Delivered, Obstacle.None)], Ends().Distinct());
        Assert.Equal(Enumerable.Range(0, 10_000).Select(Text), _bob.Arrivals.Select(arrival => arrival.Content));
        Assert.All(_alice.Settled, settled => Assert.Equal(Outcome.Delivered, settled.Outcome));
        Assert.Equal(10_000, _alice.Settled.Count);
        Assert.InRange(took, 0, 60);
    }

    [Fact]
    public void Reordering_delay_and_repetition_change_nothing_of_that()
    {
        _lan.Add(new Loss(0.05));
        _lan.Add(new Jitter(TimeSpan.FromMilliseconds(5)));
        _lan.Add(new Reorder(0.2, TimeSpan.FromMilliseconds(30)));
        _lan.Add(new Duplicate(0.2, TimeSpan.FromMilliseconds(20)));
        Send(2_000);

        Assert.Equal(Enumerable.Range(0, 2_000).Select(Text), _bob.Arrivals.Select(arrival => arrival.Content));
    }

    [Fact]
    public void A_thousand_posts_to_five_arrive_at_each_of_them_through_a_loss_of_three_in_ten()
    {
        VirtualPeer[] others = [_bob, .. Enumerable.Range(3, 4).Select(i => _lan.AddPeer($"peer{i}", $"10.77.0.{i}"))];
        Assert.True(_lan.RunUntil(() => _alice.Machine.Peers.Count == 5, TimeSpan.FromSeconds(30)));
        _lan.Run(5);
        Forget();
        Array.ForEach(others, other => other.Forget());
        _lan.Add(new Loss(0.3));
        TimeSpan began = _lan.Now;
        for (int i = 0; i < 1_000; i++)
        {
            _alice.Post(Text(i), patience: 120);
        }

        Assert.True(_lan.RunUntil(() => _alice.Settled.Count == 5_000, TimeSpan.FromMinutes(2)));
        Assert.InRange((_lan.Now - began).TotalSeconds, 0, 60);
        Assert.All(_alice.Settled, settled => Assert.Equal(Outcome.Delivered, settled.Outcome));
        Assert.All(others, other => Assert.Equal(
            Enumerable.Range(0, 1_000).Select(Text), other.Arrivals.Where(arrival => arrival.Type == MessageType.Post).Select(arrival => arrival.Content)));
    }

    [Fact]
    public void A_message_of_a_megabyte_arrives_through_losses_and_what_is_behind_it_waits_for_it()
    {
        string large = string.Concat(Enumerable.Range(0, 100_000).Select(i => i.ToString("d9", CultureInfo.InvariantCulture)));
        _lan.Add(new Loss(0.1));
        _alice.DM(_bob.UserId, large);
        _alice.DM(_bob.UserId, "and this");
        Assert.True(_lan.RunUntil(() => _alice.Settled.Count == 2, TimeSpan.FromSeconds(30)));

        Assert.Equal([large, "and this"], _bob.Arrivals.Select(arrival => arrival.Content));
    }

    [Fact]
    public void What_is_sent_is_acknowledged_once_and_then_it_is_quiet()
    {
        Send(200);
        _lan.Settle();
        int packets = _lan.Log.Count;
        _lan.Run(5);

        // Both look once a second whether the other is there.
        Assert.InRange(_lan.Log.Count - packets, 0, 24);
        Assert.All(_lan.Log.Skip(packets), packet => Assert.InRange(packet.Bytes.Length, 1, 64));
        Assert.Equal(0, _alice.Machine.UnsettledCount);
    }

    [Fact]
    public void To_somebody_who_does_not_answer_a_message_is_unknown_when_its_time_is_over_and_the_next_ones_flow_when_he_does()
    {
        _bob.Pause();
        _alice.DM(_bob.UserId, "are you there?", patience: 1);
        _lan.Run(1.2);
        Assert.Equal((Outcome.Unknown, Obstacle.NoReceipt), Ends().Single());
        _bob.Resume();
        _alice.DM(_bob.UserId, "now you are", patience: 5);
        _lan.Run(3);

        Assert.Equal([(Outcome.Unknown, Obstacle.NoReceipt), (Outcome.Delivered, Obstacle.None)], Ends());
        Assert.Equal(["are you there?", "now you are"], _bob.Arrivals.Select(arrival => arrival.Content));
    }

    [Fact]
    public void What_was_given_up_and_lost_is_skipped_and_does_not_hold_up_what_comes_after_it()
    {
        var loss = new Loss(1) { Until = _lan.Now + TimeSpan.FromSeconds(2) };
        _lan.Add(loss);
        _alice.DM(_bob.UserId, "lost for good", patience: 1);
        _alice.DM(_bob.UserId, "late", patience: 30);
        _lan.Run(10);

        Assert.Equal([Outcome.Unknown, Outcome.Delivered], Ends().Select(end => end.Outcome));
        Assert.Equal(["late"], _bob.Arrivals.Select(arrival => arrival.Content));
    }

    [Fact]
    public void A_full_inbox_holds_its_sender_back_and_loses_nothing()
    {
        _bob.KeepsInbox = true;
        for (int i = 0; i < 12_000; i++)
        {
            _alice.DM(_bob.UserId, Text(i), patience: 600);
            if (i % 500 == 0)
            {
                _lan.Run(0.5);
            }
        }

        _lan.Run(20);
        Assert.InRange(_bob.Arrivals.Count, 10_000, 10_000 + (int)OutboundStream.InitialMessages);
        int held = _bob.Arrivals.Count;
        Assert.Equal(held, _alice.Settled.Count(settled => settled.Outcome == Outcome.Delivered));
        _bob.ReadInbox();
        _lan.Run(20);

        Assert.Equal(12_000, _bob.Arrivals.Count);
        Assert.Equal(Enumerable.Range(0, 12_000).Select(Text), _bob.Arrivals.Select(arrival => arrival.Content));
    }

    [Fact]
    public void Those_who_were_promised_room_and_send_nothing_do_not_keep_the_inbox_empty()
    {
        VirtualPeer[] idle = [.. Enumerable.Range(3, 10).Select(i => _lan.AddPeer($"idle{i}", $"10.77.0.{i}"))];
        Assert.True(_lan.RunUntil(() => idle.All(peer => peer.Machine.Peers.Count == 11), TimeSpan.FromSeconds(30)));
        _bob.KeepsInbox = true;
        Array.ForEach(idle, peer => peer.DM(_bob.UserId, "just one"));
        _lan.Run(1);
        Send(9_990);

        Assert.All(_alice.Settled, settled => Assert.Equal(Outcome.Delivered, settled.Outcome));
        Assert.Equal(10_000, _bob.Arrivals.Count(arrival => arrival.Type == MessageType.DM));
    }

    [Fact]
    public void A_skip_may_be_as_wide_as_it_likes_and_costs_nothing()
    {
        _alice.DM(_bob.UserId, "one");
        _lan.Settle();
        InboundStream stream = _bob.Peer(_alice.UserId).Contact!.Channel.Inbound;
        for (ulong i = 0; i < 1_000; i++)
        {
            _ = stream.Skip(stream.Settled + 2 + (2 * i), stream.Settled + 2 + (2 * i));
        }

        Assert.False(stream.Skip(stream.Settled + 8_000, ulong.MaxValue));
        Assert.True(stream.Skip(0, ulong.MaxValue));

        // What is there whole is delivered even so.
        _alice.DM(_bob.UserId, "two");
        _lan.Run(1);
        Assert.Equal(["one", "two"], _bob.Arrivals.Select(arrival => arrival.Content));
    }

    [Fact]
    public void Who_was_started_anew_gets_nothing_twice_and_what_he_had_not_acknowledged_is_unknown()
    {
        _lan.Add(new Loss(1) { Until = _lan.Now + TimeSpan.FromSeconds(0.5) });
        _alice.DM(_bob.UserId, "to the old one");
        _lan.Run(0.2);
        _bob.Restart();
        _lan.Run(5);
        _alice.DM(_bob.UserId, "to the new one");
        _lan.Run(1);

        Assert.Equal([(Outcome.Unknown, Obstacle.Restarted), (Outcome.Delivered, Obstacle.None)], Ends());
        Assert.Equal(["to the new one"], _bob.Arrivals.Select(arrival => arrival.Content));
    }

    [Fact]
    public void Whoever_stops_knows_what_became_of_his_messages()
    {
        _bob.Pause();
        _alice.DM(_bob.UserId, "the last word");
        _alice.Stop();

        Assert.Equal([(Outcome.Unknown, Obstacle.Stopped)], Ends());
    }

    [Fact]
    public void A_message_that_is_not_taken_is_refused_and_the_next_ones_flow()
    {
        _alice.DM(_bob.UserId, "one");
        _alice.Do((now, effects) => Queue("TYPE:DM\nFROM:alice@10.77.0.1\nTO:carol@10.77.0.3\nCONTENT:for somebody else\n\n", now, effects));
        _alice.DM(_bob.UserId, "two");
        _lan.Run(1);

        Assert.Equal(["one", "two"], _bob.Arrivals.Select(arrival => arrival.Content));
        Assert.Equal([Outcome.Delivered, Outcome.Delivered, Outcome.Refused], Ends().Select(end => end.Outcome).Order());
    }

    [Fact]
    public void Datagrams_stay_within_what_every_link_carries()
    {
        Send(300);
        _alice.DM(_bob.UserId, new string('x', 100_000));
        _lan.Run(2);

        Assert.All(_alice.Sent.Where(packet => packet.To == _bob.Endpoint), packet => Assert.InRange(packet.Bytes.Length, 1, 1_200));
        Assert.Equal(301, _bob.Arrivals.Count);
    }

    private static string Text(int i) => $"message {i}";

    private IEnumerable<(Outcome Outcome, Obstacle Obstacle)> Ends() => _alice.Settled.Select(settled => (settled.Outcome, settled.Obstacle));

    private void Queue(string text, Moment now, Effects effects)
        => _alice.Machine.QueueText(_alice.Peer(_bob.UserId), text, now, TimeSpan.FromSeconds(10), effects);

    private void Forget()
    {
        _alice.Forget();
        _bob.Forget();
    }

    /// <summary>Sends as a pipeline does, with a window, and waits for all receipts; gives the seconds it took.</summary>
    private double Send(int count)
    {
        TimeSpan began = _lan.Now;
        for (int i = 0; i < count; i++)
        {
            _alice.DM(_bob.UserId, Text(i), patience: 120);
            if (_alice.Machine.UnsettledCount > 1_000)
            {
                Assert.True(_lan.RunUntil(() => _alice.Machine.UnsettledCount < 500, TimeSpan.FromMinutes(5)));
            }
        }

        Assert.True(_lan.RunUntil(() => _alice.Machine.UnsettledCount == 0, TimeSpan.FromMinutes(5)));
        return (_lan.Now - began).TotalSeconds;
    }
}
