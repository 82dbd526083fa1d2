using System;
using System.Diagnostics;
using System.Threading;

namespace LanPeer;

/// <summary>Something that changes and can be waited for: a counter of changes, and threads waiting for the next one.</summary>
internal sealed class Signal
{
    /// <summary>What is done while waiting is done about that often: an answer to a person within a tenth of a second.</summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(50);

    private readonly object _gate = new();
    private long _version;

    /// <summary>Counts the changes. Read it before looking, then wait for the one after.</summary>
    public long Version
    {
        get
        {
            lock (_gate)
            {
                return _version;
            }
        }
    }

    public void Raise()
    {
        lock (_gate)
        {
            _version++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until something changed after <paramref name="seen"/>.</summary>
    /// <param name="seen">From <see cref="Version"/>, read before the last look.</param>
    /// <param name="timeout">How long at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="whileWaiting">Called every 50 ms or more often, on this thread and under no lock; null for nothing.</param>
    /// <returns>False when the time was up first.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; within a millisecond.</exception>
    public bool WaitAfter(long seen, TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
    {
        if (whileWaiting is null)
        {
            return Wait(seen, timeout, cancellation);
        }

        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : timeout - Stopwatch.GetElapsedTime(began);
            bool isChanged = Wait(seen, left < s_slice ? left : s_slice, cancellation);

            // After a change, too: where one follows the other, no slice is ever waited to its end.
            whileWaiting();
            if (isChanged || left <= s_slice)
            {
                return isChanged;
            }
        }
    }

    private bool Wait(long seen, TimeSpan timeout, CancellationToken cancellation)
    {
        using CancellationTokenRegistration _ = cancellation.UnsafeRegister(static state => ((Signal)state!).Wake(), this);
        long began = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            while (_version == seen)
            {
                cancellation.ThrowIfCancellationRequested();
                TimeSpan left = timeout == Timeout.InfiniteTimeSpan
                    ? TimeSpan.MaxValue : timeout - Stopwatch.GetElapsedTime(began);
                if (left <= TimeSpan.Zero)
                {
                    return false;
                }

                // Monitor.Wait rounds a fraction of a millisecond down to no wait, and takes no more than 49 days.
                Monitor.Wait(_gate, (int)Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 1, 60_000));
            }

            return true;
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }
}
