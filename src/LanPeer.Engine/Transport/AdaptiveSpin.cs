using System;
using System.Diagnostics;

namespace LanPeer.Transport;

/// <summary>
/// Whether to look again and again for a moment before sleeping. To wake a thread on another core takes 5 us on bare metal
/// and 50 in a virtual machine, the answer of a peer of the same host 10: who talks back and forth saves that. Whoever looks
/// in vain looks ever more seldom, so that datagrams that come now and then cost next to nothing; with one core nobody
/// could send meanwhile.
/// </summary>
/// <param name="cores">Processors this process may use.</param>
internal sealed class AdaptiveSpin(int cores)
{
    /// <summary>After how many waits, at most, it is tried again: 200 us each 256 datagrams are 0.8 us a datagram.</summary>
    private const int MostSkipped = 255;

    /// <summary>How long is looked: twice as long as it takes to wake the other thread and have its answer, where waking is slow.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMicroseconds(200);

    private static readonly long s_ticks = (long)(s_longest.TotalSeconds * Stopwatch.Frequency);

    private readonly Backoff _tries = new(MostSkipped);

    /// <summary>Whether to look this time. Call it before each wait.</summary>
    public bool Begins() => cores > 1 && _tries.Begins();

    /// <summary>Until when, as a time stamp of <see cref="Stopwatch"/>.</summary>
    public static long End() => Stopwatch.GetTimestamp() + s_ticks;

    /// <summary>What came of it.</summary>
    /// <param name="isHit">Whether something came while it was looked for.</param>
    public void Ended(bool isHit) => _tries.Ended(isHit);
}
