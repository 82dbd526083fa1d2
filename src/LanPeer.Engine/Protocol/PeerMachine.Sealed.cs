using System;
using System.Collections.Generic;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Datagrams that begin with 0xF5 (docs/protocol.md, "Sealed datagrams").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Sources of members remembered: as many as there may be peers.</summary>
    private const int MaxMembers = 4_096;

    /// <summary>One warning a minute about a network of our name with another key, and one about a change of ours.</summary>
    private static readonly TimeSpan s_wrongKeyInterval = TimeSpan.FromMinutes(1);

    /// <summary>How long who announced with one of our keys counts as a member: longer than its restart with other keys takes.</summary>
    private static readonly TimeSpan s_memberMemory = TimeSpan.FromMinutes(5);

    private readonly byte[] _opened = new byte[WireLimits.MaxDatagram];
    private readonly Dictionary<ulong, TimeSpan> _memberSources = [];
    private TimeSpan _nextWrongKey;
    private TimeSpan _nextKeyChange;

    private DropReason OnSealed(ReadOnlySpan<byte> bytes, in Inbound inbound)
    {
        if (!SessionWire.TryGetType(bytes, out SealedType type))
        {
            return DropReason.BadFrame;
        }

        return type switch
        {
            SealedType.Initiation => OnInitiation(bytes, inbound),
            SealedType.Response => _sessions.OnResponse(bytes, inbound.Source, inbound.Now.Elapsed),
            SealedType.CookieReply => OnCookieReply(bytes, inbound),
            SealedType.Transport => OnTransport(bytes, inbound),
            _ => OnSealedAnnouncement(bytes, inbound),
        };
    }

    private DropReason OnInitiation(ReadOnlySpan<byte> bytes, in Inbound inbound)
    {
        Span<byte> reply = stackalloc byte[SessionWire.CookieReplyLength];
        DropReason reason = _sessions.OnInitiation(
            bytes, inbound.Source, SourceKey(inbound.Source), inbound.Now.Elapsed, reply, out int length);
        if (length > 0)
        {
            reply.CopyTo(inbound.Effects.Room());
            inbound.Effects.Send(inbound.Effects.Commit(length), inbound.Source);
        }

        return reason;
    }

    private DropReason OnCookieReply(ReadOnlySpan<byte> bytes, in Inbound inbound)
    {
        DropReason reason = _sessions.OnCookieReply(bytes, inbound.Now);
        _nextSessionCare = reason == DropReason.None ? inbound.Now.Elapsed : _nextSessionCare;
        return reason;
    }

    private DropReason OnTransport(ReadOnlySpan<byte> bytes, in Inbound inbound)
    {
        DropReason reason = _sessions.OnTransport(bytes, _opened, inbound.Now.Elapsed, out PeerSession? session, out bool isConfirmation);
        if (reason != DropReason.None)
        {
            return reason;
        }

        var contact = (Contact)session!;
        if (isConfirmation)
        {
            bool isCurrent = _sessions.Confirm(contact, inbound.Now.Elapsed);
            (PublicIdentity who, HandshakePayload said) = (contact.NextWho!, contact.NextSaid!);
            (contact.NextWho, contact.NextSaid) = (null, null);
            reason = Establish(contact, who, said, new Place(inbound.Source, contact.NextPlace), isCurrent, inbound.Now, inbound.Effects);
            if (reason != DropReason.None)
            {
                return reason;
            }
        }

        if (contact.Entry is not PeerEntry peer)
        {
            return DropReason.UnknownSession;
        }

        Heard(peer, inbound.Source, inbound.Now, inbound.Effects);
        if (isConfirmation)
        {
            MarkDirty(contact);
        }

        return OnTransportFrames(bytes, _opened.AsSpan(0, bytes.Length - SessionWire.TransportOverhead), inbound with { Peer = peer });
    }

    private DropReason OnSealedAnnouncement(ReadOnlySpan<byte> bytes, in Inbound inbound)
    {
        if (SessionWire.ReadUInt32(bytes, 4) != _security.Network.Tag || !_security.Network.IsClosed)
        {
            return DropReason.OtherNetwork;
        }

        if (_security.Network.Find(SessionWire.ReadUInt32(bytes, 8)) is not { } secret)
        {
            WarnOfKey(inbound);
            return DropReason.WrongNetworkKey;
        }

        if (!AnnouncementSeal.TryOpen(_security.Suite.Aead, secret, bytes, _opened))
        {
            return DropReason.NotAuthentic;
        }

        NoteMember(inbound.Source, inbound.Now.Elapsed);
        DropReason reason = DatagramReader.Read(_opened.AsSpan(0, bytes.Length - SessionWire.AnnouncementOverhead), out Datagram datagram);
        return reason != DropReason.None ? reason
            : datagram.Type != MessageType.PeerDiscovery || (!datagram.Sender.IsEmpty && !datagram.HasValue(Field.Key)) ? DropReason.Ignored
            : OnMessage(datagram, inbound with { Secret = secret });
    }

    /// <summary>Somebody announces with a key we do not have: a stranger with a wrong one, or a member with the next one.</summary>
    private void WarnOfKey(in Inbound inbound)
    {
        bool isChange = IsMember(inbound.Source, inbound.Now.Elapsed);
        ref TimeSpan next = ref isChange ? ref _nextKeyChange : ref _nextWrongKey;
        if (inbound.Now.Elapsed >= next)
        {
            next = inbound.Now.Elapsed + s_wrongKeyInterval;
            PeerChangeKind kind = isChange ? PeerChangeKind.NetworkKeyChange : PeerChangeKind.WrongNetworkKey;
            inbound.Effects.Changes.Add(new PeerChange(kind, null, inbound.Source));
        }
    }

    private void NoteMember(Ipv4Endpoint source, TimeSpan heard)
    {
        if (_memberSources.Count >= MaxMembers && !_memberSources.ContainsKey(SourceKey(source)))
        {
            // More than there may be are repetitions from invented sources; what they cost is the kinder of two warnings.
            _memberSources.Clear();
        }

        _memberSources[SourceKey(source)] = heard;
    }

    /// <summary>Whether somebody there has lately announced with one of our keys, or has a session made with one.</summary>
    private bool IsMember(Ipv4Endpoint source, TimeSpan now)
    {
        if (_memberSources.TryGetValue(SourceKey(source), out TimeSpan heard) && now - heard <= s_memberMemory)
        {
            return true;
        }

        foreach (PeerEntry peer in _peers.Entries)
        {
            if (now - peer.LastSeen <= s_memberMemory
                && (IsSamePlace(peer.Endpoint, source) || SourceKey(peer.Endpoint) == SourceKey(source)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What counts as one source: another host, or one socket of this one, where all have one address.</summary>
    private ulong SourceKey(Ipv4Endpoint source)
        => ((ulong)source.Address << 16) | (_network.IsOwn(source.Address) ? source.Port : (ushort)0);
}
