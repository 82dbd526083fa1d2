using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;

namespace LanPeer.VirtualNetwork;

/// <summary>Runs a test with many seeds; a seed that fails is named together with the command that runs it again.</summary>
internal static class Schedules
{
    /// <summary>Datagrams and notes told about a failure.</summary>
    private const int LinesTold = 60;

    /// <summary>Fresh seeds tried at once while hours are left.</summary>
    private const int FreshAtOnce = 64;

    /// <summary>Runs the seeds from <paramref name="firstSeed"/> on, as many at a time as there are cores.</summary>
    /// <param name="name">For the report.</param>
    /// <param name="count">How many seeds, unless the environment says otherwise.</param>
    /// <param name="firstSeed">The first of them.</param>
    /// <param name="body">The test. It fails by throwing, and shares nothing with other runs.</param>
    /// <param name="test">Filled in by the compiler: the method to run again.</param>
    /// <param name="file">Filled in by the compiler: its file, in a project's folder below tests/.</param>
    /// <returns>How many were run.</returns>
    /// <exception cref="ScheduleFailedException">The lowest of the seeds that did not hold.</exception>
    public static int Run(
        string name, int count, long firstSeed, Action<Schedule> body, [CallerMemberName] string test = "", [CallerFilePath] string file = "")
        => Run(ScheduleSettings.FromEnvironment(), name, count, firstSeed, body, test, file);

    /// <summary>The same, by given settings.</summary>
    public static int Run(
        ScheduleSettings settings, string name, int count, long firstSeed, Action<Schedule> body,
        [CallerMemberName] string test = "", [CallerFilePath] string file = "")
    {
        long began = Stopwatch.GetTimestamp();
        var tale = new Tale(name, test, file);
        if (settings.Only is long only)
        {
            RunAll(tale, only, 1, body);
            return 1;
        }

        RunAll(tale, firstSeed, count, body);
        while (Stopwatch.GetElapsedTime(began) < settings.Duration)
        {
            // A fresh place each time: a second night finds other things than the first.
            RunAll(tale, RandomNumberGenerator.GetInt32(int.MaxValue) * 1_000L, FreshAtOnce, body);
            count += FreshAtOnce;
        }

        return count;
    }

    /// <summary>The command that runs one schedule again, for the shell of this system.</summary>
    public static string ReplayCommand(long seed, string test, string file)
    {
        string command = $"dotnet test --project {ProjectOf(file)} --filter-method \"*.{test}\"";
        string number = seed.ToString(CultureInfo.InvariantCulture);
        return OperatingSystem.IsWindows()
            ? $"$env:{ScheduleSettings.SeedVariable}='{number}'; {command}" : $"{ScheduleSettings.SeedVariable}={number} {command}";
    }

    private static void RunAll(Tale tale, long firstSeed, int count, Action<Schedule> body)
    {
        var failures = new SortedDictionary<long, ScheduleFailedException>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, count, options, (i, state) =>
        {
            if (RunOne(tale, firstSeed + i, body) is ScheduleFailedException failure)
            {
                lock (failures)
                {
                    failures.Add(failure.Seed, failure);
                }

                // Those below it still run, so that the same one is told each time.
                state.Break();
            }
        });
        foreach (ScheduleFailedException lowest in failures.Values)
        {
            throw lowest;
        }
    }

    private static ScheduleFailedException? RunOne(Tale tale, long seed, Action<Schedule> body)
    {
        var schedule = new Schedule(seed);
        try
        {
            body(schedule);
            return null;
        }
        catch (Exception exception)
        {
            var text = new StringBuilder();
            text.AppendLine(CultureInfo.InvariantCulture, $"Schedule {seed} of '{tale.Name}' failed: {exception.Message}");
            text.AppendLine(CultureInfo.InvariantCulture, $"Replay: {ReplayCommand(seed, tale.Test, tale.File)}");
            text.AppendLine(CultureInfo.InvariantCulture, $"It ended {schedule.Summary()}. The last {LinesTold} lines:");
            text.AppendJoin('\n', schedule.LastLines(LinesTold));
            return new ScheduleFailedException(seed, text.ToString(), exception);
        }
    }

    /// <summary>The project's folder: what is called X in .../tests/X/... The build maps the rest of the path away.</summary>
    private static string ProjectOf(string file)
    {
        string[] parts = file.Replace('\\', '/').Split('/');
        int tests = Array.LastIndexOf(parts, "tests");
        return tests >= 0 && tests + 1 < parts.Length - 1 ? $"tests/{parts[tests + 1]}" : "tests/LanPeer.Engine.Tests";
    }

    private sealed record Tale(string Name, string Test, string File);
}
