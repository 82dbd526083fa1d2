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

    /// <summary>Public as a field: it changes in place.</summary>
    public SentParts Parts;
}

/// <summary>What is in one datagram that has to arrive. Mostly that is one piece of a message, which needs no list.</summary>
internal struct SentParts
{
    private SentPart _first;
    private List<SentPart>? _more;

    public int Count { get; private set; }

    /// <summary>For how many it has places outside of itself.</summary>
    public readonly int Room => _more?.Capacity ?? 0;

    public readonly SentPart this[int index] => index == 0 ? _first : _more![index - 1];

    public void Add(in SentPart part)
    {
        if (Count++ == 0)
        {
            _first = part;
        }
        else
        {
            (_more ??= []).Add(part);
        }
    }

    /// <summary>Nothing is in it, and it keeps nothing alive.</summary>
    public void Clear()
    {
        _first = default;
        _more?.Clear();
        Count = 0;
    }
}

/// <summary>The datagrams on the way to one peer, in the order they were sent, and which of them are lost (RFC 9002, section 6.1).</summary>
/// <param name="pool">Where records come from and go to.</param>
internal sealed class SentDatagrams(DeliveryPool pool)
{
    /// <summary>kPacketThreshold: three that were sent later have arrived.</summary>
    private const ulong PacketThreshold = 3;

    /// <summary>Datagrams on the way at once.</summary>
    public const int Capacity = 4_096;

    private Ring<SentDatagram> _ring;
    private ulong _nextOrder;
    private ulong _largestArrived;
    private bool _hasArrived;

    public int Count => _ring.Count;

    public bool IsFull => Count >= Capacity;

    /// <summary>Finds those that have neither arrived nor are lost, oldest first.</summary>
    public void FindOpen(List<SentDatagram> open)
    {
        foreach (SentDatagram datagram in _ring)
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
        _ring.Add(datagram);
    }

    /// <summary>Finds those that an ACK names for the first time.</summary>
    /// <param name="ack">What it says.</param>
    /// <param name="arrived">Receives them, oldest first.</param>
    public void Take(in AckFrame ack, List<SentDatagram> arrived)
    {
        foreach ((ulong first, ulong last) in ack)
        {
            for (int i = LowerBound(ack.Index, first); i < Count && _ring[i].Index == ack.Index && _ring[i].Counter <= last; i++)
            {
                SentDatagram datagram = _ring[i];
                if (!datagram.IsOver)
                {
                    datagram.IsOver = true;
                    arrived.Add(datagram);
                    _largestArrived = Math.Max(_largestArrived, datagram.Order);
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

        foreach (SentDatagram datagram in _ring)
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
        while (Count > 0 && _ring[0].IsOver)
        {
            pool.Return(_ring[0]);
            _ring.RemoveFirst(1);
        }
    }

    /// <summary>Forgets all.</summary>
    /// <param name="forgotten">Receives those that were on the way.</param>
    public void Clear(List<SentDatagram> forgotten)
    {
        FindOpen(forgotten);
        _ring = default;
    }

    /// <summary>
    /// The first that was sent under a key with this counter or a later one. Keys follow each other and counters grow under
    /// each; nearly always there is one key, and its datagrams need not be looked for.
    /// </summary>
    private int LowerBound(uint index, ulong counter)
    {
        int first = 0;
        int last = Count;
        while (first < last && _ring[first].Index != index)
        {
            first++;
        }

        while (first < last && _ring[last - 1].Index != index)
        {
            last--;
        }

        while (first < last)
        {
            int middle = (first + last) / 2;
            if (_ring[middle].Counter < counter)
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
