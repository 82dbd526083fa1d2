using System;
using System.Collections.Generic;

namespace LanPeer.VirtualNetwork;

/// <summary>Loses each datagram with the same probability, 0 to 1. A broadcast is lost for each receiver by itself.</summary>
internal sealed class Loss(double probability) : Layer
{
    protected override void Change(in Transit transit, List<Transit> next)
    {
        if (!RandomFor(transit).Chance(probability))
        {
            next.Add(transit);
        }
    }

    public override string ToString() => $"Loss({probability:0.###})";
}

/// <summary>
/// Loses datagrams in bursts: each direction between two hosts is good or bad, and may change with each datagram
/// (Gilbert 1960, Elliott 1963). The mean length of a burst is 1 / <paramref name="recovery"/> datagrams, the share of bad
/// ones failure / (failure + recovery).
/// </summary>
/// <param name="failure">Probability of good turning bad, 0 to 1.</param>
/// <param name="recovery">Probability of bad turning good, 0 to 1.</param>
/// <param name="lossWhenBad">Probability of a loss in the bad state.</param>
/// <param name="lossWhenGood">Probability of a loss in the good state.</param>
internal sealed class BurstLoss(double failure, double recovery, double lossWhenBad = 1, double lossWhenGood = 0) : Layer
{
    private readonly HashSet<(int Sender, int Receiver)> _bad = [];

    protected override void Change(in Transit transit, List<Transit> next)
    {
        (int, int) link = (transit.Sender?.Number ?? -1, transit.Receiver.Number);
        SeededRandom random = RandomFor(transit);
        bool isBad = _bad.Contains(link);
        if (random.Chance(isBad ? recovery : failure))
        {
            isBad = !isBad;
            _ = isBad ? _bad.Add(link) : _bad.Remove(link);
        }

        if (!random.Chance(isBad ? lossWhenBad : lossWhenGood))
        {
            next.Add(transit);
        }
    }

    public override string ToString() => $"BurstLoss({failure:0.###}, {recovery:0.###}, {lossWhenBad:0.###}, {lossWhenGood:0.###})";
}
