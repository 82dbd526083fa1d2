using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;

namespace LanPeer.Benchmarks;

/// <summary>A DM and its receipt, sealed both ways and in the inbox before the receipt, against a blocking ping-pong in C.</summary>
internal static class RoundTripFigure
{
    private const int Blocks = 15;
    private const int Count = 400;
    private const int Length = 200;

    public static IEnumerable<object> Run()
    {
        if (!NativeBaseline.IsThere)
        {
            return [$"roundtrip: left out, {NativeBaseline.Missing}."];
        }

        using Pair pair = Pair.Start();
        (LanSession alice, LanSession bob) = pair;
        // The compiler makes its best code of what was called often, some time later.
        for (int i = 0; i < 30; i++)
        {
            _ = Ours(alice, bob, 2 * Count);
            Thread.Sleep(100);
        }

        return [.. Measure(alice, bob, 0), .. Measure(alice, bob, -1)];
    }

    private static List<Result> Measure(LanSession alice, LanSession bob, int core)
    {
        string where = core < 0 ? "cores free" : "one core";
        var baseline = new List<double>();
        var relayed = new List<double>();
        var ours = new List<double>();
        var tails = new List<double>();
        var baselineCpu = new List<double>();
        var ourCpu = new List<double>();
        Cores.Pin(core);
        try
        {
            for (int block = 0; block < Blocks; block++)
            {
                TimeSpan start = Environment.CpuUsage.TotalTime;
                baseline.Add(Percentile(NativeBaseline.PingPong(Count, Length, core), 0.5));
                TimeSpan middle = Environment.CpuUsage.TotalTime;
                relayed.Add(Percentile(NativeBaseline.PingPong(Count, Length, core, isRelayed: true), 0.5));
                Cores.Pin(core);
                TimeSpan next = Environment.CpuUsage.TotalTime;
                double[] times = Ours(alice, bob, Count);
                baselineCpu.Add((middle - start).TotalNanoseconds / Count);
                ourCpu.Add((Environment.CpuUsage.TotalTime - next).TotalNanoseconds / Count);
                ours.Add(Percentile(times, 0.5));
                tails.Add(Percentile(times, 0.99));
            }
        }
        finally
        {
            Cores.Pin(-1);
        }

        return
        [
            Result.Of($"round trip, {where}: ping-pong in C, p50", baseline.Select(Microseconds), "us"),
            Result.Of($"round trip, {where}: the same with a thread that receives for the one that waits, p50", relayed.Select(Microseconds), "us"),
            Result.Of($"round trip, {where}: DM and receipt, p50", ours.Select(Microseconds), "us"),
            Result.Of($"round trip, {where}: DM and receipt, p99", tails.Select(Microseconds), "us"),
            Result.Of($"round trip, {where}: DM / ping-pong", ours.Select((one, i) => one / baseline[i]), "x", core < 0 ? "" : "<= 2.5"),
            Result.Of($"round trip, {where}: DM / the same with such a thread", ours.Select((one, i) => one / relayed[i]), "x"),
            Result.Of($"round trip, {where}: CPU of all threads, C", baselineCpu.Select(Microseconds), "us"),
            Result.Of($"round trip, {where}: CPU of all threads, LanPeer", ourCpu.Select(Microseconds), "us"),
            Result.Of($"round trip, {where}: CPU, DM / ping-pong", ourCpu.Select((one, i) => one / baselineCpu[i]), "x"),
        ];
    }

    private static double Microseconds(double nanoseconds) => nanoseconds / 1_000;

    internal static double Percentile(double[] times, double share)
    {
        double[] sorted = [.. times.Order()];
        return sorted[(int)(sorted.Length * share)];
    }

    internal static double[] Ours(LanSession from, LanSession to, int count)
    {
        string text = new('x', Length - 100);
        string receiver = to.UserId;
        double[] times = new double[count];
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            LanDelivery delivery = from.SendDM(receiver, text);
            times[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            if (delivery.State != LanDeliveryState.Delivered)
            {
                throw new InvalidOperationException($"{delivery}: {delivery.Reason}");
            }
        }

        _ = to.Inbox.Take(static _ => true, int.MaxValue);
        return times;
    }
}
