using System;
using System.Threading;
using LanPeer.Transport;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>By the BCL, and by the kernel where it has the call.</summary>
public sealed class SleeperTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_was_woken_before_does_not_sleep_once(bool isFutex)
    {
        Sleeper sleeper = Make(isFutex);
        sleeper.Wake();
        sleeper.Wake();

        // Not woken, this would take a minute.
        sleeper.Sleep(TimeSpan.MaxValue);

        // And this ends by its time: the second call was for the same sleep.
        sleeper.Sleep(TimeSpan.FromMilliseconds(20));
        sleeper.Sleep(TimeSpan.FromTicks(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_sleeps_is_woken_each_time(bool isFutex)
    {
        Sleeper there = Make(isFutex);
        Sleeper here = Make(isFutex);
        const int rounds = 2_000;
        int turn = 0;
        var other = new Thread(() =>
        {
            for (int i = 0; i < rounds; i++)
            {
                while (Volatile.Read(ref turn) != (2 * i) + 1)
                {
                    there.Sleep(TimeSpan.MaxValue);
                }

                Volatile.Write(ref turn, (2 * i) + 2);
                here.Wake();
            }
        });
        var first = new Thread(() =>
        {
            for (int i = 0; i < rounds; i++)
            {
                Volatile.Write(ref turn, (2 * i) + 1);
                there.Wake();
                while (Volatile.Read(ref turn) != (2 * i) + 2)
                {
                    here.Sleep(TimeSpan.MaxValue);
                }
            }
        });
        other.Start();
        first.Start();

        // One wake-up lost, and both would sleep for a minute.
        Wait.For(first, "the first");
        Wait.For(other, "the other");
        Assert.Equal(2 * rounds, turn);
    }

    private static Sleeper Make(bool isFutex)
    {
        Assert.SkipUnless(!isFutex || Futex.IsThere, "This system has no futex, or this run does without.");
        return isFutex ? new FutexSleeper() : new EventSleeper();
    }
}
