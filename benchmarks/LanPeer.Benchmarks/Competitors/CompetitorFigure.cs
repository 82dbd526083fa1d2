using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using NetMQ;

namespace LanPeer.Benchmarks.Competitors;

/// <summary>What people would use instead, theirs in the clear and ours sealed: round trips, and messages delivered to many.</summary>
internal static class CompetitorFigure
{
    /// <summary>Messages to one receiver at once, where many go into one packet.</summary>
    public const int Burst = 64;

    /// <summary>Of a slice: 30 ms and more, in which the kernel has spread threads over free cores.</summary>
    private const int Trips = 2_000;
    private const int TripBlocks = 11;
    private const int WarmTrips = 800;
    private const int Passes = 2;
    private const int Blocks = 7;

    /// <summary>For all the same: the compiler makes its best code of what was called often, some time later.</summary>
    private static readonly TimeSpan s_warmsUp = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Before each slice of round trips: some are busy for milliseconds after their last, and whoever comes next pays for it.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(20);

    public static IEnumerable<object> Run()
    {
        using var mosquitto = MosquittoContestant.TryStart();
        if (mosquitto is null)
        {
            yield return "competitors: mosquitto left out, it is not installed.";
        }

        if (!NativeBaseline.IsThere)
        {
            yield return $"competitors: one core and raw sockets left out, {NativeBaseline.Missing}.";
        }

        Contestant[] broker = mosquitto is null ? [] : [mosquitto];
        Contestant[] raw = NativeBaseline.IsThere ? [new RawSocketContestant()] : [];
        Contestant[] merging = [new NetMQContestant(), new LiteNetLibContestant()];
        foreach (object result in merging.Concat(broker).SelectMany(RoundTrips))
        {
            yield return result;
        }

        foreach (int size in (int[])[100, 1_000])
        {
            foreach (object result in Delivered($"bursts of {Burst} to {size}", [new LanPeerContestant(isPost: false), .. merging], size, Math.Max(1, 400 / size) * Burst)
                .Concat(Delivered($"single messages to {size}", [new LanPeerContestant(isPost: true), .. broker, .. raw], size, Math.Max(20, 10_000 / size))))
            {
                yield return result;
            }
        }

        NetMQConfig.Cleanup(block: false);
    }

    /// <summary>One competitor, LanPeer and the ping-pong in C, in turn.</summary>
    private static IEnumerable<object> RoundTrips(Contestant contestant)
    {
        using Trip theirs = contestant.OpenTrip();
        using Trip ours = new LanPeerContestant(isPost: false).OpenTrip();

        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < s_warmsUp;)
        {
            _ = Median(theirs, WarmTrips);
            _ = Median(ours, WarmTrips);
            Thread.Sleep(100);
        }

        return [.. (NativeBaseline.IsThere ? (int[])[-1, 0] : [-1]).SelectMany(core => RoundTrips(contestant, theirs, ours, core))];
    }

    private static List<Result> RoundTrips(Contestant contestant, Trip theirs, Trip ours, int core)
    {
        var plain = new List<double>();
        var mine = new List<double>();
        var others = new List<double>();
        for (int block = 0; block < TripBlocks; block++)
        {
            if (NativeBaseline.IsThere)
            {
                Cores.Pin(core, contestant.Processes);
                Thread.Sleep(s_rest);
                plain.Add(RoundTripFigure.Percentile(NativeBaseline.PingPong(Trips, Contestant.Length, core), 0.5) / 1_000);
                Cores.Pin(core, contestant.Processes);
            }

            Thread.Sleep(s_rest);
            mine.Add(Median(ours, Trips));
            Thread.Sleep(s_rest);
            others.Add(Median(theirs, Trips));
        }

        if (NativeBaseline.IsThere)
        {
            Cores.Pin(-1, contestant.Processes);
        }

        string what = core < 0 ? "round trip, cores free" : "round trip, one core";
        return
        [
            Result.Of($"{what}: {contestant.Name}, p50", others, "us"),
            Result.Of($"{what}: LanPeer beside it, p50", mine, "us"),
            .. plain.Count > 0 ? (Result[])[Result.Of($"{what}: {contestant.Name} / ping-pong in C", others.Zip(plain, Ratio), "x")] : [],
            Result.Of($"{what}: {contestant.Name} / LanPeer", others.Zip(mine, Ratio), "x", ">= 4"),
        ];
    }

    private static double Ratio(double one, double other) => one / other;

    /// <summary>Microseconds.</summary>
    private static double Median(Trip trip, int count)
    {
        double[] times = new double[count];
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            trip.Go();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        return RoundTripFigure.Percentile(times, 0.5);
    }

    /// <summary>Each alone, as receivers look for what has come all the time; twice, so that what else the machine does meets all.</summary>
    private static IEnumerable<object> Delivered(string what, Contestant[] contestants, int size, int messages)
    {
        Dictionary<Contestant, List<double>> rates = contestants.ToDictionary(static one => one, static _ => new List<double>());
        var failures = new Dictionary<Contestant, string>();
        for (int pass = 0; pass < Passes; pass++)
        {
            foreach (Contestant contestant in contestants.Where(one => !failures.ContainsKey(one)))
            {
                try
                {
                    using Fan fan = contestant.OpenFan(size);
                    rates[contestant].AddRange(Rates(fan, size, messages));
                }
                catch (Exception error) when (error is TimeoutException or AggregateException)
                {
                    failures[contestant] = error.GetBaseException().Message;
                }
            }
        }

        List<double> ours = rates[contestants[0]];
        foreach (Contestant contestant in contestants)
        {
            List<double> theirs = rates[contestant];
            if (failures.TryGetValue(contestant, out string? failure))
            {
                yield return $"{what}, {contestant.Name}: {failure}";
                continue;
            }

            yield return Result.Of($"{what}: {contestant.Name}", theirs, "a second");
            if (contestant != contestants[0] && ours.Count == theirs.Count)
            {
                yield return Result.Of($"{what}: LanPeer / {contestant.Name}", ours.Zip(theirs, Ratio), "x", "> 1");
            }
        }
    }

    /// <summary>Messages that arrive a second.</summary>
    private static IEnumerable<double> Rates(Fan fan, int receivers, int messages)
    {
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < s_warmsUp;)
        {
            _ = Rate(fan, receivers, messages);
        }

        for (int block = 0; block < Blocks; block++)
        {
            yield return Rate(fan, receivers, messages);
        }
    }

    private static double Rate(Fan fan, int receivers, int messages)
    {
        long wanted = fan.Arrived + ((long)receivers * messages);
        long began = Stopwatch.GetTimestamp();
        fan.Send(messages);
        while (fan.Arrived < wanted)
        {
            if (Stopwatch.GetElapsedTime(began) > s_patience)
            {
                throw new TimeoutException($"{wanted - fan.Arrived} messages did not arrive.");
            }

            Thread.Sleep(1);
        }

        double rate = receivers * messages / Stopwatch.GetElapsedTime(began).TotalSeconds;
        fan.Settle();
        return rate;
    }
}
