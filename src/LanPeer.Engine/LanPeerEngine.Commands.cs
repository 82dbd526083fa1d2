using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Transport;
using LanPeer.Wire;

namespace LanPeer;

/// <content>What users ask of a peer. Each takes the lock once, and sends after it has left it.</content>
internal sealed partial class LanPeerEngine
{
    /// <summary>When the last post had left, in ticks of <see cref="Elapsed"/>.</summary>
    private long _postLeft = long.MinValue / 2;

    /// <summary>Sends a post to all known peers.</summary>
    /// <param name="text">Any text of up to 1 MiB, or JSON.</param>
    /// <param name="patience">How long it is tried to reach each of them.</param>
    public LanSending Post(MessageText text, TimeSpan patience)
    {
        TextRules.CheckMessage(text);
        LanSending sending = Send((text, patience), static (engine, post, now, effects) =>
        {
            var previous = TimeSpan.FromTicks(Volatile.Read(ref engine._postLeft));
            return engine._machine.Post(now, post.text, engine._machine.Peers, post.patience, effects, previous) ?? throw TextRules.TooLarge("The message");
        });
        Volatile.Write(ref _postLeft, Elapsed.Ticks);
        return sending;
    }

    /// <summary>Sends a direct message.</summary>
    /// <param name="userId">The receiver's user id or PEER_ID.</param>
    /// <param name="text">Any text of up to 1 MiB, or JSON.</param>
    /// <param name="patience">How long it is tried to reach it.</param>
    public LanSending DM(string userId, MessageText text, TimeSpan patience)
    {
        TextRules.CheckMessage(text);
        LanSending sending = Send((userId, text, patience), static (engine, dm, now, effects) =>
        {
            PeerEntry? peer = engine._machine.FindPeer(dm.userId);
            return peer is null ? "" : engine._machine.DM(now, peer, dm.text, dm.patience, effects)
                ?? throw (peer.Contact is null ? TextRules.TooLargeForDatagram("The message") : TextRules.TooLarge("The message"));
        });
        if (sending.MessageId.Length == 0)
        {
            Settle(sending, new LanDelivery("", userId) { State = LanDeliveryState.Failed, Reason = "It is not a known peer any more." }, wasExpected: false);
        }

        return sending;
    }

    /// <summary>Sets the own profile and sends it to all known peers.</summary>
    /// <param name="displayName">One line.</param>
    /// <param name="status">One line.</param>
    /// <param name="avatar">A validated image, or null for none.</param>
    public LanSending SetProfile(string displayName, string status, byte[]? avatar)
    {
        TextRules.CheckProfile(displayName, status);
        TextRules.CheckAvatar(avatar);
        return Send((displayName, status, avatar), static (engine, profile, now, effects) =>
        {
            string id = engine._machine.SetProfile(now, ProfileForWire(profile.displayName, profile.status, profile.avatar), effects)
                ?? throw TextRules.TooLargeForDatagram("The profile");
            engine._ownProfile = new LanProfile(engine._machine.UserId, profile.displayName, profile.status, profile.avatar);
            return id;
        });
    }

    /// <summary>Asks everyone who is there to answer now.</summary>
    public void Find()
    {
        List<RunEntry> neighbours = _nextNeighbourCall != TimeSpan.MaxValue ? _runFolder?.Others() ?? [] : [];
        Effects effects = RentEffects();
        lock (_gate)
        {
            ThrowIfStopped();
            _machine.Find(Now(), effects);
            AskNeighbours(neighbours, effects);
            BeginSending(effects);
        }

        Finish(effects);
        ReturnEffects(effects);
    }

    /// <summary>Asks all known peers whom they know.</summary>
    /// <returns>Gathers the answers until it is disposed.</returns>
    public ListQuery AskForLists()
    {
        Effects effects = RentEffects();
        ListQuery query;
        lock (_gate)
        {
            ThrowIfStopped();
            query = new ListQuery(Remove);
            _queries.Add(query);
            query.Asked = _machine.AskForLists(Now(), effects);
            _machine.Flush(Now(), effects);
            BeginSending(effects);
        }

        Finish(effects);
        ReturnEffects(effects);
        return query;
    }

