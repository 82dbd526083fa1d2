using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;

namespace LanPeer.Benchmarks;

/// <summary>
/// How soon all others know that a process was killed: a real one, by SIGKILL (TerminateProcess on Windows), watched over
/// loopback, whose host answers for the closed port.
/// </summary>
internal static class KillFigure
{
    private const int Rounds = 11;
    private static readonly int[] s_sizes = [5, 20];

    public static IEnumerable<object> Run()
    {
        foreach (int size in s_sizes)
        {
            List<LanSession> watchers = [.. Enumerable.Range(1, size - 1).Select(i => Loopback.Start($"watcher{i}", Discovery))];
            try
            {
                yield return Result.Of(
                    $"killed, known to {size - 1} others after",
                    [.. Enumerable.Range(1, Rounds).Select(round => TimeToKnow(watchers, $"victim{round}"))],
                    "s",
                    "<= 1.5");
            }
            finally
            {
                watchers.ForEach(static watcher => watcher.Dispose());
            }
        }
    }

    private static int Discovery => 21_000 + (Environment.ProcessId % 1_000);

    private static double TimeToKnow(List<LanSession> watchers, string name)
    {
        using var victim = new Victim(name, Discovery);
        Loopback.Until(() => watchers.TrueForAll(watcher => watcher.Peers.Count == watchers.Count && Knows(watcher, name)), "all know each other");

        // A second and more, so that the rounds of probes do not all begin with the newcomer's arrival.
        Thread.Sleep(TimeSpan.FromSeconds(1 + Random.Shared.NextDouble()));
        long began = Stopwatch.GetTimestamp();
        victim.Kill();
        Loopback.Until(() => !watchers.Exists(watcher => Knows(watcher, name)), "all have noticed");
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static bool Knows(LanSession watcher, string name) => watcher.Peers.Any(peer => peer.Name == name);

    /// <summary>A peer in a process of its own.</summary>
    internal sealed class Victim : IDisposable
    {
        public const string Verb = "--victim";

        private readonly Process _process;

        public Victim(string name, int discovery)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true };
            start.ArgumentList.Add(Verb);
            start.ArgumentList.Add(name);
            start.ArgumentList.Add(discovery.ToString(CultureInfo.InvariantCulture));
            _process = Process.Start(start)!;
        }

        /// <summary>The process itself: lives until its input ends.</summary>
        public static int Live(string[] args)
        {
            using LanSession session = Loopback.Start(args[0], int.Parse(args[1], CultureInfo.InvariantCulture));
            _ = Console.In.Read();
            return 0;
        }

        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                Kill();
            }

            _process.Dispose();
        }
    }
}
