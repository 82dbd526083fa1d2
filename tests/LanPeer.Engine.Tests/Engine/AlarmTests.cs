using System;
using System.Threading;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class AlarmTests : IDisposable
{
    private readonly ManualResetEventSlim _rang = new(false);
    private int _rings;

    public void Dispose() => _rang.Dispose();

    [Fact]
    public void It_rings_once_each_time_it_is_set()
    {
        using Alarm alarm = Alarm.Create(TimeProvider.System, Ring, "alarm");
        Assert.Equal(0, _rings);

        alarm.Set(TimeSpan.FromMilliseconds(1));
        Assert.True(_rang.Wait(Wait.Long, TestContext.Current.CancellationToken));
        _rang.Reset();
        alarm.Set(TimeSpan.Zero);
        Assert.True(_rang.Wait(Wait.Long, TestContext.Current.CancellationToken));
        _rang.Reset();
        alarm.Set(TimeSpan.FromDays(-1));
        Assert.True(_rang.Wait(Wait.Long, TestContext.Current.CancellationToken));

        Assert.Equal(3, _rings);
    }

    [Fact]
    public void It_may_be_set_to_an_earlier_time_while_it_sleeps()
    {
        using Alarm alarm = Alarm.Create(TimeProvider.System, Ring, "alarm");
        alarm.Set(TimeSpan.MaxValue);
        alarm.Set(TimeSpan.FromDays(400));
        alarm.Set(TimeSpan.FromMilliseconds(1));

        Assert.True(_rang.Wait(Wait.Long, TestContext.Current.CancellationToken));
        Assert.Equal(1, _rings);
    }

    [Fact]
    public void Set_to_an_earlier_time_again_and_again_it_rings_each_time()
    {
        using Alarm alarm = Alarm.Create(TimeProvider.System, Ring, "alarm");
        for (int i = 1; i <= 500; i++)
        {
            // Asleep, napping or about to be: whichever it is just now.
            alarm.Set(TimeSpan.FromHours(1));
            Thread.SpinWait(i * 20);
            alarm.Set(TimeSpan.FromMilliseconds(i % 3));
            Assert.True(_rang.Wait(Wait.Long, TestContext.Current.CancellationToken), $"in round {i}");
            Assert.Equal(i, _rings);
            _rang.Reset();
        }
    }

    [Fact]
    public void It_may_be_set_again_and_ended_by_what_it_calls()
    {
        Alarm? alarm = null;
        using var ended = new ManualResetEventSlim(false);
        alarm = Alarm.Create(TimeProvider.System, () =>
        {
            if (++_rings < 100)
            {
                alarm!.Set(TimeSpan.FromMicroseconds(10));
                return;
            }

            alarm!.Dispose();
            ended.Set();
        }, "alarm");
        alarm.Set(TimeSpan.Zero);

        Assert.True(ended.Wait(Wait.Long, TestContext.Current.CancellationToken));
        Assert.Equal(100, _rings);
    }

    [Fact]
    public void After_its_end_it_does_not_ring()
    {
        Alarm alarm = Alarm.Create(TimeProvider.System, Ring, "alarm");
        alarm.Dispose();
        alarm.Set(TimeSpan.Zero);
        alarm.Dispose();

        Assert.Equal(0, _rings);
    }

    [Fact]
    public void A_clock_of_its_own_is_followed()
    {
        var time = new FakeTimeProvider();
        using Alarm alarm = Alarm.Create(time, Ring, "alarm");
        alarm.Set(TimeSpan.FromSeconds(10));
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, _rings);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _rings);

        alarm.Set(TimeSpan.MaxValue);
        time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(1, _rings);
    }

    private void Ring()
    {
        Interlocked.Increment(ref _rings);
        _rang.Set();
    }
}
