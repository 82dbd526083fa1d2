using System;
using LanPeer.Protocol.Delivery;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>What delivery hears: pieces of messages, and what others say of ours (docs/protocol.md, "Delivery").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Bytes of unfinished messages of all peers together.</summary>
    private const long MaxPendingBytes = 64 * 1_048_576;

    private readonly StreamMemory _memory = new();

    /// <summary>Whether the datagram being read has something in it that its sender wants acknowledged.</summary>
    private bool _wantsAck;

    /// <summary>Whether something in it could not be kept and has to come again: then it counts as not come.</summary>
    private bool _mustComeAgain;

    /// <summary>Reads the frames of a datagram and notes that it came.</summary>
    private DropReason OnTransportFrames(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> frames, in Inbound inbound)
    {
        _wantsAck = _mustComeAgain = false;
        Contact contact = inbound.Peer!.Contact!;
        DropReason reason = OnFrames(frames, inbound);
        if (contact.Entry is not null && !_mustComeAgain)
        {
            contact.Channel.Came(SessionWire.ReadUInt32(datagram, 4), SessionWire.ReadUInt64(datagram, 8), _wantsAck, inbound.Now.Elapsed);
            if (_wantsAck)
            {
                MarkDirty(contact);
            }
        }

        return reason;
    }

    private DropReason OnDeliveryFrame(FrameType type, ReadOnlySpan<byte> body, in Inbound inbound)
    {
        Contact contact = inbound.Peer!.Contact!;
        switch (type)
        {
            case FrameType.Message:
                return OnMessageFrame(contact, body, inbound);
            case FrameType.Ack:
                return OnAckFrame(contact, body, inbound);
            case FrameType.Credit when ControlFrames.TryReadThree(body, out ulong stream, out ulong messages, out ulong bytes):
                _wantsAck = true;
                if (stream == contact.Channel.Outbound.Id && stream != 0)
                {
                    contact.Channel.Outbound.Allow(messages, (long)Math.Min(bytes, long.MaxValue));
                    MarkDirty(contact);
                }

                return DropReason.None;
            case FrameType.Skip when ControlFrames.TryReadThree(body, out ulong stream, out ulong first, out ulong last):
                _wantsAck = true;
                if (stream != 0 && FindStream(contact, stream))
                {
                    _mustComeAgain |= !contact.Channel.Inbound.Skip(first, last);
                    TakeReady(contact, inbound);
                }

                return DropReason.None;
            case FrameType.Reject when ControlFrames.TryReadTwo(body, out ulong stream, out ulong sequence):
                _wantsAck = true;
                if (stream == contact.Channel.Outbound.Id && stream != 0
                    && contact.Channel.Outbound.Find(sequence) is { Next: > 0 } refused)
                {
                    Settle(refused, Outcome.Refused, Obstacle.NotTaken, inbound.Now.Elapsed, inbound.Effects);
                }

                return DropReason.None;
            default:
                return DropReason.BadFrame;
        }
    }

    private DropReason OnAckFrame(Contact contact, ReadOnlySpan<byte> body, in Inbound inbound)
    {
        if (!AckFrame.TryRead(body, out AckFrame ack))
        {
            return DropReason.BadFrame;
        }

        OutboundStream stream = contact.Channel.Outbound;
        _settled.Clear();
        _queuedBytes -= stream.Weight;
        contact.Channel.OnAck(ack, inbound.Now.Elapsed, _settled);
        _queuedBytes += stream.Weight;
        foreach (OutboundMessage message in _settled)
        {
            Settle(message, Outcome.Delivered, Obstacle.None, inbound.Now.Elapsed, inbound.Effects);
        }

        if (contact.Channel.IsActive)
        {
            MarkDirty(contact);
        }

        return DropReason.None;
    }

    private DropReason OnMessageFrame(Contact contact, ReadOnlySpan<byte> body, in Inbound inbound)
    {
        if (!MessageFrame.TryRead(body, out MessageFrame frame))
        {
            return DropReason.BadFrame;
        }

        _wantsAck = true;
        NoteMessage(inbound.Peer!, inbound.Now);
        InboundStream stream = contact.Channel.Inbound;
        if (!FindStream(contact, frame.Stream) || frame.Sequence <= stream.Settled)
        {
            // It came before; its acknowledgement may be lost.
            return DropReason.Duplicate;
        }

        DropReason reason = DropReason.None;
        if (stream.IsNext(frame) && frame.Sequence <= stream.CreditMessages)
        {
            _inboxCredit.Withdraw(stream);
            reason = Accept(contact, frame.Sequence, frame.Piece, inbound);
            stream.Settle(frame.Total);
            _inboxCredit.Promise(stream);
        }
        else
        {
            int before = stream.PendingBytes;
            reason = stream.Keep(frame, MaxPendingBytes - _pendingBytes, inbound.Now.Elapsed);
            _pendingBytes += stream.PendingBytes - before;
            _mustComeAgain |= reason is DropReason.NoCredit or DropReason.ReassemblyFull;
        }

        TakeReady(contact, inbound);
        return reason;
    }

    /// <summary>Whether a stream is the one that is received; a later one takes its place, an earlier one is over.</summary>
    private bool FindStream(Contact contact, ulong id)
    {
        InboundStream stream = contact.Channel.Inbound;
        if (id > stream.Id)
        {
            _inboxCredit.Withdraw(stream);
            int before = stream.PendingBytes;
            _memory.Begin(contact.RemoteStatic, id, stream);
            _pendingBytes += stream.PendingBytes - before;
            _inboxCredit.Promise(stream);
        }

        return id == stream.Id;
    }

    /// <summary>Hands on what is complete and in order by now, and lets the sender go on.</summary>
    private void TakeReady(Contact contact, in Inbound inbound)
    {
        InboundStream stream = contact.Channel.Inbound;
        int before = stream.PendingBytes;
        _inboxCredit.Withdraw(stream);
        while (contact.Entry is not null && stream.TryTake(out byte[]? body))
        {
            if (body is not null)
            {
                _ = Accept(contact, stream.Settled, body, inbound);
            }
        }

        _inboxCredit.Promise(stream);
        _pendingBytes += stream.PendingBytes - before;
        _inboxCredit.TopUp(stream);
        if (contact.Channel.HasControl || stream.PendingBytes > 0)
        {
            MarkDirty(contact);
        }
    }

    private DropReason Accept(Contact contact, ulong sequence, ReadOnlySpan<byte> body, in Inbound inbound)
    {
        DropReason reason = DatagramReader.Read(body, out Datagram datagram, WireLimits.MaxMessage);
        int before = inbound.Effects.Arrivals.Count;
        reason = reason != DropReason.None ? reason : OnMessage(datagram, inbound);
        if (inbound.Effects.Arrivals.Count > before)
        {
            _inboxCredit.UsedMessages++;
            _inboxCredit.UsedBytes += body.Length;
        }

        if (reason is not (DropReason.None or DropReason.Duplicate))
        {
            contact.Channel.Inbound.Reject(sequence);
        }

        return reason;
    }
}
