using System;
using System.Collections.Generic;
using LanPeer.Wire;

namespace LanPeer.Protocol.Delivery;

/// <summary>What comes from one peer: put together, in order, each once.</summary>
internal sealed class InboundStream
{
    /// <summary>Bytes of unfinished messages of one peer: one of the largest, and what may be on the way beside it.</summary>
    public const int MaxPending = 2 * 1_048_576;

    /// <summary>How long an unfinished message may stand still before it is given up.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Stretches of skipped messages that are kept: an honest sender gives up messages in a row.</summary>
    private const int MaxSkips = 64;

    // Made when they are needed, as nearly all messages come whole, in order and are taken: 160 bytes of each peer.
    private Dictionary<ulong, Reassembly>? _pending;
    private List<(ulong First, ulong Last)>? _skips;
    private SortedSet<ulong>? _rejected;

    /// <summary>The sender's number for it; 0 before its first message.</summary>
    public ulong Id { get; private set; }

    /// <summary>Everything up to here is in the inbox, skipped or refused.</summary>
    public ulong Settled { get; private set; }

    /// <summary>What the sender is told: messages that were refused count only when it knows of the refusal.</summary>
    public ulong Told => _rejected is { Count: > 0 } rejected ? Math.Min(Settled, rejected.Min - 1) : Settled;

    /// <summary>Bytes of the stream in front of the next message.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes that messages hold which are not complete, or wait for the ones before.</summary>
    public int PendingBytes { get; private set; }

    /// <summary>What the sender was told that it may send.</summary>
    public ulong CreditMessages { get; set; } = OutboundStream.InitialMessages;

    /// <inheritdoc cref="CreditMessages"/>
    public long CreditBytes { get; set; } = OutboundStream.InitialBytes;

    /// <summary>How many messages it was given the last time.</summary>
    public long GrantedMessages { get; set; }

    /// <summary>How many bytes.</summary>
    public long GrantedBytes { get; set; }

    /// <summary>Whether the last credit has still to be sent.</summary>
    public bool IsCreditDue { get; set; }

    /// <summary>Whether a refusal has still to be sent.</summary>
    public bool IsRejectDue { get; set; }

    /// <summary>Refusals the sender has not acknowledged.</summary>
    public IReadOnlyCollection<ulong> Rejected => _rejected ?? (IReadOnlyCollection<ulong>)[];

    /// <summary>Begins the sender's next stream.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="settled">How far it had come when it was last heard of.</param>
    /// <param name="bytes">Bytes of it up to there.</param>
    public void Begin(ulong id, ulong settled = 0, long bytes = 0)
    {
        Id = id;
        Settled = settled;
        Bytes = bytes;
        PendingBytes = 0;
        _pending = null;
        _skips = null;
        _rejected = null;
        CreditMessages = OutboundStream.InitialMessages + settled;
        CreditBytes = OutboundStream.InitialBytes + bytes;
        IsCreditDue = settled > 0;
        IsRejectDue = false;
        GrantedMessages = 0;
        GrantedBytes = 0;
    }

    /// <summary>Whether the next message is this one, whole: then nothing has to be kept.</summary>
    public bool IsNext(in MessageFrame frame)
        => frame.IsWhole && frame.Sequence == Settled + 1 && _pending?.ContainsKey(frame.Sequence) != true;

    /// <summary>Keeps a piece.</summary>
    /// <param name="frame">With a sequence above <see cref="Settled"/>.</param>
    /// <param name="room">Bytes that all peers together may still hold.</param>
    /// <param name="now">Now.</param>
    /// <returns>None; or why it cannot be kept, and then it has to come again.</returns>
    public DropReason Keep(in MessageFrame frame, long room, TimeSpan now)
    {
        if (frame.Sequence > CreditMessages)
        {
            return DropReason.NoCredit;
        }

        if (Pending(frame.Sequence) is not Reassembly message)
        {
            if (IsSkipped(frame.Sequence))
            {
                return DropReason.None;
            }

            // The next message always finds a place, or those behind it would keep it out for ever.
            bool isFirst = frame.Sequence == Settled + 1 && PendingBytes <= MaxPending - WireLimits.MaxMessage;
            if (frame.Total > room || (!isFirst && PendingBytes + frame.Total > MaxPending - WireLimits.MaxMessage))
            {
                return DropReason.ReassemblyFull;
            }

            (_pending ??= [])[frame.Sequence] = message = new Reassembly(frame.Total);
            PendingBytes += frame.Total;
        }

        return message.Body.Length != frame.Total ? DropReason.BadFrame
            : message.Add(frame.Offset, frame.Piece, now) ? DropReason.None : DropReason.ReassemblyFull;
    }

