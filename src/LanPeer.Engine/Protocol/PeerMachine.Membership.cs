using System;
using System.Collections.Generic;
using LanPeer.Protocol.Presence;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Who else there is: members told of members, and looked for (docs/protocol.md, "Membership").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Members told to who asks, and to somebody now and then.</summary>
    private const int ManyMembers = 64;
    private const int SomeMembers = 8;

    /// <summary>Members in one datagram of 1,200 bytes, and those that ride on a PING or PONG.</summary>
    private const int MembersInDatagram = PresenceRoom / (Frames.Header + PresenceFrames.MemberLength);
    private const int MembersOnPing = 3;

    /// <summary>Peers that are asked after a start, and that wait to be asked.</summary>
    private const int FirstAsked = 3;
    private const int MaxToBeAsked = 8;

    /// <summary>Answers to the question for members, for each peer.</summary>
    private const double AskRate = 0.1;
    private const double AskBurst = 2;

    /// <summary>Initiations caused by one frame: as many as an announcement causes.</summary>
    private const int HearsayTries = 2;

    private readonly LostMembers _lost = new();
    private readonly Gossip _newcomers = new();
    private readonly List<PeerEntry> _toBeAsked = [];

    /// <summary>One key on hearsay: who left, or does not want us, is named for a while by those who do not know.</summary>
    private readonly SourceLimiter<ulong> _hearsay = new(1.0 / 30, 2, 4_096);
    private TimeSpan _nextTelling;
    private int _asked;

    /// <summary>Somebody came: others are told, and it is asked whom it knows when it may know more than we can hear.</summary>
    private void NoteMember(PeerEntry peer, Moment now)
    {
        _ = _lost.Remove(peer.Watch!.Hash);
        if (_members.Count == 1)
        {
            _nextTelling = now.Elapsed + (PresenceTimes.TellInterval * _random.NextJitter());
        }

        if ((_asked < FirstAsked || !_network.IsOnLink(peer.Endpoint.Address)) && _toBeAsked.Count < MaxToBeAsked)
        {
            _asked++;
            peer.Watch.IsToBeAsked = true;
            _toBeAsked.Add(peer);
        }

        if (!peer.IsReachable)
        {
            return;
        }

        byte[] frame = new byte[Frames.Header + PresenceFrames.MemberLength];
        _ = PresenceFrames.WriteMember(frame, peer.Endpoint, peer.Contact!.RemoteStatic);
        _newcomers.Add(frame, peer.Watch.Hash, peer.Endpoint, _members.Count, now.Elapsed);
    }

    /// <summary>Who is to be asked comes first: what it knows may be half of the network.</summary>
    private PeerEntry? NextToProbe()
    {
        PeerEntry? next = _toBeAsked.Find(peer => peer is { IsReachable: true, Watch.Probe: null });
        return next ?? _members.Next(_random);
    }

    /// <summary>What rides on a PING or PONG.</summary>
    private int WriteNews(PeerEntry peer, Span<byte> buffer, Moment now)
    {
        if (!IsTalkative(peer))
        {
            return 0;
        }

        int length = _claims.Take(buffer, peer.Watch!.Hash, MaxClaims, static _ => true, now.Elapsed);
        length += _newcomers.Take(buffer[length..], peer.Watch.Hash, MembersOnPing, place => IsNews(place, peer.Endpoint), now.Elapsed);
        if (peer.Watch.IsToBeAsked)
        {
            peer.Watch.IsToBeAsked = false;
            _toBeAsked.Remove(peer);
            length += PresenceFrames.WriteMemberAsk(buffer[length..]);
        }

        return length;
    }

    /// <summary>
    /// Whether a newcomer's place is news to somebody else at once: not when both are on one of our links, as they have
    /// heard each other there. Where that is not so, the telling now and then brings it.
    /// </summary>
    private bool IsNews(Ipv4Endpoint place, Ipv4Endpoint receiver)
    {
        foreach (LocalLink link in _network.Links)
        {
            if (link.Contains(place.Address) && link.Contains(receiver.Address))
            {
                return false;
            }
        }

        return MayTell(place, receiver) && !(_network.IsOwn(place.Address) && _network.IsOwn(receiver.Address));
    }

    /// <summary>A place of 127.0.0.0/8 means something on this host only.</summary>
    private static bool MayTell(Ipv4Endpoint place, Ipv4Endpoint receiver) => !place.IsLoopback || receiver.IsLoopback;

    private void CareForMembership(Moment now, Effects effects)
    {
        if (_members.Count > 0 && now.Elapsed >= _nextTelling)
        {
            _nextTelling = now.Elapsed + (PresenceTimes.TellInterval * _random.NextJitter());
            _members.Pick(1, IsTalkative, _random).ForEach(peer => TellMembers(peer, SomeMembers, now, effects));
        }

        if (now.Elapsed < _lost.Due)
        {
            return;
        }

        foreach (LostMember lost in _lost.TakeDue(now.Elapsed, _random))
        {
            LookFor(lost.Key, lost.Endpoint, lost.Secret, maxTries: 1, now);
        }
    }

    /// <summary>Tells a peer of some others we heard ourselves, and lately: the dead must not go round.</summary>
    private void TellMembers(PeerEntry receiver, int count, Moment now, Effects effects)
    {
        List<PeerEntry> told = _members.Pick(
            count,
            other => other != receiver && IsTalkative(other) && MayTell(other.Endpoint, receiver.Endpoint)
                && now.Elapsed - other.Watch!.Heard <= PresenceTimes.HeardLately,
            _random);
        for (int i = 0; i < told.Count; i += MembersInDatagram)
        {
            int length = 0;
            foreach (PeerEntry other in told.GetRange(i, Math.Min(MembersInDatagram, told.Count - i)))
            {
                length += PresenceFrames.WriteMember(_presenceFrames.AsSpan(length), other.Endpoint, other.Contact!.RemoteStatic);
            }

            SealPresence(receiver, length, now, effects);
        }
    }

    /// <summary>Another member, or the question for members. As with an announcement, a handshake shows whether it is true.</summary>
    private DropReason OnMember(ReadOnlySpan<byte> body, in Inbound inbound)
    {
        PeerEntry from = inbound.Peer!;
        if (body.Length == PresenceFrames.MemberAskLength && body[0] == PresenceFrames.MemberAsk)
        {
            if (!from.Watch!.Asks.TryTake(inbound.Now.Elapsed, 1, AskRate, AskBurst))
            {
                return DropReason.RateLimited;
            }

            if (IsTalkative(from))
            {
                TellMembers(from, ManyMembers, inbound.Now, inbound.Effects);
            }

            return DropReason.None;
        }

        if (body.Length != PresenceFrames.MemberLength)
        {
            return DropReason.BadFrame;
        }

        Ipv4Endpoint endpoint = PresenceFrames.ReadMemberEndpoint(body);
        byte[] key = PresenceFrames.ReadMemberKey(body).ToArray();
        ulong hash = PeerWatch.HashOf(key);
        if (body[0] != PresenceFrames.MemberHere || !IsAskable(endpoint) || _memberByHash.ContainsKey(hash)
            || (endpoint.IsLoopback && !inbound.Source.IsLoopback) || Identity.AgreementKey.SequenceEqual(key)
            || _contacts.Find(key) is { } contact && (contact.Attempt is not null || contact.Entry is not null || SessionLayer.IsAnswerFresh(contact, inbound.Now.Elapsed)))
        {
            return DropReason.None;
        }

        if (!_hearsay.Has(hash, inbound.Now.Elapsed))
        {
            // Nothing wrong with whoever says it: it has not noticed yet who left.
            return DropReason.None;
        }

        if (!MayFollow(inbound))
        {
            return DropReason.RateLimited;
        }

        _ = _hearsay.TryTake(hash, inbound.Now.Elapsed);
        return LookFor(key, endpoint, inbound.Peer!.Contact!.Secret, HearsayTries, inbound.Now) ? DropReason.None : DropReason.TableFull;
    }

    /// <summary>Begins a handshake with somebody who may be there. False when there is no place for it.</summary>
    private bool LookFor(byte[] key, Ipv4Endpoint endpoint, NetworkSecret? secret, int maxTries, Moment now)
    {
        Contact? contact = _contacts.Find(key);
        if (contact is null)
        {
            if (!_contacts.HasPlace(_sealedPeers) || !_peers.HasPlace(endpoint.Address, isProven: true))
            {
                return false;
            }

            _contacts.Add(contact = new Contact(key, endpoint, _pool));
            if (secret is not null)
            {
                contact.Hear(secret, _security.Network.Newest);
            }
        }

        Begin(contact, endpoint, now, maxTries);
        return true;
    }
}
