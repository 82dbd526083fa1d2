using System;
using System.Text;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>A profile as received: one line each, avatar validated.</summary>
internal sealed record PeerProfile(string DisplayName, string Status, byte[]? Avatar)
{
    public bool Says(PeerProfile? other) => other is not null && DisplayName == other.DisplayName && Status == other.Status
        && Avatar.AsSpan().SequenceEqual(other.Avatar);
}

/// <summary>What is known of one other peer. Mutable, and touched under the engine's lock only.</summary>
internal sealed class PeerEntry
{
    public PeerEntry(ReadOnlySpan<byte> userId, Ipv4Endpoint endpoint)
    {
        Key = userId.ToArray();
        UserId = Encoding.UTF8.GetString(userId);
        Name = Encoding.UTF8.GetString(UserIds.NamePart(userId));
        Endpoint = endpoint;
    }

    /// <summary>USER_ID as it came, the key of the table.</summary>
    public byte[] Key { get; }

    public string UserId { get; }

    /// <summary>The part of the user id before the last @.</summary>
    public string Name { get; }

    public Ipv4Endpoint Endpoint { get; set; }

    /// <summary>
    /// Whether the host part of the user id is the address it speaks from. Otherwise (NAT, several homes, a host name)
    /// the id is bound to the first source that used it.
    /// </summary>
    public bool IsAddressMatched { get; set; }

    /// <summary>Whether two programs were seen to use this id at the same time (REFERENCE D12).</summary>
    public bool IsConflicting { get; set; }

    /// <summary>Whether it returned our nonce, so that its address is known to be able to receive.</summary>
    public bool IsReachable { get; set; }

    public Dialect Dialect { get; set; }

    /// <summary>Whether it drops what carries no LSNP token.</summary>
    public bool UsesTokens { get; set; }

    /// <summary>PROTO: 0 for all but LanPeer.</summary>
    public byte Proto { get; set; }

    /// <summary>BOOT of its present run, 0 for all but LanPeer.</summary>
    public uint Boot { get; set; }

    /// <summary>BOOT and port before the last restart: a return to them means two programs, not one restarting.</summary>
    public (uint Boot, ushort Port, TimeSpan Until) Previous { get; set; }

    /// <summary>When its present run was first heard.</summary>
    public TimeSpan RunSince { get; set; }

    public TimeSpan LastSeen { get; set; }

    public DateTimeOffset LastSeenUtc { get; set; }

    public TimeSpan? LastAnswered { get; set; }

    /// <summary>When it was last asked for its peer list; an answer nobody asked for is dropped.</summary>
    public TimeSpan? ListAsked { get; set; }

    /// <summary>Whether our profile is still to be sent to it.</summary>
    public bool NeedsProfile { get; set; }

    public PeerProfile? Profile { get; set; }

    public DuplicateWindow Duplicates { get; } = new();

    public WriteForm Form => new(Dialect, UsesTokens || Dialect == Dialect.Rfc);

    /// <summary>The next entry in the table's bucket.</summary>
    internal PeerEntry? Next { get; set; }
}
