namespace LanPeer;

/// <summary>How far a peer reaches.</summary>
public enum LanNetwork
{
    /// <summary>Every machine on the local network.</summary>
    Lan,

    /// <summary>This machine only: nothing is sent to, or accepted from, addresses outside 127.0.0.0/8.</summary>
    Loopback,
}

/// <summary>The state of a <see cref="LanSession"/>.</summary>
public enum LanSessionState
{
    /// <summary>Announcing, listening, receiving.</summary>
    Running,

    /// <summary>
    /// Running, but the discovery port belongs to a program that does not share it: this peer finds others by its own
    /// announcements, and does not hear theirs. The port is tried again every 5 seconds.
    /// </summary>
    DiscoveryBlocked,

    /// <summary>Stopped. Messages received before are still in the inbox.</summary>
    Stopped,
}

/// <summary>What is known of a peer's presence.</summary>
public enum LanPeerState
{
    /// <summary>Here: it answers, or if it is no LanPeer peer it was heard of within the session's peer time-out.</summary>
    Alive,

    /// <summary>It does not answer for a second or more. It is still written to; in some seconds it answers again or is gone.</summary>
    Suspect,

    /// <summary>Said goodbye.</summary>
    Left,

    /// <summary>Did not answer any more; or not heard of for the peer time-out, if it is no LanPeer peer.</summary>
    Gone,

    /// <summary>Only named by another peer; never heard itself.</summary>
    Reported,
}

/// <summary>How sure one can be who a peer, or the author of a message, is.</summary>
public enum LanTrust
{
    /// <summary>Plain text of the seed's language: anyone on the network could have sent it.</summary>
#pragma warning disable CA1720 // "Unsigned" means without a signature here, not an integer.
    Unsigned,
#pragma warning restore CA1720

    /// <summary>
    /// The user id belongs to somebody else: it is pinned to another identity, or two programs use it at the same time.
    /// </summary>
    Conflict,

    /// <summary>It has proven who it is, and is met for the first time: nobody knows yet whether it is who it says.</summary>
    New,

    /// <summary>It has proven to be one that was met before, and the user id is nobody else's.</summary>
    Pinned,

    /// <summary>It has proven to be the one whose PEER_ID you approved.</summary>
    Verified,
}

/// <summary>What a peer speaks.</summary>
public enum LanDialect
{
    /// <summary>The seed's <c>KEY:VALUE</c> lines.</summary>
    Seed,

    /// <summary>The <c>KEY: VALUE</c> lines of the LSNP RFC draft.</summary>
    Lsnp,

    /// <summary>The seed's lines with LanPeer's extensions.</summary>
    LanPeer,
}

/// <summary>The kinds of message an inbox holds.</summary>
public enum LanMessageType
{
    /// <summary>A message to everyone.</summary>
    Post,

    /// <summary>A direct message to this peer.</summary>
    DM,

    /// <summary>A peer's new profile; Content is its status.</summary>
    Profile,
}

/// <summary>What became of a message to one receiver.</summary>
public enum LanDeliveryState
{
    /// <summary>Handed to the network whole, for a peer that gives no receipts: whether it arrived is not known.</summary>
    Unconfirmed,

    /// <summary>It did not get there; the reason says why.</summary>
    Failed,

    /// <summary>It is in the receiver's inbox.</summary>
    Delivered,

    /// <summary>It was sent, and no receipt came: it may be there or not.</summary>
    Unknown,

    /// <summary>The receiver has got it and did not take it.</summary>
    Refused,
}

/// <summary>What became of a <see cref="LanPing"/>.</summary>
public enum LanPingState
{
    /// <summary>The peer has answered through its session.</summary>
    Answered,

    /// <summary>No answer came in time, or no session with the peer.</summary>
    Lost,

    /// <summary>The peer speaks in the clear, and nothing can be asked of it.</summary>
    Unsupported,
}
