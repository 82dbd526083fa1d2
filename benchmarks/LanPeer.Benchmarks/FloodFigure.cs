using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;

namespace LanPeer.Benchmarks;

/// <summary>Direct messages between two peers while a third program floods one of them with 50,000 forged datagrams a second.</summary>
internal static class FloodFigure
{
    private const int Rate = 50_000;
    private const int Seconds = 10;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    public static IEnumerable<Result> Run()
        => Flood("announcements").Concat(Flood("initiations"));

    private static List<Result> Flood(string kind)
    {
        int discovery = Loopback.DiscoveryPort;
        using LanSession alice = Loopback.Start("alice", discovery);
        using LanSession bob = Loopback.Start("bob", discovery);
        Loopback.Until(() => alice.Peers.Any(peer => peer.Name == "bob") && bob.Peers.Any(peer => peer.Name == "alice"), "the two know each other");
        Talk(alice, bob, TimeSpan.FromSeconds(1));
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        self.Refresh();
        long before = self.WorkingSet64;
        using Process flooder = StartFlooder(kind, kind == "announcements" ? discovery : bob.Port, bob);
        TimeSpan busy = self.TotalProcessorTime;
        (List<double> latencies, int lost) = Talk(alice, bob, TimeSpan.FromSeconds(Seconds));
        self.Refresh();
        busy = self.TotalProcessorTime - busy;
        long grown = self.WorkingSet64 - before;
        flooder.WaitForExit(20_000);
        Thread.Sleep(1_000);
        self.Refresh();
        TimeSpan idle = self.TotalProcessorTime;
        Thread.Sleep(2_000);
        self.Refresh();
        idle = self.TotalProcessorTime - idle;
        latencies.Sort();
        string what = $"flood of {kind}: ";
        return
        [
            Result.Of(what + "sent by the attacker", [double.Parse(flooder.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture) / Seconds], "a second"),
            new Result(what + "DM p50", latencies[latencies.Count / 2], latencies[0], latencies[^1], "ms"),
            new Result(what + "DM p99", latencies[(int)(latencies.Count * 0.99)], latencies[0], latencies[^1], "ms", "< 250"),
            Result.Of(what + "DMs lost", [lost], "of " + (latencies.Count + lost)),
            Result.Of(what + "working set grew by", [grown / 1_048_576.0], "MiB", "< 32"),
            Result.Of(what + "CPU during it", [100 * busy / TimeSpan.FromSeconds(Seconds)], "% of a core"),
            Result.Of(what + "CPU a second after it", [100 * idle / TimeSpan.FromSeconds(2)], "% of a core", "idle"),
        ];
    }

    private static Process StartFlooder(string kind, int port, LanSession victim)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (string arg in (string[])[Flooder.Verb, kind, $"{port}", $"{Rate}", $"{Seconds}", victim.AgreementKeyText])
        {
            start.ArgumentList.Add(arg);
        }

        return Process.Start(start)!;
    }

    /// <summary>Sends one message after the other; gives the time each took to the inbox, in milliseconds.</summary>
    private static (List<double> Latencies, int Lost) Talk(LanSession from, LanSession to, TimeSpan time)
    {
        var latencies = new List<double>();
        int lost = 0;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; Stopwatch.GetElapsedTime(start) < time; i++)
        {
            string text = i.ToString(CultureInfo.InvariantCulture);
            long sent = Stopwatch.GetTimestamp();
            from.SendDM(to.UserId, text);
            if (IsReceived(to, text))
            {
                latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
            else
            {
                lost++;
            }

            Thread.Sleep(s_pause);
        }

        return (latencies, lost);
    }

    private static bool IsReceived(LanSession session, string text)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2))
        {
            long version = session.Inbox.Version;
            if (session.Inbox.Take(message => message.Content == text, 1).Count > 0)
            {
                return true;
            }

            _ = session.Inbox.WaitAfter(version, TimeSpan.FromSeconds(1), CancellationToken.None);
        }

        return false;
    }
}
