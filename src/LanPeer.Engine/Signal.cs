using System;
using System.Diagnostics;
using System.Threading;

namespace LanPeer;

/// <summary>Something that changes and can be waited for: a counter of changes, and threads waiting for the next one.</summary>
internal sealed class Signal
{
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
    /// <returns>False when the time was up first.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; within a millisecond.</exception>
    public bool WaitAfter(long seen, TimeSpan timeout, CancellationToken cancellation)
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
