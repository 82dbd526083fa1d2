using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LanPeer.Fuzz;

/// <summary>Plays targets for a time, in turn, and tells what was found.</summary>
internal sealed class Fuzzer(FuzzOptions options, TextWriter output)
{
    /// <summary>Of the hours, so much for one target before the next has its turn.</summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(20);

    /// <summary>Bytes the process may hold more than after its first turn, once all garbage is collected.</summary>
    private const long MaxGrowth = 64 * 1_048_576;

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    private readonly Dictionary<string, Tally> _tallies = new(StringComparer.Ordinal);
    private long _nextSeed;

    /// <returns>Whether everything held.</returns>
    public bool Run(IReadOnlyList<FuzzTarget> targets)
    {
        _nextSeed = options.Seed ?? Random.Shared.Next();
        long began = Stopwatch.GetTimestamp();
        TimeSpan total = options.Total ?? TimeSpan.Zero;
        TimeSpan turn = options.Total is null ? options.Each ?? TimeSpan.FromSeconds(10) : s_turn;
        bool isFine = true;
        do
        {
            foreach (FuzzTarget target in targets)
            {
                isFine &= Turn(target, turn);
            }

            _nextSeed += 1_000_000;
        }
        while (isFine && options.Cases is null && Stopwatch.GetElapsedTime(began) < total);

        foreach (FuzzTarget target in targets)
        {
            Tell(target);
        }

        return isFine;
    }

    private bool Turn(FuzzTarget target, TimeSpan turn)
    {
        Tally tally = _tallies.TryGetValue(target.Name, out Tally? known) ? known : _tallies[target.Name] = new Tally();
        _ = target.CorpusSize;
        long began = Stopwatch.GetTimestamp();
        for (int played = 0; options.Cases is int cases ? played < cases : Stopwatch.GetElapsedTime(began) < turn; played++)
        {
            long seed = _nextSeed + played;
            try
            {
                tally.Executions += target.Play(seed);
            }
            catch (FuzzFailureException failure)
            {
                tally.Failures++;
                output.WriteLine(failure.Message);
                Write(failure);
                tally.Time += Stopwatch.GetElapsedTime(began);
                return false;
            }
        }

        tally.Time += Stopwatch.GetElapsedTime(began);
        return IsBounded(target, tally);
    }

    /// <summary>Cases leave nothing behind: what stays after the first turn stays the same.</summary>
    private bool IsBounded(FuzzTarget target, Tally tally)
    {
        long bytes = GC.GetTotalMemory(forceFullCollection: true);
        if (tally.Memory == 0)
        {
            tally.Memory = bytes;
        }

        if (bytes - tally.Memory <= MaxGrowth)
        {
            return true;
        }

        tally.Failures++;
        output.WriteLine($"{target.Name}: memory grew from {tally.Memory:N0} to {bytes:N0} bytes.");
        return false;
    }

    private void Tell(FuzzTarget target)
    {
        Tally tally = _tallies[target.Name];
        double perSecond = tally.Executions / Math.Max(tally.Time.TotalSeconds, 0.001);
        output.WriteLine($"{target.Name,-14} {tally.Executions,12:N0} executions  {perSecond,9:N0}/s  corpus {target.CorpusSize,5:N0}  outcomes {target.Outcomes.Count,6:N0}  failures {tally.Failures}");
        if (options.ShowOutcomes)
        {
            foreach ((string outcome, long count) in target.Outcomes.OrderByDescending(pair => pair.Value).Take(60))
            {
                output.WriteLine($"    {count,10:N0}  {outcome}");
            }
        }
    }

    private void Write(FuzzFailureException failure)
    {
        Directory.CreateDirectory(options.Folder);
        string path = Path.Combine(options.Folder, $"{failure.Target}-{failure.Seed}.json");
        var file = new JsonObject { ["about"] = failure.Message, ["entries"] = new JsonArray(failure.Finding.DeepClone()) };
        File.WriteAllText(path, file.ToJsonString(s_json));
        output.WriteLine($"Written to {path}");
    }

    private sealed class Tally
    {
        public long Executions { get; set; }

        public TimeSpan Time { get; set; }

        public int Failures { get; set; }

        public long Memory { get; set; }
    }
}
