using System;
using System.Collections.Generic;
using System.Linq;

namespace LanPeer.Tests.Engine;

/// <summary>Measures what a piece of code allocates on this thread.</summary>
internal static class Allocation
{
    private const int Rounds = 10;
    private const int Calls = 20;

    /// <summary>
    /// Bytes of 20 calls, the least of ten rounds: a collection that another test brings about counts what is left of the
    /// thread's allocation window, up to 8 KiB, as allocated. What the code itself allocates is there in every round.
    /// </summary>
    public static long Of(Action action)
    {
        var rounds = new List<long>(Rounds);
        for (int round = 0; round <= Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int call = 0; call < Calls; call++)
            {
                action();
            }

            rounds.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // The first warms up.
        return rounds.Skip(1).Min();
    }
}
