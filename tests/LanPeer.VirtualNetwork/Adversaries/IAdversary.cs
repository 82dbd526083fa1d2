using System;
using System.Collections.Generic;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <summary>Somebody on the network who sees what passes and does what they like with it (Dolev and Yao 1983).</summary>
internal interface IAdversary
{
    /// <summary>Decides what becomes of a datagram, once for all its receivers, before any layer.</summary>
    /// <param name="packet">Its bytes are shared with the log: change a copy.</param>
    /// <param name="hands">What they can do besides; to hold a datagram is to drop it and inject it later.</param>
    public Verdict Look(Packet packet, AdversaryHands hands);
}

/// <summary>What becomes of a datagram an adversary saw.</summary>
internal readonly record struct Verdict
{
    private Verdict(bool isDropped, byte[]? replacement)
    {
        IsDropped = isDropped;
        Replacement = replacement;
    }

    public static Verdict Pass => default;

    public static Verdict Drop => new(true, null);

    public bool IsDropped { get; }

    /// <summary>Null when it stays as it is.</summary>
    public byte[]? Replacement { get; }

    public static Verdict Replace(byte[] bytes) => new(false, bytes);
}

/// <summary>What an adversary can do on the segments they sit on.</summary>
internal sealed class AdversaryHands
{
    private readonly VirtualLan _lan;
    private readonly IReadOnlyList<Segment> _segments;

    internal AdversaryHands(VirtualLan lan, IReadOnlyList<Segment> segments, SeededRandom random)
    {
        _lan = lan;
        _segments = segments;
        Random = random;
    }

    /// <summary>Their own randomness, from the seed of the network.</summary>
    public SeededRandom Random { get; }

    public TimeSpan Now => _lan.Now;

    /// <summary>Where they sit: what is sent from or to one of these they see. All when none was named.</summary>
    public IReadOnlyList<Segment> Segments => _segments.Count > 0 ? _segments : _lan.Segments;

    /// <summary>How many datagrams they have sent.</summary>
    public long Injected { get; private set; }

    /// <summary>
    /// Sends a datagram in anybody's name: unicast to any host, broadcast on each of their segments. Hosts refuse what
    /// comes from a loopback address by wire, as every system does (RFC 1122, 3.2.1.3).
    /// </summary>
    public void Inject(Ipv4Endpoint from, Ipv4Endpoint to, byte[] bytes)
    {
        Injected++;
        _lan.Inject(Segments, from, to, bytes);
    }

    /// <summary>Does something after a while.</summary>
    public void After(TimeSpan delay, Action action) => _lan.After(delay, action);

    /// <summary>Whether a datagram passes one of their segments.</summary>
    internal bool IsSeen(Packet packet)
    {
        foreach (Segment segment in Segments)
        {
            if (Segment.NetworkOf(packet.From.Address) == segment.Network || Segment.NetworkOf(packet.To.Address) == segment.Network)
            {
                return true;
            }
        }

        return false;
    }
}
