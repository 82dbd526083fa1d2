using System;
using System.Threading;
using LanPeer.Transport;

namespace LanPeer;

/// <summary>
/// Gives back, when all is quiet, the memory that handshakes and everything done for the first time have left behind: what is
/// free in the C library, and what the runtime's compiler keeps for its next method, 64 KB at a time and 16 MB at most.
/// </summary>
/// <remarks>
/// The compiler lets go of that when the finalizer thread has run twice, two seconds apart. A process that allocates little
/// has no collection for hours by which it would: 6 MB were kept after 1,000 handshakes.
/// </remarks>
/// <param name="wakeFinalizers">Lets the finalizer thread run; null for the runtime's own.</param>
/// <param name="trim">Gives back what is free in the C library; null for that.</param>
internal sealed class MemoryRest(Action? wakeFinalizers = null, Action? trim = null)
{
    private const int Rounds = 2;

    /// <summary>
    /// From the last handshake: where some come more do, and ciphers that are not used rest after 75 s at most
    /// (<see cref="Security.Sessions.TransportKeys.Pass"/>).
    /// </summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(90);

    /// <summary>It does not wait for longer, as in a large network some handshake is always made.</summary>
    private static readonly TimeSpan s_latest = TimeSpan.FromSeconds(180);

    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(3);

    private TimeSpan _by;
    private int _round;

    /// <summary>When <see cref="DoWhatIsDue"/> has something to do; <see cref="TimeSpan.MaxValue"/> when nothing was noted.</summary>
    public TimeSpan Due { get; private set; } = TimeSpan.MaxValue;

    /// <summary>A handshake was made.</summary>
    public void Note(TimeSpan now)
    {
        if (_round > 0)
        {
            // What it leaves is given back with the rest, or after the next one.
            return;
        }

        _by = Due == TimeSpan.MaxValue ? now + s_latest : _by;
        Due = now + s_quiet < _by ? now + s_quiet : _by;
    }

    public void DoWhatIsDue(TimeSpan now)
    {
        if (now < Due)
        {
            return;
        }

        if (_round < Rounds)
        {
            _round++;
            Due = now + s_round;
            (wakeFinalizers ?? WakeFinalizers)();
            return;
        }

        _round = 0;
        Due = TimeSpan.MaxValue;
        (trim ?? NativeHeap.Trim)();
    }

    /// <summary>On a thread of the pool: a finalizer of the program may take its time.</summary>
    private static void WakeFinalizers() => ThreadPool.UnsafeQueueUserWorkItem(static _ => GC.WaitForPendingFinalizers(), null);
}
