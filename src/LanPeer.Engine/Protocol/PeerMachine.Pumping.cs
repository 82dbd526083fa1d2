using System;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>What leaves for a peer with a session, datagram by datagram.</content>
internal sealed partial class PeerMachine
{
    private const int ControlRoom = PathSize.Everywhere - SessionWire.TransportOverhead;

    /// <summary>Sends a contact what can be sent to it now.</summary>
    /// <returns>Whether that was anything.</returns>
    private bool Pump(Contact contact, Moment now, Effects effects)
    {
        if (contact.Entry is not PeerEntry peer)
        {
            return false;
        }

        Channel channel = contact.Channel;
        bool hasData = channel.Outbound.HasWork || channel.HasControl;
        if (contact.Current is not TransportKeys keys || !keys.MaySeal(now.Elapsed))
        {
            if (hasData)
            {
                BeginAt(peer, now);
            }

            NoteDue(channel, now);
            return false;
        }

        bool mayCarry = MayCarryMessages(peer, keys, now) && HasStream(channel.Outbound, now);
        if (hasData && !mayCarry)
        {
            Prepare(peer, keys, now, effects);
        }

        bool isAny = false;
        channel.FitPath(_network.DatagramTo(peer.Endpoint.Address), now.Elapsed);
        while (PumpOne(peer, channel, keys, mayCarry, now, effects))
        {
            isAny = true;
            if (!channel.Outbound.HasWork && !channel.HasControl && channel.Probes == 0)
            {
                // As for nearly every message: it fitted one datagram, and nothing is left to look for.
                break;
            }
        }

        NoteDue(channel, now);
        return isAny;
    }

    /// <summary>
    /// Whether a message may be sealed for a peer: not while it knows us by a former user id, as it would drop it as forged,
    /// and not while the place it would go to is not proven to be the peer's.
    /// </summary>
    private bool MayCarryMessages(PeerEntry peer, TransportKeys keys, Moment now)
        => peer.IsReachable && keys.IntroducedAs == _sessions.Own && keys.MaySealMessage(now.Elapsed);

    /// <summary>Does what is missing for messages to be sent.</summary>
    private void Prepare(PeerEntry peer, TransportKeys keys, Moment now, Effects effects)
    {
        if (keys.IntroducedAs != _sessions.Own || !keys.MaySealMessage(now.Elapsed))
        {
            BeginAt(peer, now);
        }
        else if (!peer.IsReachable)
        {
            ProbePlaces(peer, now, effects);
        }
    }

    /// <summary>A stream gets its number when it is first used: later ones have larger numbers, also after a restart.</summary>
    private bool HasStream(OutboundStream stream, Moment now)
    {
        if (stream.Id == 0 && stream.Count > 0 && _security.Epochs.TryNext(now.Utc, out ulong id))
        {
            stream.Open(id);
        }

        return stream.Id != 0 || stream.Count == 0;
    }

    private bool PumpOne(PeerEntry peer, Channel channel, TransportKeys keys, bool mayCarry, Moment now, Effects effects)
    {
        Span<byte> room = _frames.AsSpan(0, channel.FrameRoom);
        int length = channel.WriteAcks(room, now.Elapsed);
        SentDatagram record = _pool.NewDatagram();
        if (mayCarry && !channel.Sent.IsFull)
        {
            // Small frames: what fits the smallest full datagram is about as many as a receiver acts on.
            length += WriteControl(room[length..ControlRoom], channel, record);
            if (channel.Probes > 0 || (IsOpen(channel, now) && (length > 0 || channel.GathersUntil <= now.Elapsed)))
            {
                length += channel.Outbound.Fill(room[length..], record, now.Elapsed);
            }
        }

        if (length == 0)
        {
            _pool.Return(record);
            return false;
        }

        record.Index = keys.RemoteIndex;
        record.Counter = keys.NextCounter;
        record.SentAt = now.Elapsed;
        record.Size = keys.Seal(room[..length], effects.Room(length + SessionWire.TransportOverhead));
        effects.Send(effects.Commit(record.Size), peer.Endpoint, record.Parts.Count > 0 ? peer : null);
        if (record.Parts.Count == 0)
        {
            _pool.Return(record);
            return false;
        }

        NoteMessage(peer, now);
        record.WasLimited = channel.Outbound.HasWork && channel.GathersUntil <= now.Elapsed;
        channel.OnSent(record);
        return true;
    }

    private static bool IsOpen(Channel channel, Moment now)
        => channel.Window.HasRoom && channel.Window.NextSend(now.Elapsed, channel.RoundTrip) <= now.Elapsed;

    private static int WriteControl(Span<byte> room, Channel channel, SentDatagram record)
    {
        const int three = Frames.Header + ControlFrames.ThreeLength;
        int length = 0;
        InboundStream inbound = channel.Inbound;
        if (inbound.IsCreditDue && inbound.Id != 0 && room.Length >= three)
        {
            inbound.IsCreditDue = false;
            length += ControlFrames.WriteCredit(room, inbound.Id, inbound.CreditMessages, inbound.CreditBytes);
            record.Parts.Add(new SentPart(PartKind.Credit, null, 0, 0));
        }

        if (inbound.IsRejectDue)
        {
            inbound.IsRejectDue = false;
            foreach (ulong sequence in inbound.Rejected)
            {
                if (room.Length - length < three)
                {
                    inbound.IsRejectDue = true;
                    break;
                }

                length += ControlFrames.WriteReject(room[length..], inbound.Id, sequence);
                record.Parts.Add(new SentPart(PartKind.Reject, null, (long)sequence, 0));
            }
        }

        while (room.Length - length >= three && channel.Outbound.TryTakeSkip(out OutboundMessage? first, out OutboundMessage? last))
        {
            length += ControlFrames.WriteSkip(room[length..], channel.Outbound.Id, first!.Sequence, last!.Sequence);
            record.Parts.Add(new SentPart(PartKind.Skip, first, (long)last.Sequence, 0));
        }

        return length;
    }

    private void NoteDue(Channel channel, Moment now)
    {
        TimeSpan due = channel.Due;
        if (channel.Outbound.HasWork && channel.Window.HasRoom)
        {
            TimeSpan paced = channel.Window.NextSend(now.Elapsed, channel.RoundTrip);
            TimeSpan gathered = channel.GathersUntil;
            TimeSpan next = paced > gathered ? paced : gathered;
            due = next > now.Elapsed && next < due ? next : due;
        }

        _nextDelivery = due < _nextDelivery ? due : _nextDelivery;
    }
}
