using System.Collections.Generic;
using LanPeer.VirtualNetwork;

namespace LanPeer.Benchmarks;

/// <summary>Counts what is sent to other hosts, and changes nothing. To be added before the layers that lose.</summary>
internal sealed class Traffic : Layer
{
    private long _last = -1;

    /// <summary>Datagrams to one receiver.</summary>
    public long Unicasts { get; private set; }

    /// <summary>Bytes of them, without the headers of UDP and IP.</summary>
    public long UnicastBytes { get; private set; }

    /// <summary>Announcements; one counts once, however many receive it.</summary>
    public long Broadcasts { get; private set; }

    public long BroadcastBytes { get; private set; }

    public void Clear() => Unicasts = UnicastBytes = Broadcasts = BroadcastBytes = 0;

    protected override void Change(in Transit transit, List<Transit> next)
    {
        next.Add(transit);
        int length = transit.Packet.Bytes.Length;
        if (transit.Number == _last || length == 0)
        {
            // Another receiver of the same broadcast, or the question whether a port is open, which has no bytes here.
            return;
        }

        _last = transit.Number;
        if (transit.Packet.IsBroadcast)
        {
            Broadcasts++;
            BroadcastBytes += length;
        }
        else
        {
            Unicasts++;
            UnicastBytes += length;
        }
    }
}
