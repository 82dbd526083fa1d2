using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.VirtualNetwork;

/// <summary>Each layer does what it says. Seeds are fixed, so these numbers come out the same each time.</summary>
public sealed class LayerTests
{
    private static readonly TimeSpan s_latency = TimeSpan.FromMilliseconds(0.2);

    private readonly TwoSockets _two = new();

    [Fact]
    public void Without_layers_all_arrive_in_order_after_a_fifth_of_a_millisecond()
    {
        _two.Send(1_000);

        Assert.Equal(Enumerable.Range(0, 1_000), _two.Numbers);
        Assert.All(_two.Arrived, one => Assert.Equal(s_latency, one.Took));
    }

    [Theory]
    [InlineData(0, 10_000, 10_000)]
    [InlineData(0.01, 9_870, 9_930)]
    [InlineData(0.3, 6_860, 7_140)]
    [InlineData(1, 0, 0)]
    public void Loss_loses_its_share(double probability, int low, int high)
    {
        _two.Lan.Add(new Loss(probability));

        _two.Send(10_000);

        Assert.InRange(_two.Arrived.Count, low, high);
        Assert.Equal(_two.Numbers.Order(), _two.Numbers);
    }

    [Fact]
    public void Burst_loss_loses_in_bursts_of_the_mean_length_and_in_all_its_share()
    {
        _two.Lan.Add(new BurstLoss(failure: 0.02, recovery: 0.1));

        _two.Send(200_000);

        // 0.02 / (0.02 + 0.1) is a sixth; single losses at that rate would come in bursts of 1.2.
        Assert.InRange((200_000 - _two.Arrived.Count) / 200_000.0, 0.15, 0.19);
        List<int> bursts = [.. _two.Numbers.Zip(_two.Numbers.Skip(1), (one, next) => next - one - 1).Where(gap => gap > 0)];
        Assert.InRange(bursts.Average(), 9, 11);
    }

    [Fact]
    public void Burst_loss_may_lose_some_when_good_and_let_some_through_when_bad()
    {
        _two.Lan.Add(new BurstLoss(failure: 0.05, recovery: 0.05, lossWhenBad: 0.6, lossWhenGood: 0.2));

        _two.Send(20_000);

        Assert.InRange((20_000 - _two.Arrived.Count) / 20_000.0, 0.38, 0.42);
    }

    [Fact]
    public void Delay_adds_the_same_to_all()
    {
        _two.Lan.Add(new Delay(TimeSpan.FromMilliseconds(70)));

        _two.Send(100);

        Assert.All(_two.Arrived, one => Assert.Equal(s_latency + TimeSpan.FromMilliseconds(70), one.Took));
        Assert.Equal(Enumerable.Range(0, 100), _two.Numbers);
    }

    [Fact]
    public void Jitter_spreads_evenly_over_its_range_and_so_reorders()
    {
        _two.Lan.Add(new Jitter(TimeSpan.FromMilliseconds(20)));

        _two.Send(10_000);

        Assert.Equal(10_000, _two.Arrived.Count);
        Assert.All(_two.Arrived, one => Assert.InRange(one.Took, s_latency, s_latency + TimeSpan.FromMilliseconds(20)));
        Assert.InRange(_two.Arrived.Average(one => one.Took.TotalMilliseconds), 10.0, 10.4);
        Assert.True(_two.CountLate() > 1_000);
    }

