using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer.Benchmarks;

/// <summary>Writes the objects it is given, and does nothing else: the fastest a command can be.</summary>
[Cmdlet(VerbsCommunications.Write, "Bare")]
[SuppressMessage("Performance", "CA1812", Justification = "PowerShell makes it.")]
public sealed class WriteBareCommand : Cmdlet
{
    /// <summary>What to write.</summary>
    [Parameter(Mandatory = true)]
    [SuppressMessage("Performance", "CA1819", Justification = "A parameter.")]
    public object[] Item { get; set; } = [];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (object one in Item)
        {
            WriteObject(one);
        }
    }
}

/// <summary>From the inbox to Out-Null, against a bare command; and -Type against Where-Object.</summary>
internal static class PipelineFigure
{
    private const int Count = 20_000;
    private const int Rounds = 11;

    public static IEnumerable<object> Run()
    {
        using LanSession session = Loopback.Start("pipe");
        using Runspace runspace = ModuleRunspace.Open(PSThreadOptions.UseCurrentThread, new SessionStateCmdletEntry("Write-Bare", typeof(WriteBareCommand), null));
        LanMessage[] messages = [.. Enumerable.Range(0, Count).Select(Message)];
        runspace.SessionStateProxy.SetVariable("s", session);
        runspace.SessionStateProxy.SetVariable("all", messages);
        var bare = new List<double>();
        var ours = new List<double>();
        var where = new List<double>();
        var typed = new List<double>();
        for (int round = -3; round < Rounds; round++)
        {
            double first = Time(runspace, "Write-Bare -Item $all | Out-Null");
            Fill(session, messages);
            double second = Time(runspace, "Receive-LanMessage -Session $s | Out-Null");
            Fill(session, messages);
            double third = Time(runspace, "Receive-LanMessage -Session $s -Keep | Where-Object { $_.Type -eq 'DM' } | Out-Null");
            double fourth = Time(runspace, "Receive-LanMessage -Session $s -Keep -Type DM | Out-Null");
            _ = session.Inbox.Take(static _ => true, int.MaxValue);
            if (round >= 0)
            {
                bare.Add(Count / first);
                ours.Add(Count / second);
                where.Add(third / 1e6);
                typed.Add(fourth / 1e6);
            }
        }

        return
        [
            Result.Of("pipeline: bare command to Out-Null", bare.Select(static rate => 1e9 * rate), "objects/s"),
            Result.Of("pipeline: Receive-LanMessage to Out-Null", ours.Select(static rate => 1e9 * rate), "objects/s"),
            Result.Of("pipeline: speed of the bare command", ours.Select((one, i) => one / bare[i]), "x", ">= 0.7", 0.35) with { IsLeast = true },
            Result.Of("pipeline: Where-Object, 1 of 20 wanted", where, "ms"),
            Result.Of("pipeline: -Type, 1 of 20 wanted", typed, "ms"),
            Result.Of("pipeline: Where-Object / -Type", where.Select((one, i) => one / typed[i]), "x", ">= 8", 4) with { IsLeast = true },
        ];
    }

    private static void Fill(LanSession session, LanMessage[] messages)
    {
        foreach (LanMessage message in messages)
        {
            if (!session.Inbox.TryAdd(message, out _))
            {
                throw new InvalidOperationException("The inbox is full.");
            }
        }
    }

    private static double Time(Runspace runspace, string script)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(script);
        double start = ThreadClock.Now();
        shell.Invoke();
        double time = ThreadClock.Now() - start;
        return shell.HadErrors ? throw new InvalidOperationException(shell.Streams.Error[0].ToString()) : time;
    }

    private static LanMessage Message(int i) => PublicViews.Message(new Arrival(
        i % 20 == 0 ? MessageType.DM : MessageType.Post, $"p{i % 10}@127.0.0.1", null, "", $"message {i}", null, 1_795_367_841, $"{i:x16}",
        DateTimeOffset.UtcNow, $"p{i % 10}"));
}
