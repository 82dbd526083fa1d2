using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace LanPeer;

/// <summary>Something that changes and can be waited for: a counter of changes, and threads waiting for the next one.</summary>
internal sealed class Signal
{
    /// <summary>What is done while waiting is done about that often: an answer to a person within a tenth of a second.</summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(50);

    private readonly object _gate = new();
    private readonly List<Sleeper> _waiting = [];
    private long _version;

    /// <summary>Counts the changes. Read it before looking, then wait for the one after.</summary>
    public long Version => Volatile.Read(ref _version);

    public void Raise() => Wake(isChange: true);

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
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(static state => ((Signal)state!).Wake(isChange: false), this);

        // What wakes it may come late, when it waits for something else; it looks again then, and goes back to sleep.
        Sleeper sleeper = Sleeper.OfThisThread;
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : timeout - Stopwatch.GetElapsedTime(began);
            lock (_gate)
            {
                // It is still there when its time was up, or something else woke it.
                _ = _waiting.Remove(sleeper);
                if (_version != seen)
                {
                    return true;
                }

                cancellation.ThrowIfCancellationRequested();
                if (left <= TimeSpan.Zero)
                {
                    return false;
                }

                _waiting.Add(sleeper);
            }

            sleeper.Sleep(left);
        }
    }

    /// <summary>
    /// Wakes all outside of the lock, which Monitor.PulseAll cannot: who wakes at once, as on one core, would find it taken
    /// and go back to sleep.
    /// </summary>
    private void Wake(bool isChange)
    {
        Sleeper? one = null;
        Sleeper[] many = [];
        lock (_gate)
        {
            Volatile.Write(ref _version, _version + (isChange ? 1 : 0));
            if (_waiting.Count == 1)
            {
                one = _waiting[0];
            }
            else if (_waiting.Count > 1)
            {
                many = [.. _waiting];
            }

            _waiting.Clear();
        }

        one?.Wake();
        foreach (Sleeper waiting in many)
        {
            waiting.Wake();
        }
    }
}
