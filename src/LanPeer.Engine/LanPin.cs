using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Security;

namespace LanPeer;

/// <summary>How far a pinned identity is trusted.</summary>
public enum LanPinState
{
    /// <summary>Met once and held to since.</summary>
    Pinned,

    /// <summary>Approved by you.</summary>
    Approved,

    /// <summary>Blocked by you.</summary>
    Blocked,
}

/// <summary>An identity this peer knows, and what is held to be true of it. It never changes; ask again for news.</summary>
public sealed class LanPin
{
    internal LanPin(Pin pin)
    {
        PeerId = Security.PeerId.Grouped(pin.PeerId);
        State = pin.State switch
        {
            PinState.Approved => LanPinState.Approved,
            PinState.Blocked => LanPinState.Blocked,
            _ => LanPinState.Pinned,
        };
        UserIds = [.. pin.UserIds.Reverse()];
        FirstSeen = pin.FirstSeen.LocalDateTime;
        LastSeen = pin.LastSeen.LocalDateTime;
        HasBeenMet = pin.Keys is not null;
    }

    /// <summary>Who it is: PEER_ID in groups of four.</summary>
    public string PeerId { get; }

    /// <summary>Pinned, Approved or Blocked.</summary>
    public LanPinState State { get; }

    /// <summary>The user ids that are its own, the latest first; at most 8.</summary>
    public IReadOnlyList<string> UserIds { get; }

    /// <summary>When it was first met, or decided about before it was ever met; local time.</summary>
    public DateTime FirstSeen { get; }

    /// <summary>When it was last met, local time; to the hour.</summary>
    public DateTime LastSeen { get; }

    /// <summary>Whether its keys are known; not yet when it was approved or blocked by its id alone.</summary>
    public bool HasBeenMet { get; }

    /// <summary>The PEER_ID.</summary>
    public override string ToString() => PeerId;
}

/// <summary>What importing pins did.</summary>
public sealed class LanPinImport
{
    internal LanPinImport(PinMerge merge)
    {
        Added = [.. merge.Added.Select(pin => new LanPin(pin))];
        Updated = [.. merge.Updated.Select(pin => new LanPin(pin))];
        Conflicting = [.. merge.Conflicting.Select(pin => new LanPin(pin))];
        LeftOut = [.. merge.LeftOut.Select(pin => new LanPin(pin))];
    }

    /// <summary>Identities that were not known.</summary>
    public IReadOnlyList<LanPin> Added { get; }

    /// <summary>Identities that were known, and of which more is known now.</summary>
    public IReadOnlyList<LanPin> Updated { get; }

    /// <summary>Pins of the file against which something decided here stands: a user id of somebody else, a block, an approval.</summary>
    public IReadOnlyList<LanPin> Conflicting { get; }

    /// <summary>Pins for which there was no place.</summary>
    public IReadOnlyList<LanPin> LeftOut { get; }
}
