using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Threading;
using LanPeer.Protocol.Delivery;
using LanPeer.Transport;

namespace LanPeer;

/// <summary>
/// A message on its way to its receivers. It may be used from several threads at once; it ends by itself, at the latest
/// when the time given to it is over or its session stops.
/// </summary>
public sealed class LanSending
{
    /// <summary>Messages of more bytes than this are watched on their way; others leave with one datagram or a few, at once.</summary>
    private const int WatchedLength = 8_192;

    /// <summary>Also the lock of all messages of a session: it is held for a few instructions, and seldom by two.</summary>
    private readonly Signal _changed;

    /// <summary>What is known as long as that is of one receiver: a direct message has no more, and needs no list.</summary>
    private LanDelivery? _only;
    private List<LanDelivery>? _settled;
    private List<OutboundMessage>? _onTheWay;
    private string[]? _audience;
    private List<SendFailure>? _failures;
    private int _audienceAt;
    private int _open;

    internal LanSending(Signal changed)
    {
        _changed = changed;
    }

    /// <summary>The id the message travels under, 16 hex digits; the same for all its receivers.</summary>
    public string MessageId { get; internal set; } = "";

    /// <summary>Whether it is known for every receiver what became of it.</summary>
    public bool IsSettled => Volatile.Read(ref _open) == 0;

    /// <summary>What is known now, in the order it became known: one for each receiver when it is settled.</summary>
    public IReadOnlyList<LanDelivery> Deliveries
    {
        get
        {
            lock (_changed)
            {
                return _only is not null && _audience is null ? [_only] : [.. All()];
            }
        }
    }

    /// <summary>How many receivers it has.</summary>
    public int Receivers
    {
        get
        {
            lock (_changed)
            {
                return _open + Count;
            }
        }
    }

    /// <summary>How far it is, from 0 to 1: settled for a receiver, or the part of it that was sent there when it has more than 8,192 bytes.</summary>
    public double Progress
    {
        get
        {
            lock (_changed)
            {
                double done = Count;
                foreach (OutboundMessage message in _onTheWay ?? [])
                {
                    // The engine writes it under its own lock; an old value does no harm.
                    done += message.Outcome == Outcome.Open && message.Length > 0 ? (double)message.Next / (message.Length + 1) : 0;
                }

                return _open + Count == 0 ? 1 : Math.Min(1, done / (_open + Count));
            }
        }
    }

    /// <summary>Waits until it is settled.</summary>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> as long as it takes.</param>
    /// <param name="cancellation">Ends the wait; the message goes on.</param>
    /// <param name="whileWaiting">Called every 50 ms or more often while it waits, on the caller's thread; null for nothing.</param>
    /// <returns>Whether it is settled.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
    {
        long began = timeout == Timeout.InfiniteTimeSpan ? 0 : System.Diagnostics.Stopwatch.GetTimestamp();
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

            _ = _changed.WaitAfter(seen, left, cancellation, whileWaiting);
        }
    }

    /// <summary>The id of the message.</summary>
    public override string ToString() => MessageId;

    /// <summary>Another receiver is waited for.</summary>
    internal void Expect(OutboundMessage message)
    {
        lock (_changed)
        {
            Volatile.Write(ref _open, _open + 1);
            if (message.Length > WatchedLength)
            {
                message.IsKept = true;
                (_onTheWay ??= []).Add(message);
            }
        }
    }

    /// <summary>It is known what became of it for one receiver.</summary>
    /// <param name="delivery">What.</param>
    /// <param name="wasExpected">Whether it was waited for.</param>
    internal void Add(LanDelivery delivery, bool wasExpected)
    {
        lock (_changed)
        {
            int open = _open - (wasExpected ? 1 : 0);
            if (Count == 0 && open == 0)
            {
                _only = delivery;
            }
            else
            {
                Settled(open).Add(delivery);
            }

            // Who keeps the result keeps no texts by it.
            _onTheWay = open == 0 ? null : _onTheWay;
            Volatile.Write(ref _open, open);
        }
    }

    /// <summary>
    /// It was sent once to each of these, who give no receipts. What users hold is made of it when somebody looks: a post
    /// to 1,000 peers would else cost 1,000 objects that nobody wants.
    /// </summary>
    /// <param name="audience">Their user ids; not changed by anybody.</param>
    /// <param name="failures">Those of them that the kernel did not take, and perhaps others behind them; in order.</param>
    internal void AddUnconfirmed(string[] audience, List<SendFailure>? failures)
    {
        lock (_changed)
        {
            (_audience, _failures, _audienceAt) = (audience, failures, Count);
        }
    }

    private int Count => (_settled?.Count ?? (_only is null ? 0 : 1)) + (_audience?.Length ?? 0);

    /// <param name="more">How many are still to come.</param>
    private List<LanDelivery> Settled(int more)
    {
        if (_settled is null)
        {
            _settled = new List<LanDelivery>(Count + 1 + more);
            if (_only is not null)
            {
                _settled.Add(_only);
                _only = null;
            }
        }

        return _settled;
    }

    private List<LanDelivery> All()
    {
        List<LanDelivery> settled = Settled(more: 0);
        if (_audience is null)
        {
            return settled;
        }

        var deliveries = new List<LanDelivery>(_audience.Length);
        int failed = 0;
        for (int i = 0; i < _audience.Length; i++)
        {
            SocketError error = _failures is not null && failed < _failures.Count && _failures[failed].Index == i
                ? _failures[failed++].Error : SocketError.Success;
            deliveries.Add(PublicViews.Unconfirmed(_audience[i], MessageId, error));
        }

        settled.InsertRange(_audienceAt, deliveries);
        _audience = null;
        return settled;
    }
}
