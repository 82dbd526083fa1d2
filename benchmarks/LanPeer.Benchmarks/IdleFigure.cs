using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;

namespace LanPeer.Benchmarks;

/// <summary>Memory and CPU of a peer at rest among others: a process of its own, beside one that does nothing.</summary>
internal static class IdleFigure
{
    public const string Verb = "idle-peer";

    private static readonly int[] s_sizes = [10, 100, 1_000];
    private static readonly TimeSpan s_meets = TimeSpan.FromSeconds(5);

    /// <summary>Until the compiler has made its best code of what is called twice a second.</summary>
    private static readonly TimeSpan s_settles = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan s_measured = TimeSpan.FromSeconds(20);

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
            int discovery = 20_000 + ((Environment.ProcessId + size) % 1_000);
            using Process bare = Start(0, out _);
            using Process peer = Start(discovery, out int port);
            double cpu;
            double memory;
            using (var peers = new SealedPeers(size, (ushort)port, (ushort)discovery))
            {
                peers.PumpUntil(() => Ask(peer) == size, "all peers are known", TimeSpan.FromMilliseconds(200));
                peers.PumpFor(s_meets);
                peers.Ticking = 1;
                peers.PumpFor(s_settles);
                _ = Ask(peer);
                _ = Ask(bare);
                peer.Refresh();
                TimeSpan before = peer.TotalProcessorTime;
                peers.PumpFor(s_measured);
                peer.Refresh();
                bare.Refresh();
                cpu = 100 * (peer.TotalProcessorTime - before) / s_measured;
                memory = (peer.WorkingSet64 - bare.WorkingSet64) / 1_048_576.0;
            }

            peer.StandardInput.Close();
            bare.StandardInput.Close();
            peer.WaitForExit(10_000);
            bare.WaitForExit(10_000);
            yield return Result.Of($"idle among {size}: CPU", [cpu], "% of a core", size == 1_000 ? "< 0.5" : "");
            yield return Result.Of($"idle among {size}: more than an idle process", [memory], "MiB", size == 1_000 ? "< 25" : "");
        }
    }

    private static Process Start(int discovery, out int port)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Verb, discovery.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        port = int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        return process;
    }

    private static int Ask(Process process)
    {
        process.StandardInput.WriteLine();
        return int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }
}
