using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace LanPeer.Security;

/// <summary>How far a pinned identity is trusted.</summary>
internal enum PinState
{
    /// <summary>Met once and held to since.</summary>
    Pinned,

    /// <summary>A person compared its PEER_ID.</summary>
    Approved,

    /// <summary>A person wants nothing of it.</summary>
    Blocked,
}

/// <summary>What the pins say about an identity under a user id.</summary>
internal enum PinVerdict
{
    /// <summary>Nothing is known of either: first use.</summary>
    New,

    /// <summary>The identity is known.</summary>
    Pinned,

    /// <summary>The identity is known and was approved by a person.</summary>
    Approved,

    /// <summary>The user id belongs to another identity.</summary>
    Conflict,

    /// <summary>The identity is blocked, under whatever user id.</summary>
    Blocked,

    /// <summary>First use, but there is no place for a pin: every one is held by a person's decision.</summary>
    Full,
}

/// <summary>An identity and what is held to be true of it. Immutable.</summary>
internal sealed record Pin
{
    /// <summary>User ids kept of one identity: a machine that moves between networks has one in each.</summary>
    public const int MaxUserIds = 8;

    /// <summary>32 characters of base32.</summary>
    public required string PeerId { get; init; }

    /// <summary>Its keys; null when a person approved or blocked the id before it was ever met.</summary>
    public PublicIdentity? Keys { get; init; }

    public required PinState State { get; init; }

    /// <summary>Its user ids, the one met last at the end; at most <see cref="MaxUserIds"/>.</summary>
    public IReadOnlyList<string> UserIds { get; init; } = [];

    /// <summary>When it was first met, in UTC; before that, when a person decided about it.</summary>
    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>When it was last met, in UTC, as the clock was then.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>Whether a text has the form of a PEER_ID.</summary>
    public static bool IsPeerId(string text)
        => text.Length == Security.PeerId.Length && Security.PeerId.IsValid(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether a text is a user id, of whole characters only: half a surrogate pair would come back as another one.</summary>
    public static bool IsUserId(string text)
    {
        byte[] utf8 = text.Length <= Wire.WireLimits.MaxUserId ? Encoding.UTF8.GetBytes(text) : [];
        return Wire.UserIds.IsValid(utf8) && Encoding.UTF8.GetString(utf8) == text;
    }

    public bool Equals(Pin? other)
        => other is not null && other.PeerId == PeerId && Equals(other.Keys, Keys) && other.State == State
            && other.UserIds.SequenceEqual(UserIds) && other.FirstSeen == FirstSeen && other.LastSeen == LastSeen;

    public override int GetHashCode() => HashCode.Combine(PeerId, State, LastSeen);
}
