using System;
using System.Linq;
using LanPeer.Security;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.VirtualNetwork;

public sealed class ClockTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private readonly VirtualLan _lan = new();

    [Fact]
    public void A_clock_as_made_shows_the_networks_time()
    {
        PeerClock clock = VirtualLan.NewClock();
        _lan.Run(17);

        Assert.Equal(_lan.Moment, clock.At(_lan.Now));
        Assert.Equal(s_hour, clock.ToNetwork(s_hour));
        Assert.Equal(TimeSpan.MaxValue, clock.ToNetwork(TimeSpan.MaxValue));
    }

    [Theory]
    [InlineData(3_600)]
    [InlineData(-86_400)]
    public void A_step_moves_the_wall_clock_and_not_the_monotonic_one(double seconds)
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");
        _lan.Run(100);
        Moment before = alice.Moment;

        alice.Clock.Step(TimeSpan.FromSeconds(seconds));
        Moment after = alice.Moment;

        Assert.Equal(before.Elapsed, after.Elapsed);
        Assert.Equal(before.Utc.AddSeconds(seconds), after.Utc);
        Assert.Equal(_lan.Moment, _lan.AddPeer("bob", "10.77.0.2").Moment);
        alice.Forget();
        _lan.Run(600);
        Assert.InRange(alice.Sent.Count(packet => packet.IsBroadcast), 18 * 3, 23 * 3);
        Packet last = alice.Sent.Last(packet => packet.IsBroadcast);
        Assert.Equal(before.Utc.AddSeconds(seconds + (last.At - before.Elapsed).TotalSeconds).ToUnixTimeSeconds().ToString(null, null), last["TIMESTAMP"]);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9999)]
    [InlineData(1.0003)]
    [InlineData(2)]
    public void A_fast_clock_runs_fast_from_when_it_was_made_so_and_stays_monotonic(double rate)
    {
        PeerClock clock = VirtualLan.NewClock();
        clock.SetRate(s_hour, rate);

        Assert.Equal(s_hour, clock.ToLocal(s_hour));
        Assert.Equal(s_hour + (s_hour * rate), clock.ToLocal(2 * s_hour));
        clock.SetRate(2 * s_hour, 1);
        Assert.Equal((2 * s_hour) + (s_hour * rate), clock.ToLocal(3 * s_hour));
    }

    [Fact]
    public void A_deadline_is_never_met_too_early()
    {
        var random = new SeededRandom(3);
        for (int i = 0; i < 10_000; i++)
        {
            PeerClock clock = VirtualLan.NewClock();
            clock.StartAt(random.Between(TimeSpan.Zero, 1_000 * s_hour));
            clock.SetRate(random.Between(TimeSpan.Zero, s_hour), random.Between(0.9, 1.1));
            TimeSpan deadline = clock.ToLocal(s_hour) + random.Between(TimeSpan.Zero, s_hour);

            TimeSpan network = clock.ToNetwork(deadline);

            Assert.InRange(clock.ToLocal(network), deadline, deadline + TimeSpan.FromTicks(3));
        }
    }

    [Fact]
    public void A_peer_with_a_fast_clock_announces_more_often()
    {
        VirtualPeer fast = _lan.AddPeer("fast", "10.77.0.1");
        VirtualPeer slow = _lan.AddPeer("slow", "10.77.0.2");
        fast.SetClockRate(2);
        slow.SetClockRate(0.5);
        _lan.Run(10);
        fast.Forget();
        slow.Forget();

        _lan.Run(1_200);

        Assert.InRange(fast.Sent.Count(packet => packet.To.Address == uint.MaxValue), 73, 88);
        Assert.InRange(slow.Sent.Count(packet => packet.To.Address == uint.MaxValue), 18, 23);
    }

    [Fact]
    public void A_monotonic_clock_may_begin_anywhere()
    {
        VirtualPeer alice = _lan.AddSilentPeer("alice", "10.77.0.1");
        alice.Clock.StartAt(TimeSpan.FromDays(400));
        alice.Start();
        VirtualPeer bob = _lan.AddPeer("bob", "10.77.0.2");
        _lan.Run(600);

        Assert.Equal(_lan.Moment.Utc, alice.Moment.Utc);
        Assert.Equal([bob.UserId], alice.Known);
        Assert.Equal([alice.UserId], bob.Known);
    }
}
