using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;

namespace LanPeer.Benchmarks;

/// <summary>
/// Memory and CPU of a peer at rest among others: a process of its own, beside one that does nothing; at last in pwsh, beside a
/// pwsh without the module.
/// </summary>
internal static class IdleFigure
{
    public const string Verb = "idle-peer";

    private static readonly int[] s_sizes = [10, 100, 1_000];
    private static readonly TimeSpan s_meets = TimeSpan.FromSeconds(5);

    /// <summary>Until what meeting everybody took is given back (docs/performance.md, "What helped").</summary>
    private static readonly TimeSpan s_settles = TimeSpan.FromSeconds(140);
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
            (double cpu, double memory) = Measure(size, Start);
            yield return Result.Of($"idle among {size}: CPU", [cpu], "% of a core", size == 1_000 ? "< 0.5" : "");
            yield return Result.Of($"idle among {size}: more than an idle process of .NET", [memory], "MB", size == 1_000 ? "< 25" : "");
        }

        string folder = Directory.CreateTempSubdirectory("lanpeer-idle-").FullName;
        try
        {
            int size = s_sizes[^1];
            (double cpu, double memory) = Measure(size, discovery => StartShell(discovery, folder));
            yield return Result.Of($"idle among {size} in {Repository.Shell.Name}: CPU", [cpu], "% of a core", "< 0.5");
            yield return Result.Of($"idle among {size} in {Repository.Shell.Name}: more than one without the module", [memory], "MB", "< 25");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (double Cpu, double Memory) Measure(int size, Func<int, Process> start)
    {
        int discovery = Loopback.NewDiscoveryPort();
        using Process bare = start(0);
        using Process peer = start(discovery);
        _ = Answer(bare);
        int port = Answer(peer);
        double cpu;
        double memory;
        using (var peers = new SealedPeers(size, (ushort)port, (ushort)discovery))
        {
            // Both are asked as often: what asking leaves behind, as code that was compiled better for it, is not the peer's.
            peers.PumpUntil(() => Ask(bare) == 0 && Ask(peer) == size, "all peers are known", TimeSpan.FromMilliseconds(200));
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
            memory = (peer.WorkingSet64 - bare.WorkingSet64) / 1e6;
        }

        peer.StandardInput.Close();
        bare.StandardInput.Close();
        peer.WaitForExit(10_000);
        bare.WaitForExit(10_000);
        return (cpu, memory);
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

    private static int Ask(Process process)
    {
        process.StandardInput.WriteLine();
        return Answer(process);
    }

    private static int Answer(Process process) => int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
}
