using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace LanPeer;

/// <summary>Something that changes and can be waited for: a counter of changes, and threads waiting for the next one.</summary>
/// <param name="reception">Where what changes it comes from, if who waits for it may receive that itself.</param>
internal sealed class Signal(Reception? reception = null)
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
    /// <exception cref="OperationCanceledException">Cancelled; within some milliseconds.</exception>
    public bool WaitAfter(long seen, TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
    {
        if (whileWaiting is null)
        {
            return Wait(seen, timeout, cancellation);
        }

        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            TimeSpan left = Left(timeout, began);
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
        long began = timeout == Timeout.InfiniteTimeSpan ? 0 : Stopwatch.GetTimestamp();
        if (Version == seen && timeout != TimeSpan.Zero && reception?.TryTake() == true)
        {
            ReceiveUntil(seen, timeout, began, cancellation);
        }

        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(static state => ((Signal)state!).Wake(isChange: false), this);

        // What wakes it may come late, when it waits for something else; it looks again then, and goes back to sleep.
        Sleeper sleeper = Sleeper.OfThisThread;
        while (true)
        {
            TimeSpan left = Left(timeout, began);
            lock (_gate)
            {
                // It is still there when its time was up, or something else woke it.
                if (_waiting.Remove(sleeper))
                {
                    reception?.StopRelying();
                }

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
                reception?.Rely();
            }

            sleeper.Sleep(left);
        }
    }

    /// <summary>Receives itself until there is a change, or nothing comes.</summary>
    private void ReceiveUntil(long seen, TimeSpan timeout, long began, CancellationToken cancellation)
    {
        try
        {
            while (Version == seen && !cancellation.IsCancellationRequested && Left(timeout, began) > TimeSpan.Zero && reception!.Receive())
            {
            }
        }
        finally
        {
            reception!.Leave();
        }
    }

    private static TimeSpan Left(TimeSpan timeout, long began)
        => timeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : timeout - Stopwatch.GetElapsedTime(began);

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

        if (one is not null)
        {
            Wake(one);
        }

        foreach (Sleeper waiting in many)
        {
            Wake(waiting);
        }
    }

    private void Wake(Sleeper sleeper)
    {
        if (reception is null)
        {
            sleeper.Wake();
        }
        else
        {
            reception.Wake(sleeper);
        }
    }
}
