using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;

namespace LanPeer.Benchmarks;

/// <summary>
/// Memory and CPU of a peer at rest among others: processes of their own, beside such that do nothing; at last in pwsh, beside a
/// pwsh without the module.
/// </summary>
internal static class IdleFigure
{
    public const string Verb = "idle-peer";

    /// <summary>Of each kind of process: the working sets of two that do the same are up to 10 MB apart.</summary>
    private const int Pairs = 5;

    /// <summary>What a collection empties it may give back in the next one only: after one alone 5 MB took 13 to 28.</summary>
    private const int Collections = 3;

    private static readonly int[] s_sizes = [10, 100, 1_000];
    private static readonly TimeSpan s_meets = TimeSpan.FromSeconds(5);

    /// <summary>Until what meeting everybody took is given back (docs/performance.md, "What helped").</summary>
    private static readonly TimeSpan s_settles = TimeSpan.FromSeconds(140);
    private static readonly TimeSpan s_measured = TimeSpan.FromSeconds(20);

    /// <summary>Between two collections.</summary>
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);

    /// <summary>So long the peers of one pair read what has come, then those of the next.</summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(5);

    /// <summary>The process that is measured: a peer, or with no port nothing. It ends with its input.</summary>
    public static int Peer(string[] args)
    {
        int discovery = int.Parse(args[0], CultureInfo.InvariantCulture);
        using LanSession? session = discovery == 0 ? null : Loopback.Start("idle", discovery);
        Console.WriteLine(session?.Port ?? 0);
        while (Console.ReadLine() is not null)
        {
            // What it was asked for: how many it knows. A collection first, so that what counts is what is kept
            // and not what was thrown away while everybody was met.
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Console.WriteLine(session?.Peers.Count ?? 0);
        }

        return 0;
    }

    public static IEnumerable<object> Run()
    {
        foreach (int size in s_sizes)
        {
            foreach (object result in Results($"idle among {size}", "an idle process of .NET", size, Start))
            {
                yield return result;
            }
        }

        foreach (object result in InShell())
        {
            yield return result;
        }
    }

    private static List<object> InShell()
    {
        string folder = Directory.CreateTempSubdirectory("lanpeer-idle-").FullName;
        try
        {
            int size = s_sizes[^1];
            return Results($"idle among {size} in {Repository.Shell.Name}", "one without the module", size, discovery => StartShell(discovery, folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<object> Results(string what, string other, int size, Func<int, Process> start)
    {
        Sizes[] bare = new Sizes[Pairs];
        Sizes[] peer = new Sizes[Pairs];
        double[] cpu = new double[Pairs];
        Measure(size, start, bare, peer, cpu);
        bool isBar = size == s_sizes[^1];
        var results = new List<object>
        {
            Result.Of($"{what}: CPU", [.. cpu], "% of a core", isBar ? "< 0.5" : ""),
            Result.Of($"{what}: more than {other}", [.. Differences(static sizes => sizes.All)], "MB", isBar ? "< 25" : ""),
        };
        if (OperatingSystem.IsLinux())
        {
            results.Add(Result.Of($"{what}: of that its own", [.. Differences(static sizes => sizes.Own)], "MB"));
            results.Add(Result.Of($"{what}: of that pages of files", [.. Differences(static sizes => sizes.Files)], "MB"));
        }

        return results;

        // Each with each: which of the bare processes happens to stand beside a peer says nothing.
        IEnumerable<double> Differences(Func<Sizes, double> of) => peer.SelectMany(one => bare.Select(other => of(one) - of(other)));
    }

    private static void Measure(int size, Func<int, Process> start, Sizes[] bare, Sizes[] peer, double[] cpu)
    {
        Pair[] pairs = [.. Enumerable.Range(0, Pairs).Select(_ => new Pair(size, start))];
        try
        {
            foreach (Pair pair in pairs)
            {
                pair.Meet();
            }

            PumpAll(pairs, s_meets);
            foreach (Pair pair in pairs)
            {
                pair.Peers.Ticking = 1;
            }

            PumpAll(pairs, s_settles);
            for (int i = 0; i < Collections; i++)
            {
                foreach (Pair pair in pairs)
                {
                    pair.Ask();
                }

                PumpAll(pairs, s_between);
            }

            TimeSpan[] before = [.. pairs.Select(static pair => pair.Time())];
            PumpAll(pairs, s_measured);
            for (int i = 0; i < pairs.Length; i++)
            {
                cpu[i] = 100 * (pairs[i].Time() - before[i]) / s_measured;
                (bare[i], peer[i]) = (Sizes.Of(pairs[i].Bare), Sizes.Of(pairs[i].Peer));
            }
        }
        finally
        {
            foreach (Pair pair in pairs)
            {
                pair.Dispose();
            }
        }
    }

    private static void PumpAll(Pair[] pairs, TimeSpan time)
    {
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < time;)
        {
            foreach (Pair pair in pairs)
            {
                pair.Peers.PumpFor(s_turn);
            }
        }
    }

    private static Process Start(int discovery)
        => Process.Start(Redirected(Environment.ProcessPath!, Verb, discovery.ToString(CultureInfo.InvariantCulture)))!;

    /// <summary>What <see cref="Peer"/> does, as a script.</summary>
    private static Process StartShell(int discovery, string folder)
    {
        string script = Path.Combine(folder, $"idle{discovery}.ps1");
        string begin = discovery == 0
            ? "'0'"
            : $"Import-Module '{Repository.Module}'\n$session = Start-LanPeer idle -Network Loopback -Ephemeral -DiscoveryPort {discovery}\n\"$($session.Port)\"";
        File.WriteAllText(
            script,
            $"{begin}\nwhile ($null -ne [Console]::In.ReadLine()) {{\n[GC]::Collect(2, 'Aggressive', $true, $true)\n\"$(if ($session) {{ $session.Peers.Count }} else {{ 0 }})\"\n}}\n");
        return Process.Start(Redirected(Repository.Shell.Path, "-NoProfile", "-NonInteractive", "-File", script))!;
    }

    private static ProcessStartInfo Redirected(string program, params string[] arguments)
        => new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };

    /// <summary>Megabytes of a process.</summary>
    /// <param name="All">Its working set.</param>
    /// <param name="Own">Of that what is no file's: its heaps, stacks, and code made at run time.</param>
    /// <param name="Files">Of that what is a file's: libraries, which all processes share.</param>
    private readonly record struct Sizes(double All, double Own, double Files)
    {
        public static Sizes Of(Process process)
        {
            process.Refresh();
            double all = process.WorkingSet64 / 1e6;
            double files = OperatingSystem.IsLinux() ? FilePages(process.Id) : 0;
            return new Sizes(all, all - files, files);
        }

        private static double FilePages(int process)
        {
            const string name = "RssFile:";
            string line = File.ReadLines($"/proc/{process}/status").First(static line => line.StartsWith(name, StringComparison.Ordinal));
            return double.Parse(line.AsSpan(name.Length, line.Length - name.Length - " kB".Length), CultureInfo.InvariantCulture) * 1_024 / 1e6;
        }
    }

    /// <summary>A peer among others, and a process that does nothing.</summary>
    private sealed class Pair : IDisposable
    {
        private readonly int _size;

        public Pair(int size, Func<int, Process> start)
        {
            _size = size;
            int discovery = Loopback.NewDiscoveryPort();
            Bare = start(0);
            Peer = start(discovery);
            _ = Answer(Bare);
            Peers = new SealedPeers(size, (ushort)Answer(Peer), (ushort)discovery);
        }

        public Process Bare { get; }

        public Process Peer { get; }

        public SealedPeers Peers { get; }

        public void Meet() => Peers.PumpUntil(() => Ask() == _size, "all peers are known", TimeSpan.FromMilliseconds(200));

        /// <summary>
        /// How many the peer knows. Both are asked as often: what asking leaves behind, as code that was compiled better for
        /// it, is not the peer's.
        /// </summary>
        public int Ask()
        {
            foreach (Process process in (Process[])[Bare, Peer])
            {
                process.StandardInput.WriteLine();
            }

            _ = Answer(Bare);
            return Answer(Peer);
        }

        public TimeSpan Time()
        {
            Peer.Refresh();
            return Peer.TotalProcessorTime;
        }

        public void Dispose()
        {
            Peers.Dispose();
            foreach (Process process in (Process[])[Peer, Bare])
            {
                process.StandardInput.Close();
                process.WaitForExit(10_000);
                process.Dispose();
            }
        }

        private static int Answer(Process process) => int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }
}
