using System;
using System.Collections.Generic;
using System.Threading;

namespace LanPeer;

/// <summary>
/// A message on its way to its receivers. It may be used from several threads at once; it ends by itself, at the latest
/// when the time given to it is over or its session stops.
/// </summary>
public sealed class LanSending
{
    private readonly List<LanDelivery> _settled = [];
    private readonly Signal _changed;
    private int _open;

    internal LanSending(Signal changed)
    {
        _changed = changed;
    }

    /// <summary>The id the message travels under, 16 hex digits; the same for all its receivers.</summary>
    public string MessageId { get; internal set; } = "";

    /// <summary>Whether it is known for every receiver what became of it.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_settled)
            {
                return _open == 0;
            }
        }
    }

    /// <summary>What is known now, in the order it became known: one for each receiver when it is settled.</summary>
    public IReadOnlyList<LanDelivery> Deliveries
    {
        get
        {
            lock (_settled)
            {
                return [.. _settled];
            }
        }
    }

    /// <summary>Waits until it is settled.</summary>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> as long as it takes.</param>
    /// <param name="cancellation">Ends the wait; the message goes on.</param>
    /// <returns>Whether it is settled.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            long seen = _changed.Version;
            if (IsSettled)
            {
                return true;
            }

            TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - System.Diagnostics.Stopwatch.GetElapsedTime(began);
            if (timeout != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero)
            {
                return false;
            }

            _ = _changed.WaitAfter(seen, left, cancellation);
        }
    }

    /// <summary>The id of the message.</summary>
    public override string ToString() => MessageId;

    /// <summary>Another receiver is waited for.</summary>
    internal void Expect()
    {
        lock (_settled)
        {
            _open++;
        }
    }

    /// <summary>It is known what became of it for one receiver.</summary>
    /// <param name="delivery">What.</param>
    /// <param name="wasExpected">Whether it was waited for.</param>
    internal void Add(LanDelivery delivery, bool wasExpected)
    {
        lock (_settled)
        {
            _settled.Add(delivery);
            _open -= wasExpected ? 1 : 0;
        }
    }
}
