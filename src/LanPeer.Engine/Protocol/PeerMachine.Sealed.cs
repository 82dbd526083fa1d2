using System;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Datagrams that begin with 0xF5 (docs/protocol.md, "Sealed datagrams").</content>
internal sealed partial class PeerMachine
{
    /// <summary>One warning a minute about a network of our name with another key.</summary>
    private static readonly TimeSpan s_wrongKeyInterval = TimeSpan.FromMinutes(1);

    private readonly byte[] _opened = new byte[WireLimits.MaxDatagram];
    private TimeSpan _nextWrongKey;

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
            reason = Establish(contact, contact.NextWho!, contact.NextSaid!,
                new Place(inbound.Source, contact.NextPlace), isCurrent, inbound.Now, inbound.Effects);
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
            _ = FlushWaiting(peer, inbound.Now, inbound.Effects);
        }

        return OnFrames(_opened.AsSpan(0, bytes.Length - SessionWire.TransportOverhead), inbound with { Peer = peer });
    }

    private DropReason OnSealedAnnouncement(ReadOnlySpan<byte> bytes, in Inbound inbound)
    {
        if (SessionWire.ReadUInt32(bytes, 4) != _security.Network.Tag || !_security.Network.IsClosed)
        {
            return DropReason.OtherNetwork;
        }

        if (_security.Network.Find(SessionWire.ReadUInt32(bytes, 8)) is not { } secret)
        {
            if (inbound.Now.Elapsed >= _nextWrongKey)
            {
                _nextWrongKey = inbound.Now.Elapsed + s_wrongKeyInterval;
                inbound.Effects.Changes.Add(new PeerChange(PeerChangeKind.WrongNetworkKey, null, inbound.Source));
            }

            return DropReason.WrongNetworkKey;
        }

        if (!AnnouncementSeal.TryOpen(_security.Suite.Aead, secret, bytes, _opened))
        {
            return DropReason.NotAuthentic;
        }

        DropReason reason = DatagramReader.Read(_opened.AsSpan(0, bytes.Length - SessionWire.AnnouncementOverhead), out Datagram datagram);
        return reason != DropReason.None ? reason
            : datagram.Type != MessageType.PeerDiscovery || (!datagram.Sender.IsEmpty && !datagram.HasValue(Field.Key)) ? DropReason.Ignored
            : OnMessage(datagram, inbound with { Secret = secret });
    }

    /// <summary>What counts as one source: another host, or one socket of this one, where all have one address.</summary>
    private ulong SourceKey(Ipv4Endpoint source)
        => ((ulong)source.Address << 16) | (_network.IsOwn(source.Address) ? source.Port : (ushort)0);
}
