using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Delivery;

/// <summary>Memory that is used again.</summary>
public sealed class DeliveryPoolTests
{
    private readonly DeliveryPool _pool = new();
    private readonly PeerEntry _peer = new("bob@10.77.0.2"u8, default(Ipv4Endpoint));

    [Fact]
    public void A_delivered_message_becomes_another_one_that_is_as_new()
    {
        OutboundMessage first = New("first", 7);
        first.Sequence = 3;
        first.Next = 7;
        first.Tries = 2;
        first.FirstSent = TimeSpan.FromSeconds(1);
        first.TakenBefore = 9;
        first.IsSkipDue = true;
        first.Tag = new object();
        first.Settle(Outcome.Delivered, Obstacle.None, TimeSpan.FromSeconds(2));

        _pool.Return(first);
        OutboundMessage second = New("second", 5);

        Assert.Same(first, second);
        Assert.Equal(("second", 5, 5, 0UL, 0, 0, 0L), (second.MessageId, second.Length, second.Weight, second.Sequence, second.Next, second.Tries, second.TakenBefore));
        Assert.Equal((Outcome.Open, Obstacle.None, null, false, null), (second.Outcome, second.Obstacle, second.RoundTrip, second.IsSkipDue, second.Tag));
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(5)), (second.FirstSent, second.Deadline));
        Assert.True(second.Settle(Outcome.Delivered, Obstacle.None, TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void What_names_the_message_before_does_not_mean_the_one_after()
    {
        OutboundMessage first = New("first", 7);
        var stream = new OutboundStream();
        var part = new SentPart(PartKind.Piece, first, 0, 7);
        Assert.True(part.IsOpen);
        first.Settle(Outcome.Delivered, Obstacle.None, default);
        Assert.False(part.IsOpen);
        _pool.Return(first);
        Assert.False(part.IsOpen);

        OutboundMessage second = New("second", 7);

        Assert.Same(first, second);
        Assert.False(part.IsOpen);
        Assert.False((part with { Offset = 3 }).IsOpen);
        Assert.False(stream.Lost(part));
        Assert.True(new SentPart(PartKind.Piece, second, 0, 7).IsOpen);
    }

    [Theory]
    [InlineData(Outcome.Open)]
    [InlineData(Outcome.Refused)]
    [InlineData(Outcome.Unknown)]
    [InlineData(Outcome.Failed)]
    public void Only_what_was_delivered_is_used_again(object outcome)
    {
        // Others may still be in their stream, whose receiver has to be told of them.
        OutboundMessage message = New("kept", 1);
        if ((Outcome)outcome != Outcome.Open)
        {
            message.Settle((Outcome)outcome, Obstacle.NoReceipt, default);
        }

        _pool.Return(message);

        Assert.NotSame(message, New("another", 1));
    }

    [Fact]
    public void What_somebody_keeps_is_not_used_again_and_nothing_twice()
    {
        OutboundMessage kept = Delivered();
        kept.IsKept = true;
        _pool.Return(kept);
        OutboundMessage free = Delivered();
        _pool.Return(free);
        _pool.Return(free);

        OutboundMessage[] next = [New("a", 1), New("b", 1)];

        Assert.Equal([free], next.Where(message => message == free || message == kept));
    }

    [Fact]
    public void It_keeps_no_more_than_its_capacity()
    {
        List<OutboundMessage> messages = [.. Enumerable.Range(0, DeliveryPool.Capacity + 100).Select(_ => Delivered())];
        List<SentDatagram> datagrams = [.. Enumerable.Range(0, DeliveryPool.Capacity + 100).Select(_ => _pool.NewDatagram())];
        messages.ForEach(_pool.Return);
        datagrams.ForEach(_pool.Return);

        HashSet<OutboundMessage> returned = [.. messages];
        HashSet<SentDatagram> given = [.. datagrams];
        Assert.Equal(DeliveryPool.Capacity, Enumerable.Range(0, messages.Count).Count(_ => returned.Contains(New("next", 1))));
        Assert.Equal(DeliveryPool.Capacity, Enumerable.Range(0, datagrams.Count).Count(_ => given.Contains(_pool.NewDatagram())));
    }

    [Fact]
    public void It_keeps_no_more_bytes_of_texts_than_its_bound_and_counts_those_in_use_out()
    {
        const int length = 1_024;
        const int most = DeliveryPool.MaxOwnBytes / length;
        for (int round = 0; round < 3; round++)
        {
            List<OutboundMessage> messages = [.. Enumerable.Range(0, most + 100).Select(_ => Copy(new byte[length]))];
            foreach (OutboundMessage message in messages)
            {
                message.Settle(Outcome.Delivered, Obstacle.None, default);
                _pool.Return(message);
            }

            HashSet<OutboundMessage> returned = [.. messages];
            List<OutboundMessage> next = [.. Enumerable.Range(0, messages.Count).Select(_ => New("next", 1))];
            Assert.Equal(most, next.Count(returned.Contains));
            Assert.Equal(DeliveryPool.MaxOwnBytes, next.Sum(message => message.OwnBytes));
            _pool.Rest();
            _pool.Rest();
        }
    }

    [Fact]
    public void It_keeps_no_more_places_for_parts_than_its_bound_and_counts_those_in_use_out()
    {
        for (int round = 0; round < 3; round++)
        {
            List<SentDatagram> records = [.. Enumerable.Range(0, 600).Select(_ => _pool.NewDatagram())];
            foreach (SentDatagram record in records)
            {
                while (record.Parts.Count < 253)
                {
                    record.Parts.Add(new SentPart(PartKind.Credit, null, 0, 0));
                }
            }

            Assert.All(records, record => Assert.InRange(record.Parts.Room, 252, 512));
            records.ForEach(_pool.Return);
            HashSet<SentDatagram> returned = [.. records];
            List<SentDatagram> next = [.. Enumerable.Range(0, records.Count).Select(_ => _pool.NewDatagram())];
            Assert.InRange(next.Where(returned.Contains).Sum(record => record.Parts.Room), DeliveryPool.MaxParts / 2, DeliveryPool.MaxParts);
            next.ForEach(_pool.Return);
            _pool.Rest();
        }
    }

    [Fact]
    public void A_record_of_a_datagram_is_given_without_parts()
    {
        SentDatagram record = _pool.NewDatagram();
        record.Parts.Add(new SentPart(PartKind.Credit, null, 0, 0));
        _pool.Return(record);

        Assert.Same(record, _pool.NewDatagram());
        Assert.Equal(0, record.Parts.Count);
    }

    [Fact]
    public void A_text_is_copied_into_memory_that_the_next_one_has_again_unless_it_is_long()
    {
        byte[] text = [1, 2, 3];
        OutboundMessage first = Copy(text);
        text[0] = 9;
        Assert.Equal([1, 2, 3], first.Body[..first.Length]);
        byte[] memory = first.Body;
        first.Settle(Outcome.Delivered, Obstacle.None, default);
        _pool.Return(first);
        Assert.Equal((0, 0), (first.Body.Length, first.Length));

        OutboundMessage second = Copy([4, 5]);
        Assert.Same(memory, second.Body);
        Assert.Equal([4, 5], second.Body[..second.Length]);
        second.Settle(Outcome.Delivered, Obstacle.None, default);
        _pool.Return(second);

        OutboundMessage third = Copy(new byte[5_000]);
        byte[] large = third.Body;
        third.Settle(Outcome.Delivered, Obstacle.None, default);
        _pool.Return(third);
        Assert.NotSame(large, Copy([6]).Body);
    }

    [Fact]
    public void What_was_not_used_for_a_while_is_given_back()
    {
        OutboundMessage message = New("id", 1);
        message.Settle(Outcome.Delivered, Obstacle.None, default);
        _pool.Return(message);
        _pool.Rest();
        Assert.Same(message, _pool.NewMessage());
        _pool.Return(Delivered());

        _pool.Rest();
        _pool.Rest();
        Assert.NotSame(message, _pool.NewMessage());
        Assert.Null(_pool.NewMessage().To);
    }

    private OutboundMessage New(string id, int length)
    {
        OutboundMessage message = _pool.NewMessage();
        message.Begin(_peer, id, new byte[length], length, TimeSpan.FromSeconds(length));
        return message;
    }

    private OutboundMessage Copy(byte[] text)
    {
        OutboundMessage message = _pool.NewMessage();
        message.BeginCopy(_peer, "id", text, text.Length, default);
        return message;
    }

    private OutboundMessage Delivered()
    {
        var message = new OutboundMessage();
        message.Begin(_peer, "id", [1], 1, default);
        message.Settle(Outcome.Delivered, Obstacle.None, default);
        return message;
    }
}
