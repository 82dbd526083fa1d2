using System;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>What one peer may send in a time: two buckets of its own, which no stranger can empty.</summary>
internal struct InboundBuckets
{
    public TokenBucket Messages;
    public TokenBucket Rest;
}

/// <summary>
/// How much is taken from one source, by kind (docs/protocol.md, "Amplification and rates"). Known peers have buckets of
/// their own; strangers share a bounded table by address. Peers of this host are not limited: they need no network to
/// use up a machine.
/// </summary>
internal sealed class InboundLimits
{
    /// <summary>POSTs and DMs: more than anybody reads, and a pipeline of 10,000 at once still arrives.</summary>
    private const double MessageRate = 2_000;
    private const double MessageBurst = 20_000;

    /// <summary>Announcements, profiles, lists: ten peers of one host in their burst.</summary>
    private const double RestRate = 50;
    private const double RestBurst = 500;

    private const int Remembered = 8_192;

    private readonly SourceLimiter<uint> _messages = new(MessageRate, MessageBurst, Remembered);
    private readonly SourceLimiter<uint> _rest = new(RestRate, RestBurst, Remembered);

    /// <summary>Whether a message of a known peer is taken.</summary>
    public static bool Allows(PeerEntry peer, MessageType type, TimeSpan now)
        => IsMessage(type) ? peer.Inbound.Messages.TryTake(now, 1, MessageRate, MessageBurst)
            : peer.Inbound.Rest.TryTake(now, 1, RestRate, RestBurst);

    /// <summary>Whether a datagram of a stranger is taken.</summary>
    public bool Allows(uint address, MessageType type, TimeSpan now)
        => (IsMessage(type) ? _messages : _rest).TryTake(address, now);

    private static bool IsMessage(MessageType type) => type is MessageType.Post or MessageType.DM;
}
