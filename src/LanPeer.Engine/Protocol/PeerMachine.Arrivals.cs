using System;
using LanPeer.Protocol.Delivery;
using LanPeer.Protocol.Presence;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Who has proven itself: whether it is let in, and what follows (docs/protocol.md, "Sessions").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Whether somebody who has shown its keys is to be talked to.</summary>
    private DropReason Admit(PublicIdentity who, HandshakePayload said)
    {
        if (who.Equals(Identity))
        {
            return DropReason.OwnId;
        }

        return _security.Pins.Judge(who, UserIdText(said)) switch
        {
            PinVerdict.Blocked => DropReason.Blocked,
            PinVerdict.New or PinVerdict.Conflict when _security.RequireTrust => DropReason.Untrusted,
            _ => DropReason.None,
        };
    }

    /// <summary>A handshake is complete and proven: the contact is a peer from now on.</summary>
    /// <param name="contact">With whom.</param>
    /// <param name="who">Who it has proven to be.</param>
    /// <param name="said">What it says of itself.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="isCurrent">Whether its keys are those of the session now; of two that crossed only one says what holds.</param>
    /// <param name="now">Now.</param>
    /// <param name="effects">Receives what is to be done.</param>
    private DropReason Establish(
        Contact contact, PublicIdentity who, HandshakePayload said, Place place, bool isCurrent, Moment now, Effects effects)
    {
        // A decision of the user may have come while the handshake was under way.
        DropReason reason = Admit(who, said);
        if (reason == DropReason.None && contact.Who is not null && !contact.Who.Equals(who))
        {
            reason = DropReason.NotAuthentic;
        }

        if (reason == DropReason.None && contact.Entry is null && !_peers.HasPlace(place.Asked.Address, isProven: true))
        {
            reason = DropReason.TableFull;
        }

        if (reason != DropReason.None)
        {
            Dismiss(contact, effects);
            return reason;
        }

        contact.Who = who;
        contact.DoubtedBoot = 0;
        if (contact.Entry is not null && !isCurrent)
        {
            return DropReason.None;
        }

        if (contact.Entry is PeerEntry known)
        {
            Renew(known, said, place, now, effects);
        }
        else
        {
            Join(contact, said, place, now, effects);
        }

        if (contact.Current?.IntroducedAs != _sessions.Own)
        {
            // We got another user id while this handshake was on its way.
            BeginAt(contact.Entry!, now);
        }

        return DropReason.None;
    }

    /// <param name="contact">Who has proven itself.</param>
    /// <param name="said">What it says of itself.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="now">Now.</param>
    /// <param name="effects">Receives what is to be done.</param>
    private void Join(Contact contact, HandshakePayload said, Place place, Moment now, Effects effects)
    {
        var peer = new PeerEntry(said.UserId, place.Asked)
        {
            Contact = contact,
            Proto = WireLimits.ProtocolVersion,
            MetUtc = now.Utc,
            Watch = new PeerWatch(PeerWatch.HashOf(contact.RemoteStatic), now.Elapsed),
        };
        contact.Entry = peer;
        _peers.Add(peer);
        _sealedPeers++;
        TakeOver(peer, said, now);
        peer.RunSince = now.Elapsed;
        Settle(peer, place, now);
        effects.Changes.Add(new PeerChange(PeerChangeKind.Joined, peer));
        Meet(peer, now, effects);
        Watch(peer, now);
        ProbePlaces(peer, now, effects);
        Welcome(peer, now, effects);
    }

    /// <summary>A peer has made a new handshake: new keys, and perhaps a new start or a new user id.</summary>
    /// <inheritdoc cref="Join"/>
    private void Renew(PeerEntry peer, HandshakePayload said, Place place, Moment now, Effects effects)
    {
        bool isRestart = peer.Boot != said.Boot;
        bool isRenamed = !peer.Key.AsSpan().SequenceEqual(said.UserId);
        bool isElsewhere = isRestart || isRenamed || peer.Claimed.Port != said.Port;
        if (isRestart)
        {
            NoteRestart(peer, said.Boot, said.Port, now.Elapsed, effects);
            BeginStreamAnew(peer.Contact!, Obstacle.Restarted, now, effects);
            peer.RunSince = now.Elapsed;
        }

        if (isRenamed)
        {
            _peers.Rename(peer, said.UserId);
        }

        TakeOver(peer, said, now);
        if (!isElsewhere)
        {
            if (IsProven(place))
            {
                Proven(peer, place.Asked, now, effects);
            }

            if (peer.IsAddressMatched && peer.Verdict != PinVerdict.Conflict && _security.Pins.Find(peer.Who!.PeerId) is not null)
            {
                // Whoever is here is met all the time: its pin is the last to go when there are too many.
                _ = _security.Pins.Meet(peer.Who, peer.UserId, now.Utc);
            }

            return;
        }

        // It came back elsewhere: the place it had is nobody's.
        _peers.Move(peer, place.Asked);
        Settle(peer, place, now);
        effects.Changes.Add(new PeerChange(PeerChangeKind.Updated, peer));
        Meet(peer, now, effects, isReturn: isRestart);
        ProbePlaces(peer, now, effects);
        if (isRestart)
        {
            Welcome(peer, now, effects);
        }
    }

    private static void TakeOver(PeerEntry peer, HandshakePayload said, Moment now)
    {
        peer.Boot = said.Boot;
        uint address = UserIds.TryGetAddress(said.UserId, out uint named) ? named : 0;
        peer.Claimed = new Ipv4Endpoint(address, said.Port);
        peer.LastSeen = now.Elapsed;
        peer.LastSeenUtc = now.Utc;
    }

    private void Welcome(PeerEntry peer, Moment now, Effects effects)
    {
        if (_profile is ProfileDetails profile)
        {
            Envelope envelope = NewEnvelope(now);
            Queue(NewMessage(peer, MessageIdText(envelope), SealedProfile(envelope, profile), sharers: 1, now, s_profilePatience), now, effects);
        }
    }

    /// <summary>Forgets a contact with its keys, and the peer it was.</summary>
    private void Dismiss(Contact contact, Effects effects)
    {
        if (contact.Entry is PeerEntry peer)
        {
            Forget(peer, PeerChangeKind.Left, effects);
            return;
        }

        _sessions.Forget(contact);
        _contacts.Remove(contact);
    }

    private static string UserIdText(HandshakePayload said) => System.Text.Encoding.UTF8.GetString(said.UserId);
}
