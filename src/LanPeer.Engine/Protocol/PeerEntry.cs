using System;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using LanPeer.Protocol.Presence;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>A profile as received: one line each, avatar validated.</summary>
internal sealed record PeerProfile(string DisplayName, string Status, byte[]? Avatar)
{
    public bool Says(PeerProfile? other) => other is not null && DisplayName == other.DisplayName && Status == other.Status
        && Avatar.AsSpan().SequenceEqual(other.Avatar);
}

/// <summary>Whether a peer is here.</summary>
internal enum PeerPresence : byte
{
    Alive,

    /// <summary>It does not answer, and may be gone.</summary>
    Suspect,

    /// <summary>It said goodbye, or is nobody any more.</summary>
    Left,

    /// <summary>It was given up.</summary>
    Gone,
}

/// <summary>What is known of one other peer. Mutable, and touched under the engine's lock only.</summary>
internal sealed class PeerEntry
{
    private (uint Address, string Text)? _addressText;

    public PeerEntry(ReadOnlySpan<byte> userId, Ipv4Endpoint endpoint)
    {
        Endpoint = endpoint;
        Call(userId);
    }

    /// <summary>USER_ID as it came, the key of the table.</summary>
    public byte[] Key { get; private set; }

    /// <summary>The user id before that: what was written under it may still be on the way.</summary>
    public byte[] FormerKey { get; private set; } = [];

    public string UserId { get; private set; }

    /// <summary>The part of the user id before the last @.</summary>
    public string Name { get; private set; }

    /// <summary>Its handshakes and keys; null for a peer that speaks in the clear.</summary>
    public Contact? Contact { get; init; }

    /// <summary>Who it has proven to be; null for a peer that speaks in the clear.</summary>
    public PublicIdentity? Who => Contact?.Who;

    /// <summary>Whether it is here. Who left or is gone is in the table no more.</summary>
    public PeerPresence Presence { get; set; }

    /// <summary>How that is watched; null for a peer that speaks in the clear.</summary>
    public PeerWatch? Watch { get; init; }

    /// <summary>What the pins said of it when it came, or the user has decided since.</summary>
    public PinVerdict Verdict { get; set; }

    /// <summary>When it came into the table.</summary>
    public DateTimeOffset MetUtc { get; init; }

    public Ipv4Endpoint Endpoint { get; set; }

    /// <summary>The address of its endpoint as a dotted quad: made once for each, as every message asks for it.</summary>
    public string AddressText
    {
        get
        {
            if (_addressText is not { } made || made.Address != Endpoint.Address)
            {
                _addressText = made = (Endpoint.Address, Endpoint.AddressText);
            }

            return made.Text;
        }
    }

    /// <summary>Where it says itself that it listens: the address in its user id, 0 when there is none, and its port.</summary>
    public Ipv4Endpoint Claimed { get; set; }

    /// <summary>A place that was asked whether the peer is there, when, and what it has to return.</summary>
    public (Ipv4Endpoint Place, TimeSpan At, ulong Token) Probe { get; set; }

    /// <summary>When its endpoint, silent for long, was asked whether it is still the peer's.</summary>
    public TimeSpan? EndpointAsked { get; set; }

    /// <summary>When something authentic last came from its endpoint.</summary>
    public TimeSpan PathHeard { get; set; }

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

    /// <summary>What it may still send now.</summary>
    public InboundBuckets Inbound;

    public DuplicateWindow Duplicates { get; } = new();

    public WriteForm Form => new(Dialect, UsesTokens || Dialect == Dialect.Rfc);

    /// <summary>The next entry in the table's bucket.</summary>
    internal PeerEntry? Next { get; set; }

    /// <summary>Takes another user id; the table calls it, as it is its key.</summary>
    [MemberNotNull(nameof(Key), nameof(UserId), nameof(Name))]
    internal void Call(ReadOnlySpan<byte> userId)
    {
        FormerKey = Key ?? [];
        Key = userId.ToArray();
        UserId = Encoding.UTF8.GetString(userId);
        Name = Encoding.UTF8.GetString(UserIds.NamePart(userId));
    }
}
