using System;
using System.Collections.Generic;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <summary>Any other program on the virtual network.</summary>
internal sealed class VirtualSocket(VirtualLan lan, VirtualHost host, Ipv4Endpoint endpoint)
    : VirtualNode(host, endpoint.Address, endpoint.Port)
{
    private readonly PriorityQueue<Action, (TimeSpan At, int Order)> _later = new();
    private int _order;

    public override TimeSpan NextDeadline => _later.TryPeek(out _, out (TimeSpan At, int) first) ? first.At : TimeSpan.MaxValue;

    public History<Packet> Received { get; } = new();

    /// <summary>What it does about a datagram; nothing by default.</summary>
    public Action<Inlet, Packet>? Reaction { get; set; }

    public void Send(Ipv4Endpoint to, string text) => Send(to, Encoding.UTF8.GetBytes(text));

    public void Send(Ipv4Endpoint to, byte[] bytes) => lan.Send(Endpoint, to, bytes);

    /// <summary>Sends to everyone's discovery port.</summary>
    public void Broadcast(string text)
        => Send(new Ipv4Endpoint(Ipv4Endpoint.LimitedBroadcast, VirtualLan.DiscoveryPort), text);

    public override void Receive(Inlet inlet, Packet packet)
    {
        Received.Add(packet);
        Reaction?.Invoke(inlet, packet);
    }

    /// <summary>Does something after a while.</summary>
    public void Later(double seconds, Action action)
    {
        _later.Enqueue(action, (lan.Now + TimeSpan.FromSeconds(seconds), _order++));
        lan.Wake(this);
    }

    public override void Tick() => _later.Dequeue()();
}
