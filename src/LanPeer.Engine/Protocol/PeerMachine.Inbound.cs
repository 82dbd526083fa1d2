using System;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>A datagram from the socket to the rule for its kind.</content>
internal sealed partial class PeerMachine
{
    /// <summary>Takes one datagram.</summary>
    /// <param name="now">Now.</param>
    /// <param name="inlet">The socket it came through.</param>
    /// <param name="source">Where the network says it came from.</param>
    /// <param name="bytes">Its payload; not kept.</param>
    /// <param name="effects">Receives what is to be done.</param>
    /// <returns>Why it was dropped, or <see cref="DropReason.None"/>.</returns>
    public DropReason Receive(Moment now, Inlet inlet, Ipv4Endpoint source, ReadOnlySpan<byte> bytes, Effects effects)
    {
        if (!source.IsUsable || _network.IsBroadcast(source.Address))
        {
            return DropReason.BadSource;
        }

        if (_network.IsLoopbackOnly && !source.IsLoopback)
        {
            return DropReason.OffNetwork;
        }

        var inbound = new Inbound(now, inlet, source, bytes.Length, effects);
        if (bytes.Length > 0 && bytes[0] == WireLimits.BinaryMark)
        {
            return OnSealed(bytes, inbound);
        }

        if (_security.Network.IsClosed)
        {
            return DropReason.PlainText;
        }

        DropReason reason = DatagramReader.Read(bytes, out Datagram datagram);
        return reason != DropReason.None ? reason : OnMessage(datagram, inbound);
    }

    /// <summary>A message, from a datagram of its own or from a session.</summary>
    private DropReason OnMessage(in Datagram datagram, in Inbound inbound)
    {
        bool hasIdentity = datagram.Has(Field.PeerId) && datagram.Type == MessageType.PeerDiscovery;
        bool isOwn = datagram.Boot == Boot
            || (hasIdentity ? datagram[Field.PeerId].SequenceEqual(_peerId) : datagram.Sender.SequenceEqual(_userId));
        if (inbound.Peer is null && isOwn)
        {
            return OnOwnId(datagram, inbound);
        }

        if (!IsWithinLimits(datagram, inbound))
        {
            return DropReason.RateLimited;
        }

        return datagram.Type switch
        {
            MessageType.PeerDiscovery when inbound.Peer is null => OnDiscovery(datagram, inbound),
            MessageType.Ping when inbound.Peer is null => OnPing(datagram, inbound),
            MessageType.Post => OnPost(datagram, inbound),
            MessageType.DM => OnDM(datagram, inbound),
            MessageType.Profile => OnProfile(datagram, inbound),
            MessageType.PeerListRequest => OnPeerListRequest(datagram, inbound),
            MessageType.PeerListResponse => OnPeerListResponse(datagram, inbound),
            MessageType.Leave when inbound.Peer is null => OnLeave(datagram, inbound),
            _ => DropReason.Ignored,
        };
    }

    private bool IsWithinLimits(in Datagram datagram, in Inbound inbound)
    {
        if (_network.IsOwn(inbound.Source.Address))
        {
            return true;
        }

        PeerEntry? peer = inbound.Peer ?? _peers.Find(datagram.Sender);
        // What comes through a session was asked for: how much of it, the credit says.
        return peer is not null && inbound.Peer is not null && datagram.Type is MessageType.Post or MessageType.DM ? true
            : peer is not null && (inbound.Peer is not null || AddressRule.SpeaksFor(_network, peer, inbound.Source))
            ? InboundLimits.Allows(peer, datagram.Type, inbound.Now.Elapsed)
            : (_network.IsOnLink(inbound.Source.Address) ? _limits : _farLimits)
                .Allows(inbound.Source.Address, datagram.Type, inbound.Now.Elapsed);
    }

    /// <summary>The sender of a message that is no announcement: known and speaking from its address, or at least plausible.</summary>
    private DropReason FindSender(in Datagram datagram, in Inbound inbound, out PeerEntry? peer)
    {
        if (inbound.Peer is not null)
        {
            // In a session there is no other sender than the one it belongs to.
            peer = inbound.Peer;
            return datagram.Sender.SequenceEqual(peer.Key) || datagram.Sender.SequenceEqual(peer.FormerKey)
                ? DropReason.None : DropReason.ForgedSender;
        }

        peer = _peers.Find(datagram.Sender);
        if (peer is not null)
        {
            if (!AddressRule.SpeaksFor(_network, peer, inbound.Source))
            {
                return DropReason.AddressMismatch;
            }

            peer.LastSeen = inbound.Now.Elapsed;
            peer.LastSeenUtc = inbound.Now.Utc;
            peer.UsesTokens |= datagram.HasValue(Field.Token);
            return DropReason.None;
        }

        if (_security.RequireTrust)
        {
            return DropReason.Untrusted;
        }

        if (IsProtected(datagram.Sender))
        {
            return DropReason.Downgrade;
        }

        return AddressRule.Match(_network, datagram.Sender, inbound.Source) switch
        {
            AddressMatch.Same => DropReason.None,
            AddressMatch.Other => DropReason.AddressMismatch,
            _ => DropReason.UnknownSender,
        };
    }

    /// <summary>A datagram's circumstances, passed along its way.</summary>
    /// <param name="Now">Now.</param>
    /// <param name="Inlet">The socket it came through.</param>
    /// <param name="Source">Where the network says it came from.</param>
    /// <param name="Length">Bytes of it.</param>
    /// <param name="Effects">Receives what is to be done.</param>
    /// <param name="Peer">Whose session it came through; null when it came in the clear.</param>
    /// <param name="Secret">The network's key it was sealed with; null when it came in the clear.</param>
    private readonly record struct Inbound(
        Moment Now, Inlet Inlet, Ipv4Endpoint Source, int Length, Effects Effects, PeerEntry? Peer = null, NetworkSecret? Secret = null);
}