    [Fact]
    public void Reorder_makes_its_share_late_and_leaves_the_others()
    {
        _two.Lan.Add(new Reorder(0.1, TimeSpan.FromMilliseconds(100)));

        _two.Send(10_000);

        Assert.Equal(10_000, _two.Arrived.Count);
        Assert.InRange(_two.Arrived.Count(one => one.Took > s_latency), 900, 1_100);
        Assert.InRange(_two.CountLate(), 800, 1_100);
        Assert.All(_two.Arrived, one => Assert.True(one.Took <= s_latency + TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void Duplicate_doubles_its_share_within_the_spread()
    {
        _two.Lan.Add(new Duplicate(0.2, TimeSpan.FromMilliseconds(30)));

        _two.Send(10_000);

        Assert.InRange(_two.Arrived.Count, 11_850, 12_150);
        Assert.Equal(10_000, _two.Numbers.Distinct().Count());
        Assert.All(_two.Numbers.CountBy(number => number), pair => Assert.InRange(pair.Value, 1, 2));
        Assert.All(_two.Arrived, one => Assert.True(one.Took <= s_latency + TimeSpan.FromMilliseconds(30)));
    }

    [Fact]
    public void Bandwidth_makes_datagrams_wait_for_the_line_and_drops_what_finds_the_queue_full()
    {
        // 100 datagrams of 4 bytes and 28 of headers at once on 3,200 bytes a second: one each 10 ms, 30 of them waiting.
        _two.Lan.Add(new Bandwidth(3_200, queueBytes: 30 * 32));
        for (int i = 1_000; i < 1_100; i++)
        {
            _two.From.Send(_two.To.Endpoint, $"{i}");
        }

        _two.Lan.Run(10);

        Assert.Equal(Enumerable.Range(1_000, 31), _two.Numbers);
        Assert.Equal(Enumerable.Range(1, 31).Select(i => s_latency + TimeSpan.FromMilliseconds(10 * i)), _two.Arrived.Select(one => one.Took));
    }

    [Fact]
    public void A_partition_cuts_in_its_time_and_heals()
    {
        _two.Lan.Add(new Partition([_two.From.Host]) { From = TimeSpan.FromSeconds(0.3), Until = TimeSpan.FromSeconds(0.6) });

        _two.Send(1_000);

        Assert.Equal(Enumerable.Range(0, 300).Concat(Enumerable.Range(600, 400)), _two.Numbers);
    }

    [Fact]
    public void A_partition_may_be_one_way()
    {
        _two.Lan.Add(Partition.OneWay([_two.From.Host], [_two.To.Host]));
        _two.Send(10);
        _two.To.Send(_two.From.Endpoint, "back");
        _two.Lan.Settle();

        Assert.Empty(_two.Arrived);
        Assert.Equal("back", Assert.Single(_two.From.Received).Text);
    }

    [Fact]
    public void A_partition_keeps_those_of_one_group_together_and_those_of_none()
    {
        var lan = new VirtualLan();
        VirtualSocket[] sockets = [.. Enumerable.Range(1, 6).Select(i => lan.AddSocket($"10.77.0.{i}", 50_999))];
        Array.ForEach(sockets, socket => socket.HearsBroadcasts = true);
        lan.Add(new Partition([sockets[0].Host, sockets[1].Host], [sockets[2].Host, sockets[3].Host]));

        Array.ForEach(sockets, socket => socket.Broadcast("hello"));
        lan.Settle();

        // A broadcast comes back to its own host too.
        Assert.All(sockets, socket => Assert.Equal(2, socket.Received.Count));
        Assert.Equal([sockets[4].Endpoint, sockets[5].Endpoint], sockets[5].Received.Select(packet => packet.From));
    }

    [Fact]
    public void A_layer_is_switched_on_and_off_at_virtual_times()
    {
        Loss loss = _two.Lan.Add(new Loss(1) { IsOn = false });
        _two.Lan.At(TimeSpan.FromSeconds(0.0995), () => loss.IsOn = true);
        _two.Lan.At(TimeSpan.FromSeconds(0.1995), () => loss.IsOn = false);

        _two.Send(300);

        Assert.Equal(Enumerable.Range(0, 100).Concat(Enumerable.Range(200, 100)), _two.Numbers);
        Assert.Equal(100, loss.Seen);
    }

    [Fact]
    public void A_layer_may_be_for_some_links_only()
    {
        var lan = new VirtualLan();
        VirtualSocket a = lan.AddSocket("10.77.0.1", 9_000);
        VirtualSocket b = lan.AddSocket("10.77.0.2", 9_000);
        VirtualSocket c = lan.AddSocket("10.77.1.3", 9_000);
        lan.Add(new Loss(1) { Only = Link.Between(a.Host, b.Host) });
        lan.Add(new Delay(TimeSpan.FromSeconds(1)) { Only = Link.Routed });
        a.Send(b.Endpoint, "lost");
        b.Send(a.Endpoint, "lost too");
        b.Send(c.Endpoint, "through the router");
        lan.Run(0.5);
        Assert.Empty(a.Received.Concat(b.Received).Concat(c.Received));

        lan.Run(1);

        Assert.Equal("through the router", Assert.Single(c.Received).Text);
    }

    [Fact]
    public void What_stays_on_its_host_passes_no_layer_that_does_not_want_it()
    {
        var lan = new VirtualLan();
        VirtualSocket one = lan.AddSocket("10.77.0.1", 9_000);
        VirtualSocket other = lan.AddSocket("10.77.0.1", 9_001);
        Loss loss = lan.Add(new Loss(1));
        one.Send(other.Endpoint, "through no wire");
        one.Send(VirtualLan.Endpoint("127.0.0.1", 9_001), "through loopback");
        lan.Settle();
        Assert.Equal(2, other.Received.Count);
        Assert.Equal(0, loss.Seen);

        lan.Add(new Loss(1) { IncludesLocal = true });
        one.Send(other.Endpoint, "lost");
        lan.Settle();

        Assert.Equal(2, other.Received.Count);
    }
}
