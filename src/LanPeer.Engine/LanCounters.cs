using System;
using System.Collections.Generic;

namespace LanPeer;

/// <summary>What a session has seen on the wire, as of the moment it was asked for.</summary>
public sealed class LanCounters
{
    internal LanCounters(IReadOnlyDictionary<string, long> dropped) => Dropped = dropped;

    /// <summary>Datagrams received, good and bad.</summary>
    public long Received { get; internal init; }

    /// <summary>Their bytes.</summary>
    public long ReceivedBytes { get; internal init; }

    /// <summary>Datagrams handed to the network.</summary>
    public long Sent { get; internal init; }

    /// <summary>Their bytes.</summary>
    public long SentBytes { get; internal init; }

    /// <summary>Datagrams the network did not take.</summary>
    public long SendErrors { get; internal init; }

    /// <summary>Messages put into the inbox.</summary>
    public long Delivered { get; internal init; }

    /// <summary>
    /// Datagrams that were not acted upon, by reason. The reasons are those of docs/protocol.md; <c>Own</c> counts one's
    /// own broadcasts coming back.
    /// </summary>
    public IReadOnlyDictionary<string, long> Dropped { get; }

    /// <summary>Datagrams received and sent, and messages delivered.</summary>
    public override string ToString() => $"{Received} received, {Sent} sent, {Delivered} delivered";
}
