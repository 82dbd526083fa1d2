using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <content>The way of a datagram: its sender's routing, the adversaries, the layers, the sockets of its receiver.</content>
internal sealed partial class VirtualLan
{
    private readonly List<Layer> _layers = [];
    private readonly List<(IAdversary Adversary, AdversaryHands Hands)> _adversaries = [];
    private readonly SeededRandom _sharedPort;
    private List<Transit> _passing = [];
    private List<Transit> _passed = [];
    private long _sent;

    /// <summary>What every datagram takes before any layer.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(0.2);

    /// <summary>Whether there is a router between the segments. It forwards unicasts and no broadcast (RFC 2644).</summary>
    public bool IsRouted { get; set; } = true;

    /// <summary>In the order datagrams pass them.</summary>
    public IReadOnlyList<Layer> Layers => _layers;

    /// <summary>Puts a layer behind those that are there.</summary>
    public T Add<T>(T layer)
        where T : Layer
    {
        string kind = layer.GetType().Name;
        int place = _layers.FindAll(other => other.GetType().Name == kind).Count;
        layer.Attach(SeededRandom.Derive((ulong)Seed, $"layer/{layer.Name ?? $"{kind} {place}"}"));
        _layers.Add(layer);
        return layer;
    }

    /// <summary>Lets an adversary onto these segments; onto all, also later ones, when none is named.</summary>
    public AdversaryHands Add(IAdversary adversary, params Segment[] segments)
    {
        var hands = new AdversaryHands(this, segments, _random.Stream($"adversary {_adversaries.Count}"));
        _adversaries.Add((adversary, hands));
        return hands;
    }

    /// <summary>Sends what the host of an address sends.</summary>
    public void Send(Ipv4Endpoint from, Ipv4Endpoint to, byte[] bytes)
        => Send(FindHost(from.Address) ?? throw new ArgumentException($"No host has {from}."), from, to, bytes);

    internal void Send(VirtualHost sender, Ipv4Endpoint from, Ipv4Endpoint to, byte[] bytes)
    {
        // What goes to loopback comes from 127.0.0.1, whatever address the sender has.
        uint source = sender.IsLoopbackOnly ? from.Address : to.IsLoopback ? Ipv4Endpoint.LoopbackAddress : sender.SourceFor(to.Address);
        var packet = new Packet(Now, new Ipv4Endpoint(source, from.Port), to, bytes);
        Log.Add(packet);
        _sent++;
        if (to.IsLoopback || sender.Has(to.Address))
        {
            Dispatch(packet, sender, sender);
            return;
        }

        List<VirtualHost> receivers = ReceiversOf(packet, sender);
        if (packet.IsBroadcast)
        {
            Dispatch(packet, sender, sender);
        }

        if (!sender.IsLoopbackOnly && Show(packet) is Packet shown)
        {
            receivers.ForEach(receiver => Dispatch(shown, sender, receiver));
        }
    }

    internal void Inject(IReadOnlyList<Segment> segments, Ipv4Endpoint from, Ipv4Endpoint to, byte[] bytes)
    {
        var packet = new Packet(Now, from, to, bytes) { IsForged = true };
        Log.Add(packet);
        _sent++;
        if (!packet.IsBroadcast)
        {
            if (_hostOf.TryGetValue(to.Address, out VirtualHost? receiver))
            {
                Dispatch(packet, null, receiver);
            }

            return;
        }

        foreach (Segment segment in segments)
        {
            if (to.Address == Ipv4Endpoint.LimitedBroadcast || Segment.NetworkOf(to.Address) == segment.Network)
            {
                foreach (VirtualHost host in segment.Hosts)
                {
                    Dispatch(packet, null, host);
                }
            }
        }
    }

    /// <summary>The other hosts a datagram goes to.</summary>
    private List<VirtualHost> ReceiversOf(Packet packet, VirtualHost sender)
    {
        var receivers = new List<VirtualHost>();
        if (sender.IsLoopbackOnly)
        {
            return receivers;
        }

        uint to = packet.To.Address;
        if (!packet.IsBroadcast)
        {
            bool isReached = IsRouted || Segment.NetworkOf(to) == Segment.NetworkOf(packet.From.Address);
            if (isReached && _hostOf.TryGetValue(to, out VirtualHost? receiver))
            {
                receivers.Add(receiver);
            }

            return receivers;
        }

        // 255.255.255.255 leaves by the default route alone.
        uint network = to == Ipv4Endpoint.LimitedBroadcast ? sender.Segments[0].Network : Segment.NetworkOf(to);
        foreach (Segment segment in sender.Segments)
        {
            if (segment.Network == network)
            {
                receivers.AddRange(segment.Hosts);
                break;
            }
        }

        receivers.Remove(sender);
        return receivers;
    }

