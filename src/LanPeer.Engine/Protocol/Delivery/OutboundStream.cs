using System;
using System.Collections.Generic;

namespace LanPeer.Protocol.Delivery;

/// <summary>
/// What goes to one peer, in its order: messages that wait, are on the way, or have still to be told of as given up.
/// </summary>
internal sealed partial class OutboundStream
{
    /// <summary>Messages that wait for one peer, at most.</summary>
    public const int MaxMessages = 8_192;

    /// <summary>Bytes of them, at most: sixteen of the largest.</summary>
    public const long MaxBytes = 16 * 1_048_576;

    /// <summary>What may be sent before the receiver has said how much it takes (docs/protocol.md, "Credit").</summary>
    public const ulong InitialMessages = 8;

    /// <inheritdoc cref="InitialMessages"/>
    public const long InitialBytes = 16 * 1_024;

    private Ring<OutboundMessage> _messages;
    private int _nextNew;
    private ulong _nextSequence = 1;
    private long _waitingBytes;

    /// <summary>Its number; 0 before the first message is sent.</summary>
    public ulong Id { get; private set; }

    /// <summary>Messages with a sequence up to this one may be sent.</summary>
    public ulong CreditMessages { get; private set; } = InitialMessages;

    /// <summary>While messages of no more bytes than this were begun, another one may be. Those that were given up do not count.</summary>
    public long CreditBytes { get; private set; } = InitialBytes;

    /// <summary>Bytes of what is not settled.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes of memory that takes.</summary>
    public long Weight { get; private set; }

    public int Count => _messages.Count;

    /// <summary>The oldest that is not settled by the receiver.</summary>
    public OutboundMessage? Oldest => _messages.Count > 0 ? _messages[0] : null;

    /// <summary>Whether something can be sent now.</summary>
    public bool HasWork => HasLost() || HasSkips || (Next is OutboundMessage next && MayBegin(next));

    /// <summary>Whether credit is what holds the next message back.</summary>
    public bool IsOutOfCredit => Next is OutboundMessage next && !MayBegin(next);

    public bool HasSkips { get; private set; }

    /// <summary>The earliest deadline.</summary>
    public TimeSpan Deadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>The one that is sent next, by its first byte or by others; null when all are sent.</summary>
    public OutboundMessage? Next
    {
        get
        {
            while (_nextNew < _messages.Count && (_messages[_nextNew].IsSentWhole || _messages[_nextNew].Outcome != Outcome.Open))
            {
                _nextNew++;
            }

            return _nextNew < _messages.Count ? _messages[_nextNew] : null;
        }
    }

    /// <summary>
    /// Whether what was never sent takes so many bytes of frames, or as many frames as a datagram has. What was given up
    /// meanwhile may count, and what has no credit yet does: a datagram leaves a little sooner by it.
    /// </summary>
    public bool Fills(int bytes) => Next is not null && (_waitingBytes >= bytes || _messages.Count - _nextNew >= MostPieces);

    /// <summary>Whether there is room for another message.</summary>
    public bool HasRoom(int bytes) => _messages.Count < MaxMessages && Bytes + bytes <= MaxBytes;

    public void Add(OutboundMessage message)
    {
        message.Sequence = _nextSequence++;
        Bytes += message.Length;
        Weight += message.Weight;
        _waitingBytes = Next is null ? 0 : _waitingBytes;
        _waitingBytes += PieceHeader + message.Length;
        _messages.Add(message);
        Deadline = message.Deadline < Deadline ? message.Deadline : Deadline;
    }

    /// <summary>Gives the stream its number.</summary>
    public void Open(ulong id) => Id = id;

    /// <summary>The receiver takes more.</summary>
    public void Allow(ulong messages, long bytes)
    {
        CreditMessages = Math.Max(CreditMessages, messages);
        CreditBytes = Math.Max(CreditBytes, bytes);
    }

    /// <summary>The receiver has settled everything up to a place.</summary>
    /// <param name="sequence">The place.</param>
    /// <param name="settled">Receives the messages.</param>
    public void SettleUpTo(ulong sequence, List<OutboundMessage> settled)
    {
        int count = 0;
        while (count < _messages.Count && _messages[count].Sequence <= sequence)
        {
            settled.Add(_messages[count]);
            Bytes -= _messages[count].Length;
            Weight -= _messages[count].Weight;
            count++;
        }

        _messages.RemoveFirst(count);
        _nextNew = Math.Max(0, _nextNew - count);
        Deadline = _messages.Count == 0 ? TimeSpan.MaxValue : Deadline;
    }

    public OutboundMessage? Find(ulong sequence)
    {
        int at = _messages.Count > 0 && sequence >= _messages[0].Sequence ? (int)Math.Min(sequence - _messages[0].Sequence, int.MaxValue) : -1;
        return at >= 0 && at < _messages.Count ? _messages[at] : null;
    }

    /// <summary>Whether the receiver may know of a message.</summary>
    public bool WasSent(ulong sequence) => Find(sequence) is { Next: > 0 } or { Outcome: not Outcome.Open };

    /// <summary>Finds the messages whose time is over; the receiver is told not to wait for them.</summary>
    public void Expire(TimeSpan now, List<OutboundMessage> expired)
    {
        if (now < Deadline)
        {
            return;
        }

        foreach (OutboundMessage message in _messages)
        {
            if (message.Outcome == Outcome.Open && message.Deadline <= now)
            {
                message.IsSkipDue = HasSkips = true;
                _begunBytes -= message.Next > 0 ? message.Length : 0;
                expired.Add(message);
            }
        }

        // They are settled by the caller; only the others count from now on.
        Deadline = TimeSpan.MaxValue;
        foreach (OutboundMessage message in _messages)
        {
            if (message.Outcome == Outcome.Open && message.Deadline > now && message.Deadline < Deadline)
            {
                Deadline = message.Deadline;
            }
        }
    }

    /// <summary>Begins a new stream: what was not sent at all moves into it.</summary>
    /// <param name="given">Receives what was sent, and is given up.</param>
    public void Reset(List<OutboundMessage> given)
    {
        List<OutboundMessage> kept = [];
        foreach (OutboundMessage message in _messages)
        {
            (message.Next == 0 && message.Outcome == Outcome.Open ? kept : given).Add(message);
        }

        Clear();
        foreach (OutboundMessage message in kept)
        {
            Add(message);
        }
    }

    /// <summary>Gives everything up.</summary>
    public void Abandon(List<OutboundMessage> given)
    {
        foreach (OutboundMessage message in _messages)
        {
            given.Add(message);
        }

        Clear();
    }

    private void Clear()
    {
        _messages = default;
        _lost = null;
        _nextNew = 0;
        _nextSequence = 1;
        _begunBytes = 0;
        _waitingBytes = 0;
        Bytes = 0;
        Weight = 0;
        Id = 0;
        HasSkips = false;
        CreditMessages = InitialMessages;
        CreditBytes = InitialBytes;
        Deadline = TimeSpan.MaxValue;
    }
}
