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

/// <summary>One message on its way to one receiver with a session. Its memory may be used again (<see cref="DeliveryPool"/>).</summary>
internal sealed class OutboundMessage
{
    /// <summary>What is kept for the next text: longer ones are rare, and their memory is not theirs alone for long.</summary>
    private const int KeptBytes = 1_024;

    /// <summary>A text of its own is made room for in steps of this, so that the next one of about the same length fits.</summary>
    private const int Step = 256;

    private byte[] _own = [];

    /// <summary>Bytes of memory it keeps for texts, whether it has one now or not.</summary>
    public int OwnBytes => _own.Length;

    public PeerEntry To { get; private set; } = null!;

    public string MessageId { get; private set; } = "";

    /// <summary>The text form, and perhaps more behind it; shared by all receivers of a post.</summary>
    public byte[] Body { get; private set; } = [];

    /// <summary>Bytes of the text.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of memory it takes: a body that others share is theirs in part.</summary>
    public int Weight { get; private set; }

    /// <summary>When it is given up.</summary>
    public TimeSpan Deadline { get; private set; }

    /// <summary>Which message this is of those that had the same memory.</summary>
    public int Version { get; private set; }

    /// <summary>Whether somebody looks at it for longer than it is on the way.</summary>
    public bool IsKept { get; set; }

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

    public bool IsSentWhole => Next == Length;

    /// <summary>For whoever waits for it.</summary>
    public object? Tag { get; set; }

    /// <summary>Makes a message of it, as new, with a text that does not change as long as it is on the way.</summary>
    /// <param name="to">To whom.</param>
    /// <param name="messageId">The id in its text; empty for what no user waits for.</param>
    /// <param name="body">The text form.</param>
    /// <param name="weight">Bytes of memory it counts for.</param>
    /// <param name="deadline">When it is given up.</param>
    public void Begin(PeerEntry to, string messageId, byte[] body, int weight, TimeSpan deadline)
    {
        (To, MessageId, Body, Length, Weight, Deadline) = (to, messageId, body, body.Length, weight, deadline);
        (Sequence, Next, Tries, FirstSent, TakenBefore) = (0, 0, 0, default, 0);
        (Outcome, Obstacle, RoundTrip, IsSkipDue) = (Outcome.Open, Obstacle.None, null, false);
    }

    /// <summary>The same, with a copy of the text.</summary>
    /// <inheritdoc cref="Begin"/>
    public void BeginCopy(PeerEntry to, string messageId, ReadOnlySpan<byte> body, int weight, TimeSpan deadline)
    {
        if (_own.Length < body.Length)
        {
            _own = GC.AllocateUninitializedArray<byte>(body.Length <= KeptBytes ? (body.Length + Step - 1) / Step * Step : body.Length);
        }

        body.CopyTo(_own);
        Begin(to, messageId, _own, weight, deadline);
        Length = body.Length;
    }

    /// <summary>It is a message no more, and keeps nothing alive.</summary>
    public void End()
    {
        Version++;
        (Outcome, To, MessageId, Body, Length, Tag) = (Outcome.Open, null!, "", [], 0, null);
        _own = _own.Length > KeptBytes ? [] : _own;
    }

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
