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

    /// <summary>
    /// Datagrams after which a tick lets go of what it has, with the rest due at once: 1,000 take 5 ms to seal, in which
    /// nothing else is received or sent, and the first of them would arrive when the last is ready.
    /// </summary>
    private const int MostAtOnce = 128;

    private readonly List<Contact> _dirty = [];
    private readonly List<Contact> _active = [];
    private readonly List<OutboundMessage> _settled = [];
    private readonly DeliveryPool _pool = new();
    private readonly InboxCredit _inboxCredit;
    private TimeSpan _nextDelivery = TimeSpan.MaxValue;

    /// <summary>Which of the active contacts is the next to be cared for; -1 when all were.</summary>
    private int _careAt = -1;

    /// <summary>When they began to be.</summary>
    private TimeSpan _careSince;

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
        => Queue(NewMessage(peer, "", System.Text.Encoding.UTF8.GetBytes(text), now, patience), now, effects);

    /// <summary>Takes back a message that was told as settled, and that nobody looks at any more.</summary>
    public void Return(OutboundMessage message) => _pool.Return(message);

    /// <summary>A message with a text of its own.</summary>
    private OutboundMessage NewMessage(PeerEntry peer, string messageId, ReadOnlySpan<byte> text, Moment now, TimeSpan patience)
    {
        OutboundMessage message = _pool.NewMessage();
        message.BeginCopy(peer, messageId, text, MessageWeight + text.Length, now.Elapsed + patience);
        return message;
    }

    /// <summary>A message whose text others have, too.</summary>
    private OutboundMessage NewMessage(PeerEntry peer, string messageId, byte[] text, int sharers, Moment now, TimeSpan patience)
    {
        OutboundMessage message = _pool.NewMessage();
        message.Begin(peer, messageId, text, MessageWeight + (text.Length / sharers), now.Elapsed + patience);
        return message;
    }

    /// <summary>Puts a message on its way to a peer with a session; it leaves at the end of this step.</summary>
    private void Queue(OutboundMessage message, Moment now, Effects effects)
    {
        Contact contact = message.To.Contact!;
        Enqueue(contact, message, now, effects);
        contact.Channel.Release();
        MarkDirty(contact);
    }

    private void Enqueue(Contact contact, OutboundMessage message, Moment now, Effects effects)
    {
        OutboundStream stream = contact.Channel.Outbound;
        effects.Queued.Add(message);
        UnsettledCount++;
        if (!stream.HasRoom(message.Length) || _queuedBytes + message.Weight > MaxQueuedBytes)
        {
            Settle(message, Outcome.Failed, Obstacle.QueueFull, now.Elapsed, effects);
            return;
        }

        _queuedBytes += message.Weight;
        stream.Add(message);
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

        MarkActive(contact);
    }

    private void MarkActive(Contact contact)
    {
        if (!contact.IsActive)
        {
            contact.IsActive = true;
            _active.Add(contact);
        }
    }

    private TimeSpan NextDelivery => _careAt >= 0 ? _careSince : _nextDelivery;

    /// <summary>Looks after everything that is on the way: losses, time-outs, deadlines.</summary>
    private void CareForDelivery(Moment now, Effects effects)
    {
        if (_careAt < 0)
        {
            _nextDelivery = TimeSpan.MaxValue;
            _careAt = _active.Count - 1;
            _careSince = now.Elapsed;
        }

        for (int most = effects.Sends.Count + MostAtOnce; _careAt >= 0 && effects.Sends.Count < most; _careAt--)
        {
            Contact contact = _active[_careAt];
            if (contact.Entry is PeerEntry peer)
            {
                Care(peer, contact, now, effects);
            }

            if (contact.Entry is null || !contact.Channel.IsActive)
            {
                contact.IsActive = false;
                _active.RemoveAt(_careAt);
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
