using System;

namespace LanPeer.Protocol.Delivery;

/// <summary>What has become of a message to one receiver.</summary>
internal enum Outcome : byte
{
    /// <summary>Nothing yet.</summary>
    Open,

    /// <summary>It is in the receiver's inbox.</summary>
    Delivered,

    /// <summary>The receiver did not take it.</summary>
    Refused,

    /// <summary>It was sent whole, and what became of it is not known.</summary>
    Unknown,

    /// <summary>It did not get there: it was never sent whole.</summary>
    Failed,
}

/// <summary>Why a message was not delivered.</summary>
internal enum Obstacle : byte
{
    None,

    /// <summary>No receipt came in time.</summary>
    NoReceipt,

    /// <summary>No session came about in time.</summary>
    NoSession,

    /// <summary>The receiver's inbox had no place in time.</summary>
    NoCredit,

    /// <summary>The receiver said goodbye, or does not answer any more.</summary>
    Gone,

    /// <summary>The receiver was started anew.</summary>
    Restarted,

    /// <summary>Too much waits for this receiver.</summary>
    QueueFull,

    /// <summary>The receiver has dropped it as invalid.</summary>
    NotTaken,

    /// <summary>The network took no datagram for the receiver.</summary>
    NotSent,

    /// <summary>This peer stops.</summary>
    Stopped,
}

/// <summary>One message on its way to one receiver with a session.</summary>
internal sealed class OutboundMessage(PeerEntry to, string messageId, byte[] body)
{
    public PeerEntry To { get; } = to;

    public string MessageId { get; } = messageId;

    /// <summary>The text form; shared by all receivers of a post.</summary>
    public byte[] Body { get; } = body;

    /// <summary>Bytes of memory it takes: a body that others share is theirs in part.</summary>
    public required int Weight { get; init; }

    /// <summary>When it is given up.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>Its place in the stream.</summary>
    public ulong Sequence { get; set; }

    /// <summary>The first byte that was never sent.</summary>
    public int Next { get; set; }

    /// <summary>How often its beginning was sent.</summary>
    public int Tries { get; set; }

    public TimeSpan FirstSent { get; set; }

    /// <summary>How many datagrams the network had taken for the receiver before it was first sent.</summary>
    public long TakenBefore { get; set; }

    public Outcome Outcome { get; private set; }

    public Obstacle Obstacle { get; private set; }

    /// <summary>From the first sending to the receipt.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>Whether the receiver still has to be told that it does not come any more.</summary>
    public bool IsSkipDue { get; set; }

    public bool IsSentWhole => Next == Body.Length;

    /// <summary>For whoever waits for it.</summary>
    public object? Tag { get; set; }

    /// <summary>It is settled, for good.</summary>
    /// <returns>False when it was before.</returns>
    public bool Settle(Outcome outcome, Obstacle obstacle, TimeSpan now)
    {
        if (Outcome != Outcome.Open)
        {
            return false;
        }

        // What was not sent whole cannot have arrived.
        bool isFailure = outcome == Outcome.Unknown && (!IsSentWhole || obstacle == Obstacle.NotSent);
        Outcome = isFailure ? Outcome.Failed : outcome;
        Obstacle = obstacle;
        RoundTrip = outcome == Outcome.Delivered ? now - FirstSent : null;
        return true;
    }
}
