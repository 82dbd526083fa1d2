using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using LanPeer.Tests.Protocol;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class InboxTests : EngineTest
{
    private readonly LanInbox _inbox = new(capacity: 10, byteCapacity: 1_000_000);

    [Fact]
    public void Messages_come_out_in_the_order_they_came_in()
    {
        Fill(5);

        Assert.Equal(["0", "1", "2"], Texts(_inbox.Take(_ => true, 3)));
        Assert.Equal(["3", "4"], Texts(_inbox.Take(_ => true, 3)));
        Assert.Empty(_inbox.Take(_ => true, 3));
    }

    [Fact]
    public void Only_those_that_match_are_taken()
    {
        Fill(6);

        Assert.Equal(["1", "3"], Texts(_inbox.Take(message => int.Parse(message.Content) % 2 == 1, 2)));
        Assert.Equal(["0", "2", "4", "5"], Texts(_inbox.Take(_ => true, 10)));
    }

    [Fact]
    public void None_that_came_later_are_taken_when_a_place_is_given()
    {
        Fill(3);
        long newest = _inbox.Newest;
        Fill(2);

        Assert.Equal(["0", "1", "2"], Texts(_inbox.Take(_ => true, 10, newest)));
        Assert.Equal(2, _inbox.Count);
    }

    [Fact]
    public void Its_bound_in_bytes_counts_what_is_kept_and_not_what_came()
    {
        var inbox = new LanInbox(capacity: 10_000, byteCapacity: 10_000_000);
        int count = 0;

        // Each of these characters is made visible by eight others, which are kept beside it.
        while (count < 1_000 && inbox.TryAdd(Message(new string('\u0085', 30_000)), out _))
        {
            count++;
        }

        Assert.InRange(count, 1, 10_000_000 / (2 * 9 * 30_000));
    }

    [Fact]
    public void Nobody_keeps_others_out_by_filling_it()
    {
        for (int i = 0; i < 10; i++)
        {
            Assert.True(_inbox.TryAdd(Of("flood", $"{i}"), out _));
        }

        Assert.False(_inbox.TryAdd(Of("flood", "one more"), out int dropped));
        Assert.Equal(0, dropped);
        Assert.True(_inbox.TryAdd(Of("bob", "lunch?"), out dropped));
        Assert.Equal(1, dropped);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "lunch?"], Texts(_inbox.Take(_ => true, 20)));
        Assert.True(_inbox.TryAdd(Of("flood", "again"), out _));
    }

    [Fact]
    public void What_was_looked_at_is_not_looked_at_again()
    {
        Fill(10);
        long cursor = 0;
        int looks = 0;
        Assert.Empty(_inbox.Take(_ => ++looks < 0, 10, ref cursor));
        Assert.Equal(10, looks);
        _inbox.Take(_ => true, 1);
        _inbox.TryAdd(Message("new"), out _);
        Assert.Equal(["new"], Texts(_inbox.Take(_ => ++looks > 0, 10, ref cursor)));
        Assert.Equal(11, looks);
    }

    private static LanMessage Of(string share, string text) => new(LanMessageType.Post, share, text) { ShareKey = share };

    [Fact]
    public void It_holds_so_many_messages_and_no_more()
    {
        Fill(10);

        Assert.False(_inbox.TryAdd(Message("too many"), out _));
        Assert.Equal((10, 10, "10 of 10"), (_inbox.Count, _inbox.Capacity, _inbox.ToString()));
        _inbox.Take(_ => true, 1);
        Assert.True(_inbox.TryAdd(Message("room again"), out _));
    }

    [Fact]
    public void It_holds_so_many_bytes_and_no_more()
    {
        var small = new LanInbox(capacity: 1_000, byteCapacity: 10_000);

        Assert.True(small.TryAdd(Message(new string('x', 4_000)), out _));
        Assert.False(small.TryAdd(Message(new string('x', 4_000)), out _));
        Assert.True(small.TryAdd(Message("small"), out _));
        small.Take(_ => true, 1);
        Assert.True(small.TryAdd(Message(new string('x', 4_000)), out _));
    }

    [Fact]
    public void What_is_put_back_is_where_it_was()
    {
        Fill(5);
        IReadOnlyList<LanMessage> first = _inbox.Take(_ => true, 2);
        IReadOnlyList<LanMessage> middle = _inbox.Take(message => message.Content == "3", 1);

        // Two readers may give back in any order.
        _inbox.PutBack(middle);
        _inbox.PutBack(first);
        _inbox.PutBack([]);

        Assert.Equal(["0", "1", "2", "3", "4"], Texts(_inbox.Take(_ => true, 10)));
    }

    [Fact]
    public void What_is_put_back_is_counted_and_wakes_those_who_wait()
    {
        Fill(2);
        IReadOnlyList<LanMessage> taken = _inbox.Take(_ => true, 2);
        long version = _inbox.Version;

        _inbox.PutBack(taken);

        Assert.Equal(2, _inbox.Count);
        Assert.True(_inbox.WaitAfter(version, TimeSpan.Zero, CancellationToken.None));
    }

    [Fact]
    public void Looking_takes_nothing_and_shows_each_message_once()
    {
        Fill(4);
        long cursor = 0;

        Assert.Equal(["0", "1"], Texts(_inbox.Peek(_ => true, 2, ref cursor)));
        Assert.Equal(["3"], Texts(_inbox.Peek(message => message.Content != "2", 2, ref cursor)));
        Assert.Empty(_inbox.Peek(_ => true, 10, ref cursor));
        _inbox.TryAdd(Message("new"), out _);
        Assert.Equal(["new"], Texts(_inbox.Peek(_ => true, 10, ref cursor)));
        Assert.Equal(5, _inbox.Count);
    }

    [Fact]
    public void Of_several_readers_each_message_goes_to_one()
    {
        const int count = 20_000;
        var inbox = new LanInbox(count + 1, long.MaxValue);
        var taken = new List<LanMessage>[4];
        Thread[] readers = Enumerable.Range(0, 4).Select(i => new Thread(() =>
        {
            taken[i] = [];
            while (taken[i].LastOrDefault()?.Content != "end")
            {
                long version = inbox.Version;
                IReadOnlyList<LanMessage> batch = inbox.Take(_ => true, 7);
                taken[i].AddRange(batch.TakeWhile(message => message.Content != "end"));
                if (batch.FirstOrDefault(message => message.Content == "end") is LanMessage end)
                {
                    inbox.PutBack([end]);
                    return;
                }

                if (batch.Count == 0)
                {
                    inbox.WaitAfter(version, Timeout.InfiniteTimeSpan, CancellationToken.None);
                }
            }
        })).ToArray();
        foreach (Thread reader in readers)
        {
            reader.Start();
        }

        for (int i = 0; i < count; i++)
        {
            Assert.True(inbox.TryAdd(Message($"{i}"), out _));
        }

        Assert.True(inbox.TryAdd(Message("end"), out _));
        foreach (Thread reader in readers)
        {
            Wait.For(reader, "a reader");
        }

        Assert.Equal(Enumerable.Range(0, count), taken.SelectMany(list => list).Select(message => int.Parse(message.Content)).Order());
        Assert.All(taken, list => Assert.Equal(list.Select(message => int.Parse(message.Content)).Order(), list.Select(message => int.Parse(message.Content))));
    }

    [Fact]
    public void Waiting_ends_by_arrival_by_time_and_by_cancelling()
    {
        long version = _inbox.Version;
        Assert.False(_inbox.WaitAfter(version, TimeSpan.FromMilliseconds(10), CancellationToken.None));

        using var cancelled = new CancellationTokenSource();
        var canceller = new Thread(cancelled.Cancel);
        canceller.Start();
        Assert.Throws<OperationCanceledException>(() => _inbox.WaitAfter(version, Timeout.InfiniteTimeSpan, cancelled.Token));

        var sender = new Thread(() => Fill(1));
        sender.Start();
        Assert.True(_inbox.WaitAfter(version, Timeout.InfiniteTimeSpan, CancellationToken.None));
    }

    [Fact]
    public void What_does_not_fit_is_dropped_and_counted()
    {
        LanSession alice = Start("alice", o => o with { InboxCapacity = 2 });
        RawSocket raw = OpenRaw();
        for (int i = 0; i < 5; i++)
        {
            raw.Send(alice.Port, Say.Post("raw@127.0.0.1", $"{i}"));
        }

        Wait.Until(() => alice.Counters.Dropped.GetValueOrDefault("InboxFull") == 3, "three are dropped");

        Assert.Equal(2, alice.Counters.Delivered);
        Assert.Equal(["0", "1"], Texts(alice.Inbox.Take(_ => true, 10)));
        raw.Send(alice.Port, Say.Post("raw@127.0.0.1", "after"));
        Assert.Equal("after", Receive(alice, LanMessageType.Post).Content);
    }

    private static LanMessage Message(string text) => new(LanMessageType.Post, "bob@127.0.0.1", text);

    private static IEnumerable<string> Texts(IEnumerable<LanMessage> messages) => messages.Select(message => message.Content);

    private void Fill(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(_inbox.TryAdd(Message($"{i}"), out _));
        }
    }
}
