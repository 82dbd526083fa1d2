using System;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Who leaves the table, and why.</content>
internal sealed partial class PeerMachine
{
    private TimeSpan SweepInterval => TimeSpan.FromTicks(Math.Clamp(
        _settings.PeerTimeout.Ticks / 20, TimeSpan.TicksPerMillisecond * 20, TimeSpan.TicksPerSecond * 15));

    private DropReason OnLeave(in Datagram datagram, in Inbound inbound)
    {
        PeerEntry? peer = _peers.Find(datagram.Sender);
        if (peer is null)
        {
            return IsProtected(datagram.Sender) ? DropReason.Downgrade : DropReason.UnknownSender;
        }

        if (!AddressRule.SpeaksFor(_network, peer, inbound.Source) || peer.Endpoint.Port != inbound.Source.Port
            || peer.Boot == 0 || datagram.Boot != peer.Boot)
        {
            return DropReason.AddressMismatch;
        }

        Forget(peer, PeerChangeKind.Left, inbound.Effects);
        return DropReason.None;
    }

    private void Sweep(Moment now, Effects effects)
    {
        _pool.Rest();
        for (int i = _peers.Count - 1; i >= 0; i--)
        {
            PeerEntry peer = _peers.Entries[i];
            peer.Contact?.Current?.Pass(SweepInterval);
            if (peer.Contact is null && now.Elapsed - peer.LastSeen > _settings.PeerTimeout)
            {
                Forget(peer, PeerChangeKind.Expired, effects);
            }
            else if (peer.Contact is Contact contact && SessionLayer.IsRekeyDue(contact, now.Elapsed))
            {
                BeginAt(peer, now);
            }
        }
    }

    private void Forget(PeerEntry peer, PeerChangeKind kind, Effects effects)
    {
        SetProfileOf(peer, null);
        _peers.Remove(peer);
        peer.Presence = kind == PeerChangeKind.Expired ? PeerPresence.Gone : PeerPresence.Left;
        if (peer.Contact is Contact contact)
        {
            Abandon(contact, Obstacle.Gone, effects);
            if (_security.Network.IsClosed)
            {
                // It may come back with the network's next key.
                NoteMember(peer.Endpoint, peer.LastSeen);
            }

            Unwatch(peer);
            contact.Entry = null;
            _sealedPeers--;
            Dismiss(contact, effects);
        }

        effects.Changes.Add(new PeerChange(kind, peer));
    }
}
