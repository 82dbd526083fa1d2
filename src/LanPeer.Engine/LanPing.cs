using System;

namespace LanPeer;

/// <summary>The answer, or the missing answer, to one question whether a peer is there.</summary>
public sealed class LanPing
{
    internal LanPing(string to, int sequence)
    {
        To = to;
        Sequence = sequence;
    }

    /// <summary>The user id of the peer that was asked.</summary>
    public string To { get; }

    /// <summary>Its PEER_ID, in groups of four; null when it has proven none.</summary>
    public string? PeerId { get; internal init; }

    /// <summary>Where it was asked; empty when it was not known any more.</summary>
    public string Address { get; internal init; } = "";

    /// <summary>Which of the questions to this peer, from 1.</summary>
    public int Sequence { get; }

    /// <summary>What became of it.</summary>
    public LanPingState State { get; internal init; }

    /// <summary>From the question to the answer, through both peers' programs; null without an answer.</summary>
    public TimeSpan? RoundTrip { get; internal init; }

    /// <summary>State and peer.</summary>
    public override string ToString() => $"{State}: {To}";
}
