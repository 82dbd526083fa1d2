using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Threading;

namespace LanPeer.Benchmarks;

/// <summary>From Ctrl+C (PowerShell.Stop) to the end of the pipeline, for each command that waits. The peer they wait for does not answer meanwhile.</summary>
internal static class StopFigure
{
    private const int Rounds = 20;

    private static readonly (string Name, string Script)[] s_commands =
    [
        ("Receive-LanMessage -Wait", "Receive-LanMessage -Session $s -Wait"),
        ("Find-LanPeer", "Find-LanPeer -Session $s -Count 9 -Timeout 100"),
        ("Find-LanPeer without a session", "Find-LanPeer -DiscoveryPort $port -Network Loopback -Count 9 -Timeout 100"),
        ("Get-LanPeer -FromNetwork", "Get-LanPeer -Session $s -FromNetwork -Timeout 100"),
        ("Test-LanPeer", "Test-LanPeer m0 -Session $s -Timeout 100"),
        ("Send-LanDM", "Send-LanDM m0 one -Session $s -Timeout 100"),
        ("Send-LanDM, a pipeline", "1..2000 | Send-LanDM m0 -Session $s -Timeout 100"),
        ("Send-LanPost -Wait", "Send-LanPost one -Session $s -Wait -Timeout 100"),
    ];

    public static IEnumerable<Result> Run()
    {
        using LanSession session = Loopback.Start("waiting");
        using var peers = new SealedPeers(1, session);
        using Runspace runspace = ModuleRunspace.Open(PSThreadOptions.ReuseThread);
        runspace.SessionStateProxy.SetVariable("s", session);
        runspace.SessionStateProxy.SetVariable("port", Loopback.DiscoveryPort);
        peers.PumpUntil(() => session.Peers.Any(peer => peer.PeerId is not null), "it is known");
        foreach ((string name, string script) in s_commands)
        {
            var times = new List<double>(Rounds);
            for (int round = -2; round < Rounds; round++)
            {
                // What was left of the last round is answered, and so are probes.
                peers.PumpFor(TimeSpan.FromMilliseconds(50));
                double time = Time(runspace, name, script);
                if (round >= 0)
                {
                    times.Add(time);
                }
            }

            yield return Result.Of($"stop, {name}", times, "ms", "<= 100");
        }
    }

    /// <summary>Milliseconds.</summary>
    private static double Time(Runspace runspace, string name, string script)
    {
        using var shell = PowerShell.Create(runspace);
        shell.AddScript(script);
        IAsyncResult running = shell.BeginInvoke();

        // By then it waits, and not always for as long.
        Thread.Sleep(100 + Random.Shared.Next(60));
        if (running.IsCompleted)
        {
            throw new InvalidOperationException($"{name} did not wait.");
        }

        long began = Stopwatch.GetTimestamp();
        shell.Stop();
        _ = running.AsyncWaitHandle.WaitOne();
        double time = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return shell.InvocationStateInfo.State == PSInvocationState.Stopped
            ? time : throw new InvalidOperationException($"{name} ended as {shell.InvocationStateInfo.State}.");
    }
}
