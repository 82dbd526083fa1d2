using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Protocol.Presence;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>The parts of presence, each for itself.</summary>
public sealed class PresencePartTests
{
    private readonly SeededRandom _random = new(7);

    [Fact]
    public void Each_member_has_its_turn_once_a_round_whoever_comes_and_goes()
    {
        var order = new ProbeOrder<string>();
        Assert.Null(order.Next(_random));
        for (int i = 0; i < 20; i++)
        {
            order.Add($"{i}", _random);
        }

        List<string> first = [.. Enumerable.Range(0, 20).Select(_ => order.Next(_random)!)];
        List<string> second = [.. Enumerable.Range(0, 20).Select(_ => order.Next(_random)!)];
        Assert.Equal(20, first.Distinct().Count());
        Assert.Equal(20, second.Distinct().Count());
        Assert.NotEqual(first, second);

        // In the middle of a round some go and one comes; all who stay have their turn exactly once in it.
        List<string> third = [.. Enumerable.Range(0, 10).Select(_ => order.Next(_random)!)];
        List<string> gone = [third[0], order.Members.First(one => !third.Contains(one))];
        gone.ForEach(one => Assert.True(order.Remove(one)));
        Assert.False(order.Remove(gone[0]));
        order.Add("new", _random);
        third.AddRange(Enumerable.Range(0, order.Members.Except(third).Except(["new"]).Count()).Select(_ => order.Next(_random)!));

        Assert.Equal(third.Count, third.Distinct().Count());
        Assert.InRange(second.Except(gone).Except(third).Count(), 0, 1);
    }

    [Fact]
    public void Some_are_picked_at_random_each_once_and_only_those_who_fit()
    {
        var order = new ProbeOrder<string>();
        for (int i = 0; i < 30; i++)
        {
            order.Add($"{i}", _random);
        }

        var seen = new HashSet<string>();
        for (int i = 0; i < 200; i++)
        {
            List<string> picked = order.Pick(3, one => one != "5", _random);
            Assert.Equal(3, picked.Distinct().Count());
            seen.UnionWith(picked);
        }

        Assert.Equal(29, seen.Count);
        Assert.Equal(2, order.Pick(8, one => one is "1" or "2", _random).Count);
    }

    [Fact]
    public void Trouble_grows_by_misses_to_eight_and_falls_with_each_success()
    {
        var health = new LocalHealth();
        health.Succeeded();
        Assert.Equal(1, health.Scale);
        for (int i = 0; i < 20; i++)
        {
            health.MissedWhatOthersHeard();
        }

        Assert.Equal(9, health.Scale);
        health.Succeeded();
        Assert.Equal(7, health.Trouble);
    }

    [Fact]
    public void A_suspicion_gets_shorter_by_the_logarithm_of_those_who_confirm_it()
    {
        var suspicion = new Suspicion(TimeSpan.FromSeconds(10), members: 9, scale: 1);
        List<double> ends = [suspicion.End.TotalSeconds];
        foreach (ulong who in (ulong[])[1, 1, 2, 2, 3, 4, 5])
        {
            suspicion.Confirm(who);
            ends.Add(suspicion.End.TotalSeconds);
        }

        Assert.Equal(3, suspicion.Confirmations);
        Assert.Equal([14, 12.5, 12.5, 11.623, 11.623, 11, 11, 11], ends.Select(end => Math.Round(end, 3)));
        suspicion.Forgive(TimeSpan.FromSeconds(2));
        Assert.Equal(13, suspicion.End.TotalSeconds, 3);
    }

    [Theory]
    [InlineData(1, 1, 2.5)]
    [InlineData(2, 1, 4)]
    [InlineData(99, 1, 8)]
    [InlineData(9, 3, 12)]
    public void A_suspicion_nobody_confirms_lasts_longer_in_large_networks_and_when_we_are_slow(int members, int scale, double seconds)
        => Assert.Equal(seconds, new Suspicion(TimeSpan.Zero, members, scale).End.TotalSeconds, 3);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_probe_asks_many_times_then_the_host_then_others_and_ends(int scale)
    {
        var probe = new LivenessProbe(TimeSpan.Zero, 1, scale, PresenceTimes.Repeat);
        List<(double At, ProbeStep Step)> steps = Walk(probe, TimeSpan.FromSeconds(10));

        Assert.Equal((0, ProbeStep.Ping), steps[0]);
        Assert.Equal(0.16, steps.First(step => step.Step.HasFlag(ProbeStep.Check)).At, 3);
        Assert.Equal([0.4 * scale, 0.7 * Math.Max(scale, 1)], steps.Where(step => step.Step.HasFlag(ProbeStep.AskHelpers)).Select(step => Math.Round(step.At, 3)));
        Assert.Equal((1.0 * scale, ProbeStep.Over), steps[^1]);
        Assert.Equal((int)Math.Ceiling(scale / 0.15), steps.Count(step => step.Step.HasFlag(ProbeStep.Ping)));
    }

