using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;

namespace LanPeer.Benchmarks;

/// <summary>Measures two things in turn, so that whatever else the machine does meets both.</summary>
internal static class Rounds
{
    private const int Count = 41;
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(20);

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
        // Long enough for the compiler to have done its best.
        for (int calls = 64; ; calls *= 2)
        {
            double nanoseconds = Time(action, calls);
            if (nanoseconds * calls > s_slice.TotalNanoseconds)
            {
                return Math.Max(1, (int)(s_slice.TotalNanoseconds / nanoseconds));
            }
        }
    }

    private static double Time(Action action, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            action();
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / calls;
    }
}