    /// <summary>Lets the adversaries look; null when one of them takes the datagram away.</summary>
    private Packet? Show(Packet packet)
    {
        Packet shown = packet;
        foreach ((IAdversary adversary, AdversaryHands hands) in _adversaries)
        {
            if (!hands.IsSeen(shown))
            {
                continue;
            }

            Verdict verdict = adversary.Look(shown, hands);
            if (verdict.IsDropped)
            {
                return null;
            }

            shown = verdict.Replacement is byte[] bytes ? shown with { Bytes = bytes, IsForged = true } : shown;
        }

        return shown;
    }

    /// <summary>
    /// Asks a host whether a port is open, with a datagram of no meaning from a socket that is connected to it. A host that
    /// runs and has nobody there says so (ICMP port unreachable), a delay later; in all other cases nothing comes.
    /// </summary>
    internal void Check(VirtualHost asker, Ipv4Endpoint from, Ipv4Endpoint to, Action refused)
    {
        if (to.IsLoopback || asker.Has(to.Address))
        {
            AnswerCheck(to.IsLoopback && FindHost(to.Address) is VirtualHost own ? own : asker, to, Latency, refused);
            return;
        }

        var packet = new Packet(Now, from, to, []);
        _sent++;
        foreach (VirtualHost host in ReceiversOf(packet, asker))
        {
            Pass(packet, asker, host);
            foreach (Transit transit in _passing)
            {
                AnswerCheck(host, to, transit.At - Now, refused);
            }
        }
    }

    private void AnswerCheck(VirtualHost host, Ipv4Endpoint to, TimeSpan delay, Action refused) => After(delay, () =>
    {
        if (host.IsOn && !host.Nodes.Any(node => node.Port == to.Port && node.ListensOn(to.Address)))
        {
            After(Latency, refused);
        }
    });

    /// <summary>Through the layers into the event queue.</summary>
    private void Dispatch(Packet packet, VirtualHost? sender, VirtualHost receiver)
    {
        Pass(packet, sender, receiver);
        foreach (Transit transit in _passing)
        {
            _queue.Add(transit.At, new Happening(transit, null, null));
        }
    }

    /// <summary>Through the layers; what comes out is in <see cref="_passing"/>.</summary>
    private void Pass(Packet packet, VirtualHost? sender, VirtualHost receiver)
    {
        _passing.Clear();
        _passing.Add(new Transit(packet, _sent, sender, receiver, Now + Latency, 0));
        foreach (Layer layer in _layers)
        {
            _passed.Clear();
            foreach (Transit transit in _passing)
            {
                layer.Pass(transit, _passed);
            }

            (_passing, _passed) = (_passed, _passing);
        }
    }

    private void Deliver(in Transit transit)
    {
        (Packet packet, VirtualHost host) = (transit.Packet, transit.Receiver);
        if (!transit.IsLocal && packet.From.IsLoopback)
        {
            return;
        }

        // Handling a datagram may add or remove programs.
        VirtualNode[] nodes = [.. host.Nodes];
        if (packet.IsBroadcast)
        {
            foreach (VirtualNode node in nodes)
            {
                if (packet.To.Port == DiscoveryPort ? node.HearsBroadcasts : packet.To.Port == node.Port)
                {
                    Hand(node, packet.To.Port == DiscoveryPort ? Inlet.Discovery : Inlet.Unicast, packet);
                }
            }
        }
        else if (packet.To.IsLoopback || host.Has(packet.To.Address))
        {
            DeliverToOne(nodes, packet);
        }
    }

    private void DeliverToOne(VirtualNode[] nodes, Packet packet)
    {
        uint to = packet.To.Address;
        if (Array.Find(nodes, node => node.Port == packet.To.Port && node.ListensOn(to)) is VirtualNode owner)
        {
            Hand(owner, Inlet.Unicast, packet);
        }
        else if (packet.To.Port == DiscoveryPort)
        {
            // A unicast to a shared port reaches one socket of that host, and nobody can tell which.
            VirtualNode[] sharing = Array.FindAll(nodes, node => node.HearsBroadcasts && node.ListensOn(to));
            if (sharing.Length > 0)
            {
                Hand(_sharedPort.Pick(sharing), Inlet.Discovery, packet);
            }
        }
    }

    private void Hand(VirtualNode node, Inlet inlet, Packet packet)
    {
        node.Receive(inlet, packet);
        Wake(node);
    }
}
