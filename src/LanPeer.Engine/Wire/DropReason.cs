namespace LanPeer.Wire;

/// <summary>
/// Why a datagram was not acted upon. The names are an interface: they are the keys of LanSession.Counters.Dropped,
/// of tests/vectors and of docs/protocol.md.
/// </summary>
internal enum DropReason
{
    /// <summary>Not dropped.</summary>
    None,

    // What the reader finds in the bytes alone.
    Empty,
    TooLong,
    Sealed,
    NotText,
    NoType,
    UnknownType,
    ConflictingFields,
    MissingSender,
    BadUserId,
    MissingRecipient,
    BadPort,
    BadMessageId,
    BadEscape,
    BadNonce,
    FieldTooLong,
    BadPeerList,
    BadKey,
    BadFrame,

    // What the peer finds in its state.
    BadSource,
    OffNetwork,
    Own,
    OwnId,
    AddressMismatch,
    UnknownSender,
    NotForUs,
    Duplicate,
    TableFull,
    RateLimited,
    Unsolicited,
    Ignored,
    InboxFull,
    NoCredit,
    ReassemblyFull,

    // What sessions and trust find.
    NotAuthentic,
    UnknownSession,
    Replayed,
    Crossed,
    UnderLoad,
    ForgedSender,
    Unproven,
    Downgrade,
    Untrusted,
    Blocked,
    PlainText,
    OtherNetwork,
    WrongNetworkKey,
    Fault,
}
