using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace LanPeer.Benchmarks;

/// <summary>Measures two things in turn, so that whatever else the machine does meets both.</summary>
internal static class Rounds
{
    private const int Count = 41;
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(5);

    /// <summary>Nanoseconds of one call of each, round by round.</summary>
    public static (double[] Baseline, double[] Ours) Alternate(Action baseline, Action ours)
    {
        int baselineCalls = Calls(baseline);
        int ourCalls = Calls(ours);
        var first = new List<double>(Count);
        var second = new List<double>(Count);
        for (int i = 0; i < Count; i++)
        {
            first.Add(Time(baseline, baselineCalls));
            second.Add(Time(ours, ourCalls));
        }

        return ([.. first], [.. second]);
    }

    public static IEnumerable<double> Ratios((double[] Baseline, double[] Ours) times)
        => times.Ours.Zip(times.Baseline, static (ours, baseline) => ours / baseline);

    /// <summary>Bytes one call allocates on this thread.</summary>
    public static double Allocated(Action action)
    {
        const int Calls = 10_000;
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
        {
            action();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Calls;
    }

    private static int Calls(Action action)
    {
        // The compiler makes its best code of what was called often, on a thread of its own and some time later.
        for (int i = 0; i < 5; i++)
        {
            _ = Time(action, 2_000);
            Thread.Sleep(150);
        }

        for (int calls = 64; ; calls *= 2)
        {
            double nanoseconds = Time(action, calls);
            if (nanoseconds * calls > s_slice.TotalNanoseconds)
            {
                return Math.Max(1, (int)(s_slice.TotalNanoseconds / nanoseconds));
            }
        }
    }

    /// <summary>Nanoseconds of one call.</summary>
    public static double Time(Action action, int calls)
    {
        double start = ThreadClock.Now();
        for (int i = 0; i < calls; i++)
        {
            action();
        }

        return (ThreadClock.Now() - start) / calls;
    }
}
