using System;

namespace LanPeer;

/// <summary>A peer as this session knew it at one moment. It never changes; ask again for news.</summary>
public sealed class LanPeer
{
    internal LanPeer(string userId, string name)
    {
        UserId = userId;
        Name = name;
    }

    /// <summary>The peer's label on the wire, <c>name@address</c>. Anyone can claim one: see <see cref="Trust"/>.</summary>
    public string UserId { get; }

    /// <summary>
    /// Who the peer has proven to be: its PEER_ID, 32 characters in groups of four; null for a peer that has proven
    /// nothing. In what Find-LanPeer gives without a session it is what the peer claims (<see cref="Trust"/> is Unsigned).
    /// </summary>
    public string? PeerId { get; internal init; }

    /// <summary>The part of the user id before the @.</summary>
    public string Name { get; }

    /// <summary>What the peer calls itself in its profile; its name when it sent none. Control characters are made visible.</summary>
    public string DisplayName { get; internal init; } = "";

    /// <summary>The status line of its profile, empty when it sent none. Control characters are made visible.</summary>
    public string Status { get; internal init; } = "";

    /// <summary>Its IPv4 address; empty when only reported without one.</summary>
    public string Address { get; internal init; } = "";

    /// <summary>The UDP port it listens on; 0 when unknown.</summary>
    public int Port { get; internal init; }

    /// <summary>What is known of its presence.</summary>
    public LanPeerState State { get; internal init; }

    /// <summary>How sure one can be who it is.</summary>
    public LanTrust Trust { get; internal init; }

    /// <summary>When something was last heard of it, local time; null when it is only reported.</summary>
    public DateTime? LastSeen => Seen?.LocalDateTime;

    /// <inheritdoc cref="LanMessage.SentAt"/>
    internal DateTimeOffset? Seen { get; init; }

    /// <summary>What it speaks.</summary>
    public LanDialect Dialect { get; internal init; }

    /// <summary>
    /// Whether the address in its user id is the one it speaks from. If not (NAT, several addresses, or a forgery), the
    /// id is bound to the address that used it first.
    /// </summary>
    public bool IsAddressMatched { get; internal init; }

    /// <summary>Whether its name belongs to somebody who can prove who he is, which this one has not.</summary>
    public bool UsesProtectedName { get; internal init; }

    /// <summary>Whether its profile has an avatar.</summary>
    public bool HasAvatar { get; internal init; }

    /// <summary>The user id.</summary>
    public override string ToString() => UserId;
}
