using System;
using System.Collections.Generic;

namespace LanPeer.VirtualNetwork;

/// <summary>Makes each datagram the same time later.</summary>
internal sealed class Delay(TimeSpan by) : Layer
{
    protected override void Change(in Transit transit, List<Transit> next) => next.Add(transit.Later(by));

    public override string ToString() => $"Delay({by.TotalMilliseconds:0.#} ms)";
}

/// <summary>Makes each datagram later by a time between 0 and <paramref name="range"/>, evenly spread. So it also reorders.</summary>
internal sealed class Jitter(TimeSpan range) : Layer
{
    protected override void Change(in Transit transit, List<Transit> next)
        => next.Add(transit.Later(RandomFor(transit).Between(TimeSpan.Zero, range)));

    public override string ToString() => $"Jitter({range.TotalMilliseconds:0.#} ms)";
}

/// <summary>Lets some datagrams be overtaken: with this probability one comes later by up to <paramref name="by"/>.</summary>
internal sealed class Reorder(double probability, TimeSpan by) : Layer
{
    protected override void Change(in Transit transit, List<Transit> next)
    {
        SeededRandom random = RandomFor(transit);
        next.Add(random.Chance(probability) ? transit.Later(random.Between(TimeSpan.Zero, by)) : transit);
    }

    public override string ToString() => $"Reorder({probability:0.###}, {by.TotalMilliseconds:0.#} ms)";
}

/// <summary>Lets some datagrams arrive twice, the second later by up to <paramref name="spread"/>.</summary>
internal sealed class Duplicate(double probability, TimeSpan spread = default) : Layer
{
    protected override void Change(in Transit transit, List<Transit> next)
    {
        next.Add(transit);
        SeededRandom random = RandomFor(transit);
        if (random.Chance(probability))
        {
            // A copy of its own draws its own luck in the layers that follow.
            next.Add(transit.Later(random.Between(TimeSpan.Zero, spread)) with { Copy = SeededRandom.Mix(transit.Copy, Seed) });
        }
    }

    public override string ToString() => $"Duplicate({probability:0.###}, {spread.TotalMilliseconds:0.#} ms)";
}