    /// <summary>The sender has given these up; those that are complete are still delivered.</summary>
    /// <returns>False when there are too many stretches of them; then it has to come again.</returns>
    public bool Skip(ulong first, ulong last)
    {
        // It cannot have given up more than may wait for us, and each sequence is gone through once.
        first = Math.Max(first, Settled + 1);
        last = Math.Min(last, Math.Max(CreditMessages, Settled) + OutboundStream.MaxMessages);
        if (first > last)
        {
            return true;
        }

        _skips ??= [];
        for (int i = _skips.Count - 1; i >= 0; i--)
        {
            if (_skips[i].First <= last + 1 && first <= _skips[i].Last + 1)
            {
                (first, last) = (Math.Min(first, _skips[i].First), Math.Max(last, _skips[i].Last));
                _skips.RemoveAt(i);
            }
        }

        if (_skips.Count == MaxSkips)
        {
            return false;
        }

        _skips.Add((first, last));
        return true;
    }

    /// <summary>Takes the next message, if it is complete.</summary>
    /// <param name="body">The message; null when it is one that does not come any more.</param>
    public bool TryTake(out byte[]? body)
    {
        body = null;
        ulong next = Settled + 1;
        Reassembly? message = Pending(next);
        if (message is not { IsComplete: true } && !IsSkipped(next))
        {
            return false;
        }

        body = message is { IsComplete: true } ? message.Body : null;
        if (message is not null)
        {
            _pending!.Remove(next);
            PendingBytes -= message.Body.Length;
        }

        Settle(body?.Length ?? 0);
        if (_skips is { Count: > 0 })
        {
            _skips.RemoveAll(skip => skip.Last <= Settled);
        }

        return true;
    }

    /// <summary>The next message is dealt with.</summary>
    public void Settle(int bytes)
    {
        Settled++;
        Bytes += bytes;
    }

    /// <summary>A message was not taken; its sender has to know before it counts as settled.</summary>
    public void Reject(ulong sequence)
    {
        (_rejected ??= []).Add(sequence);
        IsRejectDue = true;
    }

    /// <summary>The sender knows of a refusal.</summary>
    public void RejectArrived(ulong sequence) => _rejected?.Remove(sequence);

    /// <summary>Gives up an unfinished message that has not grown for long.</summary>
    public bool TryGiveUp(TimeSpan now, out ulong sequence)
    {
        sequence = 0;
        if (_pending is null)
        {
            return false;
        }

        foreach ((ulong key, Reassembly message) in _pending)
        {
            if (!message.IsComplete && now - message.LastGrown > s_patience && Skip(key, key))
            {
                sequence = key;
                _pending.Remove(key);
                PendingBytes -= message.Body.Length;
                Reject(key);
                return true;
            }
        }

        return false;
    }

    /// <summary>Forgets what is unfinished.</summary>
    public void Clear()
    {
        _pending = null;
        PendingBytes = 0;
    }

    private Reassembly? Pending(ulong sequence)
        => _pending is not null && _pending.TryGetValue(sequence, out Reassembly? message) ? message : null;

    private bool IsSkipped(ulong sequence)
    {
        for (int i = 0; i < _skips?.Count; i++)
        {
            if (_skips[i].First <= sequence && sequence <= _skips[i].Last)
            {
                return true;
            }
        }

        return false;
    }
}
