using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Security;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Tests.Security;

/// <summary>
/// Session layers and nothing around them: no machine, no network. A test moves each datagram and each piece of work by
/// hand, in whatever order it is about. <see cref="Small"/> has the smaller static key, which decides when both begin.
/// Every seal is audited: no test may use a counter twice.
/// </summary>
internal sealed class SessionLab : IDisposable
{
    private readonly SeededRandom _random;
    private int _ends;

    public SessionLab(ulong seed = 1)
    {
        _random = new SeededRandom(seed);
        SessionEnd[] ends = [.. new[] { NewEnd(1), NewEnd(2) }.Order(Comparer<SessionEnd>.Create((x, y) => x.Key.AsSpan().SequenceCompareTo(y.Key)))];
        (Small, Large) = (ends[0], ends[1]);
    }

    public AuditingAead Aead { get; } = new();

    public TimeSpan Elapsed { get; private set; }

    public Moment Now => new(Elapsed, new DateTimeOffset(2030, 1, 31, 12, 0, 0, TimeSpan.Zero) + Elapsed);

    public SessionEnd Small { get; }

    public SessionEnd Large { get; }

    /// <summary>One more, at 10.77.0.<paramref name="host"/>.</summary>
    public SessionEnd NewEnd(byte host, EpochClock? epochs = null, PeerNetwork? network = null)
        => new(this, new Ipv4Endpoint(0x0A4D_0000u | host, 8_000), _random.Stream($"end {_ends++}"),
            epochs ?? EpochClock.Start(0, Now.Utc), network ?? PeerNetwork.Open);

    public void Wait(double seconds) => Elapsed += TimeSpan.FromSeconds(seconds);

    /// <summary>Moves everything between two ends until nothing is left to be moved.</summary>
    public static void Settle(SessionEnd one, SessionEnd other)
    {
        do
        {
            one.Work();
            other.Work();
            one.Deliver(other);
            other.Deliver(one);
        }
        while (one.Layer.HasWork || other.Layer.HasWork || one.Outbox.Count + other.Outbox.Count > 0);
    }

    /// <summary>Delivers what one has sent, each datagram after all the work of the one before.</summary>
    public static void DeliverOneByOne(SessionEnd from, SessionEnd to)
    {
        while (from.Outbox.TryDequeue(out byte[]? datagram))
        {
            to.Receive(datagram, from.Endpoint);
            to.Work();
        }
    }

    /// <summary>A whole handshake, confirmed.</summary>
    public static void Connect(SessionEnd initiator, SessionEnd responder)
    {
        initiator.Begin(responder);
        Settle(initiator, responder);
    }

    public void Dispose()
    {
        Small.Dispose();
        Large.Dispose();
    }
}
