using System;
using LanPeer.Security.Noise;
using LanPeer.Wire;

namespace LanPeer.Security.Sessions;

/// <summary>An own initiation that waits for its response.</summary>
internal sealed class Attempt
{
    public required uint Index { get; init; }

    public required NetworkSecret Secret { get; init; }

    public required Ipv4Endpoint To { get; init; }

    /// <summary>How many initiations went before this one in a row.</summary>
    public required int Tries { get; init; }

    /// <summary>How many initiations there may be in a row: fewer towards an address that nobody has proven to be somebody's.</summary>
    public int MaxTries { get; init; } = int.MaxValue;

    /// <summary>When it is made anew, or given up.</summary>
    public TimeSpan Due { get; set; } = TimeSpan.MaxValue;

    /// <summary>The handshake; null until the work is done.</summary>
    public Handshake? Noise { get; set; }

    /// <summary>Of the datagram sent: a cookie reply is bound to it.</summary>
    public byte[] Mac1 { get; set; } = [];

    /// <summary>Whether a response is being opened; the handshake can only do one thing at a time.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Responses that were opened for it, all but the last in vain.</summary>
    public int FalseResponses { get; set; }

    /// <summary>Whether it was made because a cookie came: one cookie makes one initiation.</summary>
    public bool HasCookie { get; set; }

    /// <summary>Whether it was replaced while work on it was under way.</summary>
    public bool IsAbandoned { get; set; }
}

/// <summary>What handshakes with one remote static key have come to. The protocol's own record of that peer derives from it.</summary>
internal abstract class PeerSession(byte[] remoteStatic)
{
    /// <summary>Who it is, as far as the handshake is concerned.</summary>
    public byte[] RemoteStatic { get; } = remoteStatic;

    /// <summary>The keys that seal; null before the first handshake has ended.</summary>
    public TransportKeys? Current { get; internal set; }

    /// <summary>The keys before them, which still open for <see cref="SessionTimes.KeepOld"/>.</summary>
    public TransportKeys? Previous { get; internal set; }

    /// <summary>
    /// Keys of a response of ours that its initiator has not used yet: until then anyone may have replayed the initiation.
    /// </summary>
    public TransportKeys? Next { get; internal set; }

    /// <summary>When <see cref="Previous"/> is forgotten.</summary>
    public TimeSpan PreviousUntil { get; internal set; }

    /// <summary>The epoch of the initiation <see cref="Next"/> answers.</summary>
    public ulong NextEpoch { get; internal set; }

    /// <summary>Where that initiation came from, and the response went to.</summary>
    public Ipv4Endpoint NextPlace { get; internal set; }

    /// <summary>The network's key of that initiation.</summary>
    public NetworkSecret? NextSecret { get; internal set; }

    /// <summary>The network's key both sides have: that of the last session, or of an announcement.</summary>
    public NetworkSecret? Secret { get; internal set; }

    /// <summary>How often the keys of an own initiation were used in vain, and when they are used again.</summary>
    public int ConfirmTries { get; internal set; }

    /// <summary>When the keys of an own initiation are next used, because nothing came under them yet.</summary>
    public TimeSpan ConfirmDue { get; internal set; } = TimeSpan.MaxValue;

    /// <summary>An own initiation under way.</summary>
    public Attempt? Attempt { get; internal set; }

    /// <summary>The newest epoch of the remote side that led to a session.</summary>
    public ulong RemoteEpoch { get; internal set; }

    /// <summary>The epoch of the last initiation answered; it is answered once.</summary>
    public ulong AnsweredEpoch { get; internal set; }

    /// <summary>Whether a response is being made.</summary>
    public bool IsAnswering { get; internal set; }

    /// <summary>Whether it was given up: work that comes back for it is thrown away.</summary>
    public bool IsForgotten { get; internal set; }

    /// <summary>
    /// The other side announces itself with this key. One that is being given up counts only as long as none is known: its
    /// announcements may be old ones, and it may be given up because others have it.
    /// </summary>
    public void Hear(NetworkSecret announcedWith, NetworkSecret newest)
        => Secret = announcedWith == newest ? newest : Secret ?? announcedWith;

    internal byte[] Cookie { get; set; } = [];

    internal TimeSpan CookieUntil { get; set; }
}