    [Fact]
    public void A_refused_port_is_asked_ten_times_a_second_and_one_suspect_three_times_without_end()
    {
        var refused = new LivenessProbe(TimeSpan.Zero, 1, 1, PresenceTimes.Repeat);
        refused.Step(TimeSpan.Zero);
        refused.Refused(TimeSpan.FromSeconds(0.2));
        List<(double At, ProbeStep Step)> steps = Walk(refused, TimeSpan.FromSeconds(0.55));
        Assert.Equal([0.2, 0.3, 0.4, 0.5], steps.Where(step => step.Step.HasFlag(ProbeStep.Ping)).Select(step => Math.Round(step.At, 3)));
        Assert.Equal([0.3, 0.4, 0.5], steps.Where(step => step.Step.HasFlag(ProbeStep.Check)).Select(step => Math.Round(step.At, 3)));

        var lingering = new LivenessProbe(TimeSpan.Zero, 1, 1, PresenceTimes.Repeat);
        lingering.Step(TimeSpan.Zero);
        lingering.Linger(TimeSpan.FromSeconds(1));
        steps = Walk(lingering, TimeSpan.FromSeconds(61));
        Assert.InRange(steps.Count(step => step.Step.HasFlag(ProbeStep.Ping)), 200, 201);
        Assert.DoesNotContain(steps, step => step.Step.HasFlag(ProbeStep.Over) || step.Step.HasFlag(ProbeStep.AskHelpers));
    }

    [Fact]
    public void News_are_told_a_few_times_each_and_not_to_whom_they_are_about()
    {
        var gossip = new Gossip();
        gossip.Add([16, 1], about: 1, default, members: 8, TimeSpan.Zero);
        gossip.Add([16, 2], about: 2, default, members: 8, TimeSpan.Zero);
        gossip.Add([16, 3], about: 1, default, members: 8, TimeSpan.Zero);
        byte[] room = new byte[100];

        Assert.Equal(2, gossip.Count);
        Assert.Equal(2, gossip.Take(room, receiver: 1, 8, _ => true, TimeSpan.Zero));
        Assert.Equal(2, room[1]);
        int told = 0;
        for (int length; (length = gossip.Take(room, receiver: 9, 8, _ => true, TimeSpan.Zero)) > 0; told += length / 2)
        {
            Assert.True(told < 100);
        }

        Assert.Equal((2 * Gossip.TimesFor(8)) - 1, told);
        Assert.Equal(0, gossip.Count);
    }

    [Fact]
    public void News_are_bounded_and_get_old_and_members_are_told_where_they_are_news()
    {
        var gossip = new Gossip();
        for (int i = 0; i < 3 * Gossip.Capacity; i++)
        {
            gossip.Add([19, (byte)i], (ulong)i, new Ipv4Endpoint(1, 2), 10, TimeSpan.Zero);
        }

        byte[] room = new byte[5];
        Assert.Equal(Gossip.Capacity, gossip.Count);
        Assert.Equal(0, gossip.Take(room, 9_999, 8, _ => false, TimeSpan.Zero));
        Assert.Equal(4, gossip.Take(room, 9_999, 8, _ => true, TimeSpan.Zero));
        Assert.Equal(2, gossip.Take(room, 9_999, 1, _ => true, TimeSpan.Zero));
        Assert.Equal(0, gossip.Take(room, 9_999, 8, _ => true, TimeSpan.FromSeconds(61)));
        Assert.Equal(0, gossip.Count);
    }

    [Fact]
    public void Who_is_lost_is_looked_for_at_growing_intervals_for_ten_minutes()
    {
        var lost = new LostMembers();
        lost.Add(Lost(1, until: 600), TimeSpan.Zero, jitter: 1);
        var times = new List<double>();
        while (lost.Due < TimeSpan.MaxValue)
        {
            TimeSpan now = lost.Due;
            times.AddRange(lost.TakeDue(now, _random).Select(_ => now.TotalSeconds));
            Assert.True(times.Count < 100);
        }

        Assert.InRange(times.Count, 14, 22);
        Assert.Equal(1, times[0]);
        Assert.All(times.Zip(times.Skip(1), (one, next) => next - one), gap => Assert.InRange(gap, 1.8, 55));
        Assert.InRange(times[^1], 540, 600);
    }

    [Fact]
    public void The_lost_are_bounded_and_who_is_back_is_looked_for_no_more()
    {
        var lost = new LostMembers();
        for (int i = 0; i < 2 * LostMembers.Capacity; i++)
        {
            lost.Add(Lost((ulong)i, until: 600), TimeSpan.Zero, jitter: 1);
        }

        Assert.Equal(LostMembers.Capacity, lost.Count);
        Assert.False(lost.Remove(0));
        Assert.True(lost.Remove(2 * LostMembers.Capacity - 1));
        Assert.Equal(LostMembers.Capacity - 1, lost.TakeDue(TimeSpan.FromSeconds(1), _random).Count);
    }

    private static LostMember Lost(ulong hash, int until) => new()
    {
        Hash = hash, Key = [], Endpoint = default, Secret = null, Until = TimeSpan.FromSeconds(until),
    };

    private static List<(double At, ProbeStep Step)> Walk(LivenessProbe probe, TimeSpan until)
    {
        var steps = new List<(double, ProbeStep)>();
        while (probe.Due <= until && (steps.Count == 0 || steps[^1].Item2 != ProbeStep.Over))
        {
            TimeSpan now = probe.Due;
            steps.Add((now.TotalSeconds, probe.Step(now)));
            Assert.True(steps.Count < 1_000);
        }

        return steps;
    }
}
