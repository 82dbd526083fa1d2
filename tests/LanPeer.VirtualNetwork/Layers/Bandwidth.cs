using System;
using System.Collections.Generic;

namespace LanPeer.VirtualNetwork;

/// <summary>
/// A narrow line to each host: datagrams wait in a queue for it, and what finds the queue full is lost (drop-tail).
/// </summary>
/// <param name="bytesPerSecond">Of the line.</param>
/// <param name="queueBytes">Waiting at most.</param>
internal sealed class Bandwidth(double bytesPerSecond, int queueBytes) : Layer
{
    /// <summary>IPv4 and UDP headers.</summary>
    private const int HeaderBytes = 28;

    private readonly Dictionary<VirtualHost, TimeSpan> _busyUntil = [];

    protected override void Change(in Transit transit, List<Transit> next)
    {
        TimeSpan begin = _busyUntil.TryGetValue(transit.Receiver, out TimeSpan busy) && busy > transit.At ? busy : transit.At;
        if ((begin - transit.At).TotalSeconds * bytesPerSecond > queueBytes)
        {
            return;
        }

        TimeSpan end = begin + TimeSpan.FromSeconds((transit.Packet.Bytes.Length + HeaderBytes) / bytesPerSecond);
        _busyUntil[transit.Receiver] = end;
        next.Add(transit with { At = end });
    }

    public override string ToString() => $"Bandwidth({bytesPerSecond / 1_000:0.#} kB/s, {queueBytes} bytes)";
}
