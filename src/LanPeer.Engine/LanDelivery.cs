using System;

namespace LanPeer;

/// <summary>What became of one message to one receiver. Made when it is settled; it never changes.</summary>
public sealed class LanDelivery
{
    internal LanDelivery(string messageId, string to)
    {
        MessageId = messageId;
        To = to;
    }

    /// <summary>The id the message travelled under.</summary>
    public string MessageId { get; }

    /// <summary>The receiver's user id.</summary>
    public string To { get; }

    /// <summary>What became of it.</summary>
    public LanDeliveryState State { get; internal init; }

    /// <summary>How often it was sent.</summary>
    public int Tries { get; internal init; }

    /// <summary>From the first sending to the receipt; null when there was none.</summary>
    public TimeSpan? RoundTrip { get; internal init; }

    /// <summary>Why it failed; empty otherwise.</summary>
    public string Reason { get; internal init; } = "";

    /// <summary>State and receiver.</summary>
    public override string ToString() => $"{State}: {To}";
}
