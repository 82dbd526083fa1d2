using System;
using System.Collections.Generic;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Messages to peers with a session, until they are settled (docs/protocol.md, "Delivery").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Bytes that wait for all peers together.</summary>
    private const long MaxQueuedBytes = 64 * 1_048_576;

    /// <summary>What a message takes besides its body, roughly.</summary>
    private const int MessageWeight = 256;

    /// <summary>A peer without keys is tried again as often as that while something waits for it.</summary>
    private static readonly TimeSpan s_handshakeRetry = TimeSpan.FromSeconds(1);

    /// <summary>Time-outs in a row after which a handshake finds out whether the other side has lost its keys.</summary>
    private const int DoubtfulTimeouts = 5;

    private readonly List<Contact> _dirty = [];
    private readonly List<Contact> _active = [];
    private readonly List<OutboundMessage> _settled = [];
    private readonly InboxCredit _inboxCredit;
    private TimeSpan _nextDelivery = TimeSpan.MaxValue;
    private long _queuedBytes;
    private long _pendingBytes;

    /// <summary>Messages to peers with a session that are not settled.</summary>
    public int UnsettledCount { get; private set; }

    /// <summary>Says how full the inbox is: with what came through sessions, which always has to find a place.</summary>
    /// <param name="messages">Messages in it.</param>
    /// <param name="bytes">Bytes of them.</param>
    public void SetInbox(int messages, long bytes)
    {
        _inboxCredit.UsedMessages = messages;
        _inboxCredit.UsedBytes = bytes;
    }

    /// <summary>Whether some sender waits for the inbox to be read; then <see cref="Relieve"/> is to be called when it was.</summary>
    public bool IsInboxShort => _inboxCredit.IsShort;

    /// <summary>The inbox has room again.</summary>
    public void Relieve(Moment now, Effects effects)
    {
        _inboxCredit.Relieve();
        foreach (PeerEntry peer in _peers.Entries)
        {
            if (peer.Contact is { } contact && contact.Channel.Inbound.Id != 0)
            {
                _inboxCredit.TopUp(contact.Channel.Inbound);
                MarkDirty(contact);
            }
        }

        Flush(now, effects);
    }

    /// <summary>
    /// Sends what the last steps have made possible: acknowledgements, pieces of messages, credit. To be called after each
    /// command and each batch of datagrams, when what arrived is in the inbox: what is acknowledged has to be there.
    /// </summary>
    public void Flush(Moment now, Effects effects)
    {
        // Sending may make another contact dirty.
        for (int i = 0; i < _dirty.Count; i++)
        {
            Contact contact = _dirty[i];
            contact.IsDirty = false;
            Pump(contact, now, effects);
        }

        _dirty.Clear();
    }

    /// <summary>The network did not take a datagram for a peer with a session.</summary>
    public static void NotTaken(PeerEntry peer) => peer.Contact?.Channel.OnNotTaken();

    /// <summary>Puts any text on its way to a peer with a session: for tests, which send what no peer does.</summary>
    internal void QueueText(PeerEntry peer, string text, Moment now, TimeSpan patience, Effects effects)
        => Queue(peer, "", System.Text.Encoding.UTF8.GetBytes(text), now, patience, effects);

    /// <summary>Puts a message on its way to a peer with a session.</summary>
    private void Queue(PeerEntry peer, string messageId, byte[] body, Moment now, TimeSpan patience, Effects effects, int sharers = 1)
    {
        Contact contact = peer.Contact!;
        OutboundStream stream = contact.Channel.Outbound;
        var message = new OutboundMessage(peer, messageId, body) { Deadline = now.Elapsed + patience, Weight = MessageWeight + (body.Length / sharers) };
        effects.Queued.Add(message);
        UnsettledCount++;
        if (!stream.HasRoom(body.Length) || _queuedBytes + message.Weight > MaxQueuedBytes)
        {
            Settle(message, Outcome.Failed, Obstacle.QueueFull, now.Elapsed, effects);
            return;
        }

        _queuedBytes += message.Weight;
        stream.Add(message);
        MarkDirty(contact);
    }

    private void Settle(OutboundMessage message, Outcome outcome, Obstacle obstacle, TimeSpan now, Effects effects)
    {
        if (message.Settle(outcome, obstacle, now))
        {
            UnsettledCount--;
            effects.Settled.Add(message);
        }
    }

    private void MarkDirty(Contact contact)
    {
        if (!contact.IsDirty)
        {
            contact.IsDirty = true;
            _dirty.Add(contact);
        }

        if (!contact.IsActive)
        {
            contact.IsActive = true;
            _active.Add(contact);
        }
    }

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
        while (PumpOne(peer, channel, keys, mayCarry, now, effects))
        {
            isAny = true;
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
        Span<byte> room = _frames.AsSpan(0, MaxFrameBytes);
        int length = channel.WriteAcks(room, now.Elapsed);
        SentDatagram record = channel.Sent.New();
        if (mayCarry && !channel.Sent.IsFull)
        {
            length += WriteControl(room[length..], channel, record);
            if (channel.Probes > 0 || IsOpen(channel, now))
            {
                length += channel.Outbound.Fill(room[length..], record, now.Elapsed);
            }
        }

        if (length == 0)
        {
            channel.Sent.Return(record);
            return false;
        }

        record.Index = keys.RemoteIndex;
        record.Counter = keys.NextCounter;
        record.SentAt = now.Elapsed;
        record.Size = keys.Seal(room[..length], effects.Room());
        effects.Send(effects.Commit(record.Size), peer.Endpoint, record.Parts.Count > 0 ? peer : null);
        if (record.Parts.Count == 0)
        {
            channel.Sent.Return(record);
            return false;
        }

        NoteMessage(peer, now);
        record.WasLimited = channel.Outbound.HasWork;
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
            due = paced > now.Elapsed && paced < due ? paced : due;
        }

        _nextDelivery = due < _nextDelivery ? due : _nextDelivery;
    }

    /// <summary>Looks after everything that is on the way: losses, time-outs, deadlines.</summary>
    private void CareForDelivery(Moment now, Effects effects)
    {
        _nextDelivery = TimeSpan.MaxValue;
        for (int i = _active.Count - 1; i >= 0; i--)
        {
            Contact contact = _active[i];
            if (contact.Entry is PeerEntry peer)
            {
                Care(peer, contact, now, effects);
            }

            if (contact.Entry is null || !contact.Channel.IsActive)
            {
                contact.IsActive = false;
                _active.RemoveAt(i);
            }
        }
    }

    private void Care(PeerEntry peer, Contact contact, Moment now, Effects effects)
    {
        Channel channel = contact.Channel;
        channel.Tick(now.Elapsed);
        Expire(contact, now, effects);
        while (channel.Inbound.TryGiveUp(now.Elapsed, out _))
        {
            TakeReady(contact, new Inbound(now, Inlet.Unicast, peer.Endpoint, 0, effects, peer));
        }

        if (channel.Timeouts >= DoubtfulTimeouts || (contact.Current is null && channel.Outbound.Count > 0))
        {
            BeginAt(peer, now);
            TimeSpan again = now.Elapsed + s_handshakeRetry;
            _nextDelivery = again < _nextDelivery ? again : _nextDelivery;
        }

        _ = Pump(contact, now, effects);
    }

    /// <summary>Gives up the messages whose time is over.</summary>
    private void Expire(Contact contact, Moment now, Effects effects)
    {
        OutboundStream stream = contact.Channel.Outbound;
        bool isOutOfCredit = stream.IsOutOfCredit;
        _settled.Clear();
        stream.Expire(now.Elapsed, _settled);
        foreach (OutboundMessage message in _settled)
        {
            Obstacle obstacle = message.Next > 0 ? (WasTaken(contact, message) ? Obstacle.NoReceipt : Obstacle.NotSent)
                : contact.Current is null ? Obstacle.NoSession
                : isOutOfCredit ? Obstacle.NoCredit : Obstacle.NoReceipt;
            Settle(message, Outcome.Unknown, obstacle, now.Elapsed, effects);
        }

        if (_settled.Count > 0 && stream.Id == 0)
        {
            // Nobody has heard of this stream: nobody has to be told what is left out of it.
            BeginStreamAnew(contact, Obstacle.NoSession, now, effects);
        }
    }

    /// <summary>Whether the network has taken anything for this peer since a message was first sent.</summary>
    private static bool WasTaken(Contact contact, OutboundMessage message) => contact.Channel.Taken > message.TakenBefore;

    /// <summary>The other side has begun anew: what it got and did not acknowledge may be there or not.</summary>
    private void BeginStreamAnew(Contact contact, Obstacle obstacle, Moment now, Effects effects)
    {
        _settled.Clear();
        _queuedBytes -= contact.Channel.Outbound.Weight;
        contact.Channel.Outbound.Reset(_settled);
        _queuedBytes += contact.Channel.Outbound.Weight;
        contact.Channel.Restart();
        foreach (OutboundMessage message in _settled)
        {
            Settle(message, Outcome.Unknown, obstacle, now.Elapsed, effects);
        }

        if (contact.Channel.Outbound.Count > 0)
        {
            MarkDirty(contact);
        }
    }

    /// <summary>A peer goes: nothing waits for it any more.</summary>
    private void Abandon(Contact contact, Obstacle obstacle, Effects effects)
    {
        InboundStream inbound = contact.Channel.Inbound;
        _inboxCredit.Withdraw(inbound);
        _pendingBytes -= inbound.PendingBytes;
        inbound.Clear();
        _memory.Keep(contact.RemoteStatic, inbound);
        _settled.Clear();
        _queuedBytes -= contact.Channel.Outbound.Weight;
        contact.Channel.Outbound.Abandon(_settled);
        contact.Channel.Restart();
        foreach (OutboundMessage message in _settled)
        {
            bool isUnsent = obstacle == Obstacle.Gone && message.Next > 0 && !WasTaken(contact, message);
            Settle(message, Outcome.Unknown, isUnsent ? Obstacle.NotSent : obstacle, default, effects);
        }
    }
}
