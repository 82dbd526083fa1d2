using System;
using System.Collections.Generic;

namespace LanPeer.VirtualNetwork;

/// <summary>
/// One thing a network does to datagrams. Layers are passed in the order they were added, and each copy of a datagram
/// passes the rest of them by itself.
/// </summary>
/// <remarks>
/// What happens to a datagram is drawn from the layer's own seed and the datagram's number, receiver and copy, and from
/// nothing drawn before. So neither another layer, nor a datagram that another layer dropped, changes what this one
/// does to the others.
/// </remarks>
internal abstract class Layer
{
    private readonly SeededRandom _random = new(0);

    /// <summary>Its stream of randomness; by default its kind and how many of the kind came before it.</summary>
    public string? Name { get; init; }

    /// <summary>Switched on and off at any time, as by <see cref="VirtualLan.At"/>.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Does nothing to what is sent before this time.</summary>
    public TimeSpan From { get; set; } = TimeSpan.Zero;

    /// <summary>Does nothing to what is sent at this time or later.</summary>
    public TimeSpan Until { get; set; } = TimeSpan.MaxValue;

    /// <summary>Which datagrams it is for; see <see cref="Link"/>. Null is all.</summary>
    public Func<Transit, bool>? Only { get; init; }

    /// <summary>Whether it is also for datagrams between programs of one host, which no network can harm.</summary>
    public bool IncludesLocal { get; init; }

    /// <summary>How many datagrams have come to it while it was on.</summary>
    public long Seen { get; private set; }

    /// <summary>The seed of its stream; different for each layer of a network.</summary>
    protected ulong Seed { get; private set; }

    public bool IsFor(in Transit transit)
        => IsOn && transit.Packet.At >= From && transit.Packet.At < Until && (IncludesLocal || !transit.IsLocal)
            && (Only is null || Only(transit));

    /// <summary>Adds what becomes of a datagram to <paramref name="next"/>: nothing, one or several.</summary>
    public void Pass(in Transit transit, List<Transit> next)
    {
        if (!IsFor(transit))
        {
            next.Add(transit);
            return;
        }

        Seen++;
        Change(transit, next);
    }

    internal void Attach(ulong seed) => Seed = seed;

    protected abstract void Change(in Transit transit, List<Transit> next);

    /// <summary>The randomness for one datagram; valid until asked for the next.</summary>
    protected SeededRandom RandomFor(in Transit transit)
    {
        ulong seed = SeededRandom.Mix(Seed, (ulong)transit.Number);
        _random.Restart(SeededRandom.Mix(SeededRandom.Mix(seed, (ulong)transit.Receiver.Number), transit.Copy));
        return _random;
    }
}
