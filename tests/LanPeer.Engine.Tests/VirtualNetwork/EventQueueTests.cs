using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.VirtualNetwork;

public sealed class EventQueueTests
{
    [Fact]
    public void Actions_happen_by_time_and_at_one_time_in_the_order_they_were_asked_for()
    {
        var lan = new VirtualLan();
        var random = new SeededRandom(1);
        var done = new List<(int Second, int Number)>();
        for (int i = 0; i < 2_000; i++)
        {
            int number = i;
            int second = random.Next(20);
            lan.At(TimeSpan.FromSeconds(second), () => done.Add((second, number)));
        }

        lan.Run(9.5);
        Assert.All(done, one => Assert.True(one.Second < 10));
        lan.Run(100);

        Assert.Equal(2_000, done.Count);
        Assert.Equal(done.Order(), done);
        Assert.Equal(TimeSpan.FromSeconds(109.5), lan.Now);
    }

    [Fact]
    public void Nothing_can_be_done_in_the_past()
    {
        var lan = new VirtualLan();
        lan.Run(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => lan.At(TimeSpan.FromSeconds(0.5), () => { }));
    }

    [Fact]
    public void A_node_that_wants_something_earlier_than_before_gets_it()
    {
        var lan = new VirtualLan();
        VirtualSocket socket = lan.AddSocket("10.77.0.1", 9_000);
        var done = new List<double>();
        foreach (double second in (double[])[5, 3, 9, 1, 3])
        {
            socket.Later(second, () => done.Add(lan.Now.TotalSeconds));
        }

        lan.Run(10);

        Assert.Equal([1, 3, 3, 5, 9], done);
        Assert.True(lan.Events <= 10);
    }

    [Fact]
    public void A_run_ends_as_soon_as_its_condition_holds()
    {
        var lan = new VirtualLan();
        int count = 0;
        for (int i = 1; i <= 10; i++)
        {
            lan.At(TimeSpan.FromSeconds(i), () => count++);
        }

        Assert.True(lan.RunUntil(() => count == 4, TimeSpan.FromSeconds(100)));
        Assert.Equal(TimeSpan.FromSeconds(4), lan.Now);
        Assert.False(lan.RunUntil(() => count == 11, TimeSpan.FromSeconds(100)));
        Assert.Equal(TimeSpan.FromSeconds(104), lan.Now);
    }

    [Fact]
    public void Each_event_may_be_looked_at()
    {
        var lan = new VirtualLan();
        VirtualSocket a = lan.AddSocket("10.77.0.1", 9_000);
        VirtualSocket b = lan.AddSocket("10.77.0.2", 9_000);
        var looks = new List<int>();
        lan.AfterEvent = () => looks.Add(b.Received.Count);
        a.Send(b.Endpoint, "one");
        a.Send(b.Endpoint, "two");
        a.Later(1, () => { });

        lan.Run(2);

        Assert.Equal([1, 2, 2], looks);
    }

    [Fact]
    public void A_network_that_does_not_come_to_rest_is_an_error()
    {
        var lan = new VirtualLan { MaxEvents = 5_000 };
        VirtualSocket a = lan.AddSocket("10.77.0.1", 9_000);
        VirtualSocket b = lan.AddSocket("10.77.0.2", 9_000);
        a.Reaction = (_, packet) => a.Send(packet.From, "ping");
        b.Reaction = (_, packet) => b.Send(packet.From, "pong");
        a.Send(b.Endpoint, "ping");

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => lan.Run(1_000));

        Assert.Contains("does not come to rest", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_whose_deadline_stays_in_the_past_is_an_error()
    {
        var lan = new VirtualLan();
        VirtualSocket socket = lan.AddSocket("10.77.0.1", 9_000);
        Action again = null!;
        again = () => socket.Later(0, again);
        again();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => lan.Run(1));

        Assert.Contains("again and again", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unplugged_program_neither_hears_nor_wakes_up()
    {
        var lan = new VirtualLan();
        VirtualSocket a = lan.AddSocket("10.77.0.1", 9_000);
        VirtualSocket b = lan.AddSocket("10.77.0.2", 9_000);
        b.Later(1, () => Assert.Fail("woken"));
        b.Unplug();
        a.Send(b.Endpoint, "nobody there");

        lan.Run(5);

        Assert.Empty(b.Received);
    }

    [Fact]
    public void A_history_keeps_the_newest_and_counts_all()
    {
        var history = new History<int>(limit: 10);
        for (int i = 0; i < 1_000; i++)
        {
            history.Add(i);
            Assert.InRange(history.Count, Math.Min(i + 1, 10), 20);
        }

        Assert.Equal(1_000, history.Total);
        Assert.Equal(Enumerable.Range(990, 10), history.Last(10));
        Assert.Equal(999, history[^1]);
        var none = new History<int>(limit: 0);
        none.AddRange([1, 2, 3]);
        Assert.Empty(none);
        Assert.Equal(3, none.Total);
    }
}
