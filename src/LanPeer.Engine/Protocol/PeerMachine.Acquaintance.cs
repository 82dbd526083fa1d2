using System;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Plain announcements: who comes into the table, and who may move there (docs/protocol.md, "Who speaks for whom").</content>
internal sealed partial class PeerMachine
{
    /// <summary>An announcement: the only thing that adds a peer to the table or moves it.</summary>
    private DropReason Meet(in Datagram datagram, in Inbound inbound, Ipv4Endpoint endpoint)
    {
        if (_security.RequireTrust)
        {
            return DropReason.Untrusted;
        }

        AddressMatch match = AddressRule.Match(_network, datagram.Sender, inbound.Source);
        PeerEntry? peer = _peers.Find(datagram.Sender);
        bool isNew = peer is null;
        if (peer is null)
        {
            if (IsProtected(datagram.Sender) || (!_security.AllowUnsigned && _peers.FindAt(endpoint, isProven: true) is not null))
            {
                // Also who speaks from where a peer is that can prove itself: it is that peer, cut short or under a former name.
                return DropReason.Downgrade;
            }

            if (!_peers.HasPlace(endpoint.Address, isProven: false))
            {
                return DropReason.TableFull;
            }

            peer = new PeerEntry(datagram.Sender, endpoint);
            _peers.Add(peer);
        }
        else if (!AddressRule.MayAnnounce(_network, peer, match, inbound.Source))
        {
            return DropReason.AddressMismatch;
        }
        else if (peer.Endpoint.Address != endpoint.Address && !_peers.HasPlaceAt(endpoint.Address, isProven: false))
        {
            return DropReason.TableFull;
        }

        if (!isNew && match == AddressMatch.Same && !peer.IsAddressMatched && !AddressRule.SpeaksFor(_network, peer, inbound.Source))
        {
            // The owner of the address takes the id over; what was said under it before was somebody else's.
            SetProfileOf(peer, null);
        }

        bool isFresh = Update(peer, datagram, inbound, endpoint, isNew);
        peer.IsAddressMatched |= match == AddressMatch.Same;
        if (!peer.IsReachable && IsOurNonce(datagram[Field.Answer]))
        {
            peer.IsReachable = true;
            _nextProfile = peer.NeedsProfile ? inbound.Now.Elapsed : _nextProfile;
        }

        if (isNew || isFresh)
        {
            inbound.Effects.Changes.Add(new PeerChange(isNew ? PeerChangeKind.Joined : PeerChangeKind.Updated, peer));
            ForgetFormerIdOf(peer, inbound.Effects);
            Greet(peer, inbound);
        }

        Answer(peer, datagram, inbound, isFresh);
        SendDueProfiles(inbound.Now, inbound.Effects);
        return DropReason.None;
    }

    /// <summary>Takes over what an announcement says; true when the peer is new, restarted or moved.</summary>
    private bool Update(PeerEntry peer, in Datagram datagram, in Inbound inbound, Ipv4Endpoint endpoint, bool isNew)
    {
        TimeSpan now = inbound.Now.Elapsed;
        peer.LastSeen = now;
        peer.LastSeenUtc = inbound.Now.Utc;
        peer.Dialect = datagram.Dialect;

        // One peer of this host is heard from 127.0.0.1 and from the host's address: the same port is the same peer.
        bool isSamePlace = peer.Endpoint == endpoint || (peer.Endpoint.Port == endpoint.Port
            && _network.IsSameHost(peer.Endpoint.Address, endpoint.Address));
        bool isSameRun = isSamePlace && peer.Boot == datagram.Boot;
        if (!isNew && isSameRun)
        {
            peer.Proto = datagram.Proto;
            return false;
        }

        if (!isNew)
        {
            NoteRestart(peer, datagram.Boot, endpoint.Port, now, inbound.Effects);
            if (!isSamePlace)
            {
                _peers.Move(peer, endpoint);
            }
        }

        peer.Boot = datagram.Boot;
        peer.Proto = datagram.Proto;
        peer.RunSince = now;
        peer.IsReachable = false;
        return true;
    }

    /// <summary>A peer that returns to a run or port it had left is two peers of one id (REFERENCE D12).</summary>
    private void NoteRestart(PeerEntry peer, uint boot, ushort port, TimeSpan now, Effects effects)
    {
        bool isReturn = now < peer.Previous.Until && peer.Previous.Boot == boot && peer.Previous.Port == port;
        peer.Previous = (peer.Boot, peer.Endpoint.Port, now + _settings.PeerTimeout);
        if (isReturn && !peer.IsConflicting)
        {
            peer.IsConflicting = true;
            effects.Changes.Add(new PeerChange(PeerChangeKind.Conflict, peer));
        }
    }

    /// <summary>The same run at the same endpoint under another id: its host's address changed, and the old id with it.</summary>
    private void ForgetFormerIdOf(PeerEntry peer, Effects effects)
    {
        for (int i = _peers.Count - 1; peer.Boot != 0 && i >= 0; i--)
        {
            PeerEntry other = _peers.Entries[i];
            if (other != peer && other.Contact is null && other.Boot == peer.Boot && other.Endpoint == peer.Endpoint)
            {
                Forget(other, PeerChangeKind.Left, effects);
            }
        }
    }

    /// <summary>What a new or restarted peer is to get besides an answer.</summary>
    private void Greet(PeerEntry peer, in Inbound inbound)
    {
        peer.NeedsProfile = _profile is not null || peer.Dialect == Dialect.Rfc;
        if (peer.NeedsProfile && _nextProfile > inbound.Now.Elapsed)
        {
            _nextProfile = inbound.Now.Elapsed;
        }

        // Behind a router an address may be forged; a returned nonce proves it can receive before anything large is sent.
        if (peer.Proto != 0 && inbound.Length >= AskSize && !peer.IsReachable && !_network.IsOnLink(peer.Endpoint.Address)
            && MayAnswer(inbound))
        {
            Ask(inbound.Now, peer.Endpoint, inbound.Effects);
        }
    }
}
