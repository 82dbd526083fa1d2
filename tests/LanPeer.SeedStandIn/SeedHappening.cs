using System;
using System.Collections.Generic;
using System.Net;
using System.Numerics;

namespace LanPeer.SeedStandIn;

/// <summary>What kind of thing a stand-in noticed.</summary>
public enum SeedHappeningKind
{
    /// <summary>A POST, from anybody, also from the own id.</summary>
    Post,

    /// <summary>A DM to exactly the own id. Others are only counted.</summary>
    Dm,

    /// <summary>A PROFILE.</summary>
    Profile,

    /// <summary>A PEER_DISCOVERY of another id: an announcement or an answer.</summary>
    Discovery,

    /// <summary>A PEER_LIST_REQUEST or a readable PEER_LIST_RESPONSE; the type tells which.</summary>
    PeerList,

    /// <summary>Any other type, also none at all.</summary>
    Unknown,

    /// <summary>What the seed's program prints as an error in verbose mode.</summary>
    Error,
}

/// <summary>Which socket a datagram came to.</summary>
public enum SeedSocketKind
{
    /// <summary>Not received: the happening is about sending.</summary>
    None,

    /// <summary>The own port, 8000 to 9999.</summary>
    Unicast,

    /// <summary>The shared port, 50999 unless told otherwise.</summary>
    Discovery,
}

/// <summary>One thing a stand-in noticed, with the datagram it came from.</summary>
public sealed record SeedHappening
{
    /// <summary>Counts up from 1 over all happenings of one stand-in.</summary>
    public long Sequence { get; init; }

    /// <summary>The kind.</summary>
    public required SeedHappeningKind Kind { get; init; }

    /// <summary>The TYPE field as it came, empty when there was none.</summary>
    public string Type { get; init; } = "";

    /// <summary>The sender as displayed: USER_ID or FROM, or "Unknown" for a POST or DM without.</summary>
    public string From { get; init; } = "";

    /// <summary>CONTENT of POST and DM, STATUS of a PROFILE, the ids of a peer list, the text of an error.</summary>
    public string Text { get; init; } = "";

    /// <summary>All fields as decoded, the last of equal keys.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = SeedMessage.NoFields;

    /// <summary>The port of a PEER_DISCOVERY as entered in the table: any number (D21).</summary>
    public BigInteger Port { get; init; }

    /// <summary>Where the datagram came from; null when the happening is about sending.</summary>
    public IPEndPoint? Source { get; init; }

    /// <summary>Which socket it came to.</summary>
    public SeedSocketKind Socket { get; init; }

    /// <summary>The datagram.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>When it was noticed.</summary>
    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;
}

/// <summary>Carries a happening to the handlers of <see cref="SeedPeer.Happened"/>.</summary>
/// <param name="happening">What happened.</param>
public sealed class SeedHappeningEventArgs(SeedHappening happening) : EventArgs
{
    /// <summary>What happened.</summary>
    public SeedHappening Happening { get; } = happening;
}

/// <summary>What came of a command to send.</summary>
/// <param name="Claimed">How many peers the seed's program says it sent to (D8: failures count too).</param>
/// <param name="Sent">How many datagrams the system really took.</param>
/// <param name="Error">The last failure, or null.</param>
public sealed record SeedSendResult(int Claimed, int Sent, string? Error);
