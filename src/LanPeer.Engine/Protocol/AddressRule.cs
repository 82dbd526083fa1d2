using System;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>How the host part of a user id relates to the address a datagram came from.</summary>
internal enum AddressMatch
{
    /// <summary>The same address, or both are this host.</summary>
    Same,

    /// <summary>An address, but another one: NAT, several homes, or a forgery.</summary>
    Other,

    /// <summary>No address at all (<c>charlie@device888</c>): nothing to compare.</summary>
    Unknown,
}

/// <summary>Who may move a peer (docs/protocol.md, "Who speaks for whom"; REFERENCE D4, D5, D7).</summary>
internal static class AddressRule
{
    public static AddressMatch Match(LocalNetwork network, ReadOnlySpan<byte> userId, Ipv4Endpoint source)
    {
        if (!UserIds.TryGetAddress(userId, out uint address))
        {
            return AddressMatch.Unknown;
        }

        return network.IsSameHost(address, source.Address) ? AddressMatch.Same : AddressMatch.Other;
    }

    /// <summary>
    /// Whether a datagram may be taken as the peer's. The port does not count: the reference's relatives send from
    /// ephemeral ports.
    /// </summary>
    public static bool SpeaksFor(LocalNetwork network, PeerEntry peer, Ipv4Endpoint source)
        => network.IsSameHost(source.Address, peer.Endpoint.Address);

    /// <summary>Whether an announcement may be taken as the peer's, and so may move it.</summary>
    /// <remarks>
    /// An id whose host part is its source belongs to whoever speaks from there, and takes the id over from one that
    /// was only bound to its first source. Of the latter kind nobody but the first source may change anything.
    /// </remarks>
    public static bool MayAnnounce(LocalNetwork network, PeerEntry peer, AddressMatch match, Ipv4Endpoint source)
        => match == AddressMatch.Same || (!peer.IsAddressMatched && SpeaksFor(network, peer, source));
}