    /// <summary>While watched, every datagram raises <see cref="PeersChanged"/>, not only news.</summary>
    public IDisposable Watch()
    {
        lock (_gate)
        {
            _watchers++;
        }

        return new Watcher(this);
    }

    private static ProfileDetails ProfileForWire(string displayName, string status, byte[]? avatar)
        => new(displayName, status, avatar is null ? null : AvatarImage.Recognise(avatar),
            avatar is null ? default : System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(avatar)));

    /// <param name="what">What is sent: given along, as a closure of each message would be as large as a third of the rest.</param>
    /// <param name="write">Writes it; an empty id when there is nobody to send it to.</param>
    private LanSending Send<T>(T what, Func<LanPeerEngine, T, Moment, Effects, string> write)
    {
        Effects effects = RentEffects();
        var sending = new LanSending(DeliveriesChanged);
        try
        {
            lock (_gate)
            {
                ThrowIfStopped();
                Moment now = Now();
                sending.MessageId = write(this, what, now, effects);
                foreach (OutboundMessage message in effects.Queued)
                {
                    sending.Expect(message);
                    message.Tag = sending;
                }

                _machine.Flush(now, effects);
                TakeSettled(effects);
                BeginSending(effects);
            }

            foreach (PeerEntry peer in effects.TooLongFor)
            {
                Settle(sending, PublicViews.TooLongFor(peer, sending.MessageId), wasExpected: false);
            }

            AddUnconfirmed(sending, effects, Carry(effects));
            Tell(effects);
            return sending;
        }
        finally
        {
            ReturnEffects(effects);
        }
    }

    /// <summary>Tells of the receivers that give no receipts.</summary>
    private void AddUnconfirmed(LanSending sending, Effects effects, List<SendFailure>? failures)
    {
        // Whoever listens gets an object for each; nobody else wants them.
        if (effects.Audience is { } audience && !Events.IsHeard(EngineEventKind.Delivery) && !Trace.IsHeard)
        {
            sending.AddUnconfirmed(audience, failures);
            return;
        }

        int failed = 0;
        for (int i = 0; i < effects.Sends.Count; i++)
        {
            SocketError error = failures is not null && failed < failures.Count && failures[failed].Index == i
                ? failures[failed++].Error : SocketError.Success;
            if (effects.Sends[i].Peer is { Contact: null } peer)
            {
                Settle(sending, PublicViews.Unconfirmed(peer.UserId, sending.MessageId, error), wasExpected: false);
            }
        }
    }

    /// <summary>Passes on what has become of messages. Called under the lock.</summary>
    private void TakeSettled(Effects effects)
    {
        foreach (OutboundMessage message in effects.Settled)
        {
            if (message.Tag is LanSending sending)
            {
                Settle(sending, PublicViews.Delivery(message), wasExpected: true);
            }

            _machine.Return(message);
        }
    }

    private void Settle(LanSending sending, LanDelivery delivery, bool wasExpected)
    {
        sending.Add(delivery, wasExpected);
        if (Trace.IsHeard)
        {
            Trace.Settled(delivery);
        }

        if (Events.IsHeard(EngineEventKind.Delivery))
        {
            Events.Add(new LanDeliveryEventArgs(delivery));
        }
    }

    private void Remove(ListQuery query)
    {
        lock (_gate)
        {
            _queries.Remove(query);
        }
    }

    private void ThrowIfStopped()
    {
        if (_isStopped || _isStopping)
        {
            throw Stopped();
        }
    }

    /// <summary>What is said to whoever asks something of a peer that was stopped.</summary>
    internal LanPeerException Stopped() => new(LanErrorId.SessionStopped,
        $"The session '{_options.Name}' was stopped.", "Start another one with Start-LanPeer.");

    private sealed class Watcher(LanPeerEngine engine) : IDisposable
    {
        private bool _isDisposed;

        public void Dispose()
        {
            lock (engine._gate)
            {
                engine._watchers -= _isDisposed ? 0 : 1;
                _isDisposed = true;
            }
        }
    }
}
