using System;
using System.Collections.Generic;

namespace LanPeer.Protocol.Delivery;

internal enum PartKind : byte
{
    Piece,
    Skip,
    Credit,
    Reject,
}

/// <summary>Something in a datagram that has to arrive.</summary>
/// <param name="Kind">What.</param>
/// <param name="Message">The message, of a piece or a skip.</param>
/// <param name="Offset">Where the piece begins; of a reject its sequence.</param>
/// <param name="Length">Bytes of the piece.</param>
internal readonly record struct SentPart(PartKind Kind, OutboundMessage? Message, long Offset, int Length)
{
    private readonly int _version = Message?.Version ?? 0;

    /// <summary>Whether the message of a piece is on its way: not when its memory is another message's by now.</summary>
    public bool IsOpen => Message!.Version == _version && Message.Outcome == Outcome.Open;
}

/// <summary>A datagram that asks for an acknowledgement.</summary>
internal sealed class SentDatagram
{
    public ulong Order { get; set; }

    /// <summary>The receiver index it was sent under.</summary>
    public uint Index { get; set; }

    public ulong Counter { get; set; }

    public TimeSpan SentAt { get; set; }

    public int Size { get; set; }

    /// <summary>Whether the window held something back when it was sent.</summary>
    public bool WasLimited { get; set; }

    /// <summary>Whether it has arrived or is lost.</summary>
    public bool IsOver { get; set; }

    public List<SentPart> Parts { get; } = new(4);
}

/// <summary>The datagrams on the way to one peer, in the order they were sent, and which of them are lost (RFC 9002, section 6.1).</summary>
/// <param name="pool">Where records come from and go to.</param>
internal sealed class SentDatagrams(DeliveryPool pool)
{
    /// <summary>kPacketThreshold: three that were sent later have arrived.</summary>
    private const ulong PacketThreshold = 3;

    /// <summary>Datagrams on the way at once.</summary>
    public const int Capacity = 4_096;

    private readonly Queue<SentDatagram> _order = new();
    private SentDatagram[] _snapshot = [];
    private ulong _nextOrder;
    private ulong _largestArrived;
    private bool _hasArrived;

    public int Count => _order.Count;

    public bool IsFull => _order.Count >= Capacity;

    /// <summary>Finds those that have neither arrived nor are lost, oldest first.</summary>
    public void FindOpen(List<SentDatagram> open)
    {
        foreach (SentDatagram datagram in _order)
        {
            if (!datagram.IsOver)
            {
                open.Add(datagram);
            }
        }
    }

    /// <summary>When the last of them was sent.</summary>
    public TimeSpan LastSentAt { get; private set; }

    public void Add(SentDatagram datagram)
    {
        datagram.Order = ++_nextOrder;
        datagram.IsOver = false;
        LastSentAt = datagram.SentAt;
        _order.Enqueue(datagram);
    }

    /// <summary>Finds those that an ACK names for the first time.</summary>
    /// <param name="ack">What it says.</param>
    /// <param name="arrived">Receives them, oldest first.</param>
    public void Take(in AckFrame ack, List<SentDatagram> arrived)
    {
        if (_order.Count == 0)
        {
            return;
        }

        // Few are on the way at a time, so looking at all of them costs less than keeping an index.
        Snapshot();
        foreach ((ulong first, ulong last) in ack)
        {
            int low = LowerBound(ack.Index, first);
            for (int i = low; i < _order.Count && _snapshot[i].Index == ack.Index && _snapshot[i].Counter <= last; i++)
            {
                if (!_snapshot[i].IsOver)
                {
                    _snapshot[i].IsOver = true;
                    arrived.Add(_snapshot[i]);
                    _largestArrived = Math.Max(_largestArrived, _snapshot[i].Order);
                    _hasArrived = true;
                }
            }
        }
    }

    /// <summary>Finds those that are lost by now.</summary>
    /// <param name="now">Now.</param>
    /// <param name="delay">How late they may be.</param>
    /// <param name="lost">Receives them, oldest first.</param>
    /// <returns>When the next one is lost, if it does not arrive.</returns>
    public TimeSpan FindLost(TimeSpan now, TimeSpan delay, List<SentDatagram> lost)
    {
        if (!_hasArrived)
        {
            return TimeSpan.MaxValue;
        }

        foreach (SentDatagram datagram in _order)
        {
            if (datagram.Order >= _largestArrived)
            {
                break;
            }

            if (datagram.IsOver)
            {
                continue;
            }

            if (_largestArrived - datagram.Order < PacketThreshold && datagram.SentAt + delay > now)
            {
                return datagram.SentAt + delay;
            }

            datagram.IsOver = true;
            lost.Add(datagram);
        }

        return TimeSpan.MaxValue;
    }

    /// <summary>Lets go of the oldest that are over.</summary>
    public void Trim()
    {
        while (_order.TryPeek(out SentDatagram? oldest) && oldest.IsOver)
        {
            pool.Return(_order.Dequeue());
        }
    }

    /// <summary>Forgets all.</summary>
    /// <param name="forgotten">Receives those that were on the way.</param>
    public void Clear(List<SentDatagram> forgotten)
    {
        foreach (SentDatagram datagram in _order)
        {
            if (!datagram.IsOver)
            {
                forgotten.Add(datagram);
            }
        }

        _order.Clear();
    }

    private void Snapshot()
    {
        if (_snapshot.Length < _order.Count)
        {
            _snapshot = new SentDatagram[Math.Max(16, _order.Count * 2)];
        }

        _order.CopyTo(_snapshot, 0);
    }

    /// <summary>Keys follow each other and counters grow under each, so the order of sending is sorted under each key.</summary>
    private int LowerBound(uint index, ulong counter)
    {
        int first = 0;
        while (first < _order.Count && _snapshot[first].Index != index)
        {
            first++;
        }

        int last = first;
        while (last < _order.Count && _snapshot[last].Index == index)
        {
            last++;
        }

        while (first < last)
        {
            int middle = (first + last) / 2;
            if (_snapshot[middle].Counter < counter)
            {
                first = middle + 1;
            }
            else
            {
                last = middle;
            }
        }

        return first;
    }
}
