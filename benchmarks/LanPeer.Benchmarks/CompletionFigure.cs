using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Threading;

namespace LanPeer.Benchmarks;

/// <summary>What Tab takes behind <c>Send-LanDM -To</c> with 1,000 known peers, whose identities are pinned; all of PowerShell's completion included.</summary>
internal static class CompletionFigure
{
    private const int Rounds = 101;

    /// <summary>As often as somebody presses Tab in a shell, whose code the compiler has not made its best of yet.</summary>
    private const int First = 20;

    public static IEnumerable<Result> Run()
        // Among one, it is what PowerShell itself takes. The peers are m0 to m999.
        => Among(1_000, ("Send-LanDM -To m777", 1), ("Send-LanDM -To m77", 11), ("Send-LanDM -To m", 1_000)).Concat(Among(1, ("Send-LanDM -To m", 1)));

    private static List<Result> Among(int size, params (string Input, int Fits)[] cases)
    {
        using Runspace runspace = ModuleRunspace.Open(PSThreadOptions.UseCurrentThread);
        using LanSession session = ModuleRunspace.Start(runspace, "many");
        using var peers = new SealedPeers(size, session);
        peers.PumpUntilKnown(session, size);
        var results = new List<Result>();
        foreach ((string input, int fits) in cases)
        {
            double[] Times(int count)
            {
                double[] times = new double[count];
                for (int i = 0; i < count; i++)
                {
                    times[i] = Time(runspace, input, fits);

                    // Who does not answer for some seconds is not here any more.
                    peers.Pump();
                }

                return times;
            }

            string what = $"completion, '{input}', {fits} of {size}";
            double[] first = Times(First);
            if (input == cases[0].Input && size > 1)
            {
                results.Add(Result.Of($"{what}: the first {First} of the process", first, "ms"));
            }

            for (int i = 0; i < 5; i++)
            {
                _ = Times(2 * First);
                Thread.Sleep(150);
            }

            results.Add(Result.Of(what, Times(Rounds), "ms", size > 1 ? "< 5" : ""));
        }

        return results;
    }

    /// <summary>Milliseconds.</summary>
    private static double Time(Runspace runspace, string input, int fits)
    {
        using var shell = PowerShell.Create(runspace);
        long began = Stopwatch.GetTimestamp();
        CommandCompletion completion = CommandCompletion.CompleteInput(input, input.Length, null, shell);
        double time = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return completion.CompletionMatches.Count == fits
            ? time : throw new InvalidOperationException($"'{input}' has {completion.CompletionMatches.Count} completions, not {fits}.");
    }
}
