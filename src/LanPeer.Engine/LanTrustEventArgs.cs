using System;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>What a <see cref="LanTrustEventArgs"/> is about.</summary>
public enum LanTrustEventKind
{
    /// <summary>A user id that is pinned to one identity is used by another. The old pin stands until you decide.</summary>
    KeyChanged,

    /// <summary>Another program was seen under this peer's own user id or with its keys.</summary>
    OwnIdentityElsewhere,

    /// <summary>Somebody uses the name of this closed network with a key this peer does not have.</summary>
    WrongNetworkKey,
}

/// <summary>Something a person should know about who is who. It is also an error record of the next command.</summary>
public sealed class LanTrustEventArgs : EventArgs
{
    internal LanTrustEventArgs(LanTrustEventKind kind, string message, string recommendedAction)
    {
        Kind = kind;
        Message = VisibleText.Line(message);
        RecommendedAction = VisibleText.Line(recommendedAction);
    }

    /// <summary>What happened.</summary>
    public LanTrustEventKind Kind { get; }

    /// <summary>The peer it is about; null when it is about this one or its network.</summary>
    public LanPeer? Peer { get; internal init; }

    /// <summary>The PEER_ID the user id is pinned to, in groups of four; null when the kind is another.</summary>
    public string? PinnedPeerId { get; internal init; }

    /// <summary>When it was noticed, local time.</summary>
    public DateTime At { get; internal init; }

    /// <summary>What happened, in a sentence.</summary>
    public string Message { get; }

    /// <summary>What to do about it, in a sentence.</summary>
    public string RecommendedAction { get; }

    /// <summary>The id of the error record it becomes; part of the interface.</summary>
    public string ErrorId => Kind switch
    {
        LanTrustEventKind.KeyChanged => LanErrorId.PeerKeyChanged,
        LanTrustEventKind.OwnIdentityElsewhere => LanErrorId.OwnIdentityElsewhere,
        _ => LanErrorId.WrongNetworkKey,
    };

    /// <summary>What happened.</summary>
    public override string ToString() => Message;
}
