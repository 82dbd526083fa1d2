using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Tests.Protocol;

/// <summary>Something on the virtual network that owns a port.</summary>
internal interface IVirtualNode
{
    public Ipv4Endpoint Endpoint { get; }

    public bool HearsBroadcasts { get; }

    public TimeSpan NextDeadline { get; }

    public void Receive(Inlet inlet, Packet packet);

    public void Tick();
}

/// <summary>
/// A few peers on one Ethernet with a clock of its own: every datagram takes 0.2 ms, none is lost, all arrive in order.
/// Broadcasts come back to their sender as they do on Linux.
/// </summary>
internal sealed class VirtualLan(int seed = 1)
{
    public const ushort DiscoveryPort = 50_999;

    private static readonly TimeSpan s_latency = TimeSpan.FromMilliseconds(0.2);
    private static readonly DateTimeOffset s_epoch = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<IVirtualNode> _nodes = [];
    private readonly Queue<Packet> _onTheWay = new();
    private int _seed = seed;

    public TimeSpan Now { get; private set; }

    public Moment Moment => new(Now, s_epoch + Now);

    /// <summary>Everything that was sent, in order.</summary>
    public List<Packet> Log { get; } = [];

    public static uint Address(string text)
        => Ipv4Endpoint.TryParseAddress(System.Text.Encoding.ASCII.GetBytes(text), out uint address)
            ? address : throw new ArgumentException(text);

    public static Ipv4Endpoint Endpoint(string address, int port) => new(Address(address), (ushort)port);

    /// <summary>A host with one Ethernet link.</summary>
    public static LocalNetwork Network(string address, int prefixLength = 24)
        => new([new LocalLink("eth0", Address(address), prefixLength)], [Address(address), Ipv4Endpoint.LoopbackAddress],
            isLoopbackOnly: false, usesLimitedBroadcast: true);

    /// <summary>Starts a peer.</summary>
    public VirtualPeer AddPeer(string name, string address, Func<PeerSettings, PeerSettings>? tweak = null, LocalNetwork? network = null)
    {
        VirtualPeer peer = AddSilentPeer(name, address, tweak, network);
        peer.Start();
        return peer;
    }

    /// <summary>A peer that was not started: it announces nothing and takes what it is given.</summary>
    public VirtualPeer AddSilentPeer(string name, string address, Func<PeerSettings, PeerSettings>? tweak = null, LocalNetwork? network = null)
    {
        var settings = new PeerSettings { Name = name };
        var machine = new PeerMachine(tweak?.Invoke(settings) ?? settings, network ?? Network(address), new SeededRandom(_seed++));
        var peer = new VirtualPeer(this, machine, Endpoint(address, 8_000 + _nodes.Count));
        _nodes.Add(peer);
        return peer;
    }

    /// <summary>A bare socket for whatever is no LanPeer peer.</summary>
    public VirtualSocket AddSocket(string address, int port)
    {
        var socket = new VirtualSocket(this, Endpoint(address, port));
        _nodes.Add(socket);
        return socket;
    }

    /// <summary>Takes something off the network without a word.</summary>
    public void Unplug(IVirtualNode node) => _nodes.Remove(node);

    public void Send(Ipv4Endpoint from, Ipv4Endpoint to, byte[] bytes)
    {
        var packet = new Packet(Now, from, to, bytes);
        Log.Add(packet);
        _onTheWay.Enqueue(packet);
    }

    /// <summary>Lets the time pass: whatever is due in it happens.</summary>
    public void Run(TimeSpan duration)
    {
        TimeSpan end = Now + duration;
        while (true)
        {
            TimeSpan arrival = _onTheWay.TryPeek(out Packet? first) ? first.At + s_latency : TimeSpan.MaxValue;
            IVirtualNode? next = _nodes.MinBy(node => node.NextDeadline);
            TimeSpan deadline = next?.NextDeadline ?? TimeSpan.MaxValue;
            if ((arrival < deadline ? arrival : deadline) > end)
            {
                Now = end;
                return;
            }

            if (arrival <= deadline)
            {
                Now = arrival;
                Deliver(_onTheWay.Dequeue());
            }
            else
            {
                Now = deadline > Now ? deadline : Now;
                next!.Tick();
            }
        }
    }

    public void Run(double seconds) => Run(TimeSpan.FromSeconds(seconds));

    /// <summary>Lets everything on the way arrive, and its answers.</summary>
    public void Settle() => Run(TimeSpan.FromMilliseconds(10));

    private void Deliver(Packet packet)
    {
        uint host = packet.From.Address;
        bool isLoopback = packet.To.IsLoopback;

        // What goes to loopback comes from 127.0.0.1, whatever address the sender has.
        Packet seen = isLoopback && !packet.From.IsLoopback
            ? packet with { From = packet.From with { Address = Ipv4Endpoint.LoopbackAddress } } : packet;
        foreach (IVirtualNode node in _nodes.ToArray())
        {
            bool isSameHost = node.Endpoint.Address == host || (isLoopback && node.Endpoint.Address == packet.To.Address);
            if (packet.IsBroadcast)
            {
                bool isReached = isLoopback ? isSameHost || (node.Endpoint.IsLoopback && packet.From.IsLoopback)
                    : packet.To.Address == Ipv4Endpoint.LimitedBroadcast ? node.Endpoint.Address >> 8 == host >> 8
                    : node.Endpoint.Address >> 8 == packet.To.Address >> 8;
                if (isReached && node.HearsBroadcasts && packet.To.Port == DiscoveryPort)
                {
                    node.Receive(Inlet.Discovery, seen);
                }
            }
            else if (node.Endpoint.Address == packet.To.Address || (isLoopback && isSameHost))
            {
                if (node.Endpoint.Port == packet.To.Port)
                {
                    node.Receive(Inlet.Unicast, seen);
                }
                else if (packet.To.Port == DiscoveryPort && node.HearsBroadcasts)
                {
                    node.Receive(Inlet.Discovery, seen);

                    // A unicast to a shared port reaches one socket of that host.
                    return;
                }
            }
        }
    }
}

/// <summary>Randomness that a seed number repeats.</summary>
internal sealed class SeededRandom(int seed) : RandomSource
{
    private readonly Random _random = new(seed);

    public override void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}
