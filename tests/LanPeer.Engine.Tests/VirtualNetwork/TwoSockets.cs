using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using LanPeer.VirtualNetwork;

namespace LanPeer.Tests.VirtualNetwork;

/// <summary>Two bare sockets on one segment, the one sending numbered datagrams to the other.</summary>
internal sealed class TwoSockets
{
    public TwoSockets(long seed = 1)
    {
        Lan = new VirtualLan(seed);
        From = Lan.AddSocket("10.77.0.1", 9_000);
        To = Lan.AddSocket("10.77.0.2", 9_000);
        To.Reaction = (_, packet) => Arrived.Add((int.Parse(packet.Text, CultureInfo.InvariantCulture), Lan.Now - packet.At));
    }

    public VirtualLan Lan { get; }

    public VirtualSocket From { get; }

    public VirtualSocket To { get; }

    /// <summary>Which number came, and how long it was on its way.</summary>
    public List<(int Number, TimeSpan Took)> Arrived { get; } = [];

    public List<int> Numbers => Arrived.ConvertAll(one => one.Number);

    /// <summary>Sends from 0 on, one each millisecond, and waits for all.</summary>
    public void Send(int count)
    {
        for (int i = 0; i < count; i++)
        {
            From.Send(To.Endpoint, i.ToString(CultureInfo.InvariantCulture));
            Lan.Run(0.001);
        }

        Lan.Run(10);
    }

    /// <summary>Numbers that overtook an earlier one, or were overtaken: those that came after a higher one.</summary>
    public int CountLate()
    {
        int highest = -1;
        return Numbers.Count(number =>
        {
            bool isLate = number < highest;
            highest = Math.Max(highest, number);
            return isLate;
        });
    }
}
