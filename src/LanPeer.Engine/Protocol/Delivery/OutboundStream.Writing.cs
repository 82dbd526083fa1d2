using System;
using System.Collections.Generic;

namespace LanPeer.Protocol.Delivery;

/// <content>The pieces of messages in datagrams: what was lost first, then what is new.</content>
internal sealed partial class OutboundStream
{
    /// <summary>A piece smaller than this waits for the next datagram, unless it is the end of its message.</summary>
    private const int LeastPiece = 64;

    /// <summary>Receivers act on <see cref="Frames.MaxFrames"/>; ACKs, a CREDIT may be among them.</summary>
    private const int MostPieces = Frames.MaxFrames - 4;

    /// <summary>What a piece takes besides its bytes.</summary>
    private const int PieceHeader = Frames.Header + MessageFrame.Header;

    /// <summary>Null as long as nothing is lost, as with nearly all peers.</summary>
    private Queue<SentPart>? _lost;
    private long _begunBytes;

    /// <summary>Fills a datagram with pieces: what was lost first, then what is new.</summary>
    /// <returns>The bytes written.</returns>
    public int Fill(Span<byte> room, SentDatagram record, TimeSpan now)
    {
        int length = 0;
        while (record.Parts.Count < MostPieces && HasLost() && WriteLost(room[length..], record, now) is > 0 and int written)
        {
            length += written;
        }

        while (record.Parts.Count < MostPieces && !HasLost() && Next is OutboundMessage next && MayBegin(next)
            && Write(room[length..], next, next.Next, next.Length - next.Next, record, now) is > 0 and int written)
        {
            _begunBytes += next.Next == 0 ? next.Length : 0;
            next.Next += written - PieceHeader;
            _waitingBytes -= next.IsSentWhole ? written : written - PieceHeader;
            length += written;
        }

        return length;
    }

    /// <summary>Takes the next given-up messages in a row that the receiver has to be told of.</summary>
    public bool TryTakeSkip(out OutboundMessage? first, out OutboundMessage? last)
    {
        first = last = null;
        if (!HasSkips)
        {
            return false;
        }

        foreach (OutboundMessage message in _messages)
        {
            if (message.IsSkipDue)
            {
                first ??= message;
                last = message;
                message.IsSkipDue = false;
            }
            else if (first is not null)
            {
                return true;
            }
        }

        HasSkips = false;
        return first is not null;
    }

    /// <summary>Whether something waits to be sent again.</summary>
    public bool HasLosses => HasLost();

    /// <summary>A part of a datagram did not arrive.</summary>
    /// <returns>Whether it has to be sent again.</returns>
    public bool Lost(in SentPart part)
    {
        if (part.Kind == PartKind.Skip)
        {
            return SkipAgain(part.Message!, (ulong)part.Offset);
        }

        if (!part.IsOpen)
        {
            return false;
        }

        (_lost ??= new()).Enqueue(part);
        return true;
    }

    /// <summary>All that was sent of the oldest message is sent again: its pieces have arrived, and yet it is not there.</summary>
    public void Repeat(OutboundMessage message)
    {
        if (message.Outcome == Outcome.Open)
        {
            (_lost ??= new()).Enqueue(new SentPart(PartKind.Piece, message, 0, message.Next));
        }
        else
        {
            message.IsSkipDue = HasSkips = true;
        }
    }

    private bool MayBegin(OutboundMessage message)
        => message.Next > 0 || (message.Sequence <= CreditMessages && _begunBytes <= CreditBytes);

    private bool HasLost()
    {
        if (_lost is null)
        {
            return false;
        }

        while (_lost.TryPeek(out SentPart part) && (!part.IsOpen || part.Length == 0))
        {
            _lost.Dequeue();
        }

        _lost = _lost.Count > 0 ? _lost : null;
        return _lost is not null;
    }

    private int WriteLost(Span<byte> room, SentDatagram record, TimeSpan now)
    {
        SentPart part = _lost!.Peek();
        int written = Write(room, part.Message!, (int)part.Offset, part.Length, record, now);
        if (written > 0)
        {
            _lost.Dequeue();
            int sent = written - PieceHeader;
            if (sent < part.Length)
            {
                // The receiver puts pieces together in any order.
                _lost.Enqueue(part with { Offset = part.Offset + sent, Length = part.Length - sent });
            }
        }

        return written;
    }

    private int Write(Span<byte> room, OutboundMessage message, int offset, int left, SentDatagram record, TimeSpan now)
    {
        int space = room.Length - PieceHeader;
        int length = Math.Min(space, left);
        if (length < Math.Min(left, LeastPiece))
        {
            return 0;
        }

        if (offset == 0)
        {
            message.FirstSent = message.Tries == 0 ? now : message.FirstSent;
            message.Tries++;
        }

        record.Parts.Add(new SentPart(PartKind.Piece, message, offset, length));
        return MessageFrame.Write(room, Id, message.Sequence, message.Length, offset, message.Body.AsSpan(offset, length));
    }

    private bool SkipAgain(OutboundMessage first, ulong last)
    {
        bool isAny = false;
        for (ulong sequence = first.Sequence; sequence <= last; sequence++)
        {
            if (Find(sequence) is { Outcome: not Outcome.Open } message)
            {
                isAny = message.IsSkipDue = HasSkips = true;
            }
        }

        return isAny;
    }
}
