using System;
using System.Collections.Generic;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer.Tests.Protocol;

/// <summary>Any other program on the virtual network.</summary>
internal sealed class VirtualSocket(VirtualLan lan, Ipv4Endpoint endpoint) : IVirtualNode
{
    private readonly PriorityQueue<Action, TimeSpan> _later = new();

    public Ipv4Endpoint Endpoint => endpoint;

    public bool HearsBroadcasts { get; set; }

    public TimeSpan NextDeadline => _later.TryPeek(out _, out TimeSpan first) ? first : TimeSpan.MaxValue;

    public List<Packet> Received { get; } = [];

    /// <summary>What it does about a datagram; nothing by default.</summary>
    public Action<Inlet, Packet>? Reaction { get; set; }

    public void Send(Ipv4Endpoint to, string text) => lan.Send(endpoint, to, Encoding.UTF8.GetBytes(text));

    /// <summary>Sends to everyone's discovery port.</summary>
    public void Broadcast(string text)
        => Send(new Ipv4Endpoint(Ipv4Endpoint.LimitedBroadcast, VirtualLan.DiscoveryPort), text);

    public void Receive(Inlet inlet, Packet packet)
    {
        Received.Add(packet);
        Reaction?.Invoke(inlet, packet);
    }

    /// <summary>Does something after a while.</summary>
    public void Later(double seconds, Action action) => _later.Enqueue(action, lan.Now + TimeSpan.FromSeconds(seconds));

    public void Tick() => _later.Dequeue()();
}
