using System;
using System.Runtime.InteropServices;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer;

/// <content>What follows from a batch for whoever uses the peer: messages, answers, events, news.</content>
internal sealed partial class LanPeerEngine
{
    /// <summary>The inbox was read: whoever waited for room in it may go on.</summary>
    private void OnInboxTaken()
    {
        if (!_machine.IsInboxShort)
        {
            return;
        }

        Effects effects = RentEffects();
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            _machine.SetInbox(Inbox.CreditedCount, Inbox.CreditedBytes);
            _machine.Relieve(Now(), effects);
            BeginSending(effects);
        }

        Finish(effects);
        ReturnEffects(effects);
    }

    /// <summary>Puts what arrived into the inbox. Called under the lock, so that messages keep their order.</summary>
    private void Deliver(Effects effects)
    {
        TakeSettled(effects);
        var senders = default(SenderViews);
        bool isAnyTaken = false;
        foreach (ref readonly Arrival arrival in CollectionsMarshal.AsSpan(effects.Arrivals))
        {
            LanMessage message = PublicViews.Message(arrival, senders.Of(arrival, _machine), _options.DataReader);
            bool isTaken = Inbox.TryAdd(message, out int dropped, wakes: false);
            isAnyTaken |= isTaken;
            if (isTaken && Events.IsHeard(EngineEventKind.Message))
            {
                Events.Add(new LanMessageEventArgs(message));
            }

            if (Trace.IsHeard)
            {
                Trace.Arrived(message, isTaken);
            }

            _counters.Delivered(isTaken ? 1 : 0);
            _counters.Dropped(DropReason.InboxFull, dropped + (isTaken ? 0 : 1));
        }

        if (isAnyTaken)
        {
            // Once a batch: who is woken by the first message would sleep again and again between the others.
            Inbox.Wake();
        }

        TakePongs(effects);
        foreach (ListAnswer answer in effects.Lists)
        {
            foreach (ListQuery query in _queries)
            {
                query.Add(answer);
            }
        }

        foreach (PeerChange change in effects.Changes)
        {
            HasIdConflict |= change is { Kind: PeerChangeKind.Conflict, Peer: null };
            if (change.Kind == PeerChangeKind.NetworkKeyChange)
            {
                _notices.Warn($"The key of the network '{_options.NetworkName}' is being changed: a member at {change.Source.AddressText} uses one "
                    + "that this peer does not have. Start this one again with both, the new one first.");
            }

            if (PublicViews.TrustEvent(change, _machine, _options, _time.GetUtcNow()) is LanTrustEventArgs happened)
            {
                _notices.Add(happened);
                if (Events.IsHeard(EngineEventKind.Trust))
                {
                    Events.Add(happened);
                }
            }

            if (Events.IsHeard(EngineEventKind.Peer) && ToEvent(change) is LanPeerEventArgs changed)
            {
                Events.Add(changed);
            }
        }
    }

    private LanPeerEventArgs? ToEvent(PeerChange change)
    {
        LanPeerChange? kind = change.Kind switch
        {
            PeerChangeKind.Joined => LanPeerChange.Joined,
            PeerChangeKind.Updated or PeerChangeKind.Conflict => LanPeerChange.Updated,
            PeerChangeKind.Suspected => LanPeerChange.Suspected,
            PeerChangeKind.Recovered => LanPeerChange.Recovered,
            PeerChangeKind.Left => LanPeerChange.Left,
            PeerChangeKind.Expired => LanPeerChange.Gone,
            _ => null,
        };
        return kind is LanPeerChange happened && change.Peer is PeerEntry peer
            ? new LanPeerEventArgs(happened, PublicViews.Peer(peer, _machine.IsProtectedName(peer.Name)), _time.GetLocalNow().DateTime) : null;
    }

    /// <summary>Wakes those who wait for what has happened.</summary>
    private void Tell(Effects effects, bool isWatched = false)
    {
        StartChecks(effects);
        if (effects.Settled.Count > 0)
        {
            DeliveriesChanged.Raise();
        }

        if (isWatched || effects.Changes.Count > 0 || effects.Lists.Count > 0)
        {
            PeersChanged.Raise();
        }
    }
}
