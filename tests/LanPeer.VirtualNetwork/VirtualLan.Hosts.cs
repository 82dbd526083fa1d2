using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <content>Hosts and the programs on them.</content>
internal sealed partial class VirtualLan
{
    private readonly List<VirtualHost> _hosts = [];
    private readonly List<Segment> _segments = [];
    private readonly Dictionary<uint, VirtualHost> _hostOf = [];
    private VirtualHost? _loopbackMachine;
    private int _nodesAdded;

    /// <summary>In the order they were added.</summary>
    public IReadOnlyList<VirtualHost> Hosts => _hosts;

    /// <summary>In the order they were first used.</summary>
    public IReadOnlyList<Segment> Segments => _segments;

    public IEnumerable<VirtualPeer> Peers => _hosts.SelectMany(host => host.Peers);

    /// <summary>How much peers added from now on remember of what they did, in entries of each kind.</summary>
    public int HistoryLimit { get; set; } = int.MaxValue;

    /// <summary>The broadcast domain an address is in.</summary>
    public Segment SegmentOf(string address) => SegmentOf(Address(address));

    /// <summary>A machine with these addresses, each on the segment of its /24.</summary>
    public VirtualHost AddHost(params string[] addresses)
    {
        var host = new VirtualHost(_hosts.Count);
        foreach (string address in addresses)
        {
            host.Add(Address(address), SegmentOf(Address(address)));
            _hostOf.Add(Address(address), host);
        }

        _hosts.Add(host);
        return host;
    }

    /// <summary>Starts a peer, on the host of that address or on a new one.</summary>
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
        var plan = new PeerPlan(tweak?.Invoke(settings) ?? settings);
        if (network is not null)
        {
            plan.NetworkOf = _ => network;
        }

        return AddSilentPeer(plan, address);
    }

    /// <summary>The same by a plan.</summary>
    public VirtualPeer AddSilentPeer(PeerPlan plan, string address)
    {
        VirtualHost host = HostOf(Address(address));
        ulong seed = SeededRandom.Derive((ulong)Seed, $"peer {_nodesAdded} {plan.Settings.Name}");
        var peer = new VirtualPeer(this, host, new Ipv4Endpoint(Address(address), NextPort()), plan, seed);
        host.Add(peer);
        return peer;
    }

    public VirtualPeer AddPeer(PeerPlan plan, string address)
    {
        VirtualPeer peer = AddSilentPeer(plan, address);
        peer.Start();
        return peer;
    }

    /// <summary>A bare socket for whatever is no LanPeer peer.</summary>
    public VirtualSocket AddSocket(string address, int port)
    {
        VirtualHost host = HostOf(Address(address));
        var socket = new VirtualSocket(this, host, Endpoint(address, port));
        _nodesAdded++;
        host.Add(socket);
        return socket;
    }

    /// <summary>
    /// Gives a host another address in the place of one. Datagrams on the way to the old one are lost; its peers notice
    /// after a while, as the engine looks at the interfaces from time to time.
    /// </summary>
    public void Move(VirtualHost host, string from, string to, TimeSpan noticedAfter = default)
    {
        if (!host.Has(Address(from)) || _hostOf.ContainsKey(Address(to)))
        {
            throw new ArgumentException($"{host} cannot move from {from} to {to}.");
        }

        _hostOf.Remove(Address(from));
        _hostOf.Add(Address(to), host);
        host.Replace(Address(from), Address(to), SegmentOf(Address(to)));
        foreach (VirtualPeer peer in host.Peers)
        {
            peer.After(noticedAfter, peer.LookAtNetwork);
        }
    }

    private ushort NextPort() => (ushort)(8_000 + _nodesAdded++);

    private VirtualHost HostOf(uint address)
    {
        if (FindHost(address) is VirtualHost host)
        {
            return host;
        }

        return Ipv4Endpoint.IsLoopbackAddress(address)
            ? _loopbackMachine = AddHost() : AddHost(new Ipv4Endpoint(address, 0).AddressText);
    }

    private VirtualHost? FindHost(uint address)
        => Ipv4Endpoint.IsLoopbackAddress(address) ? _loopbackMachine : _hostOf.GetValueOrDefault(address);

    private Segment SegmentOf(uint address)
    {
        uint network = Segment.NetworkOf(address);
        Segment? segment = _segments.Find(one => one.Network == network);
        if (segment is null)
        {
            segment = new Segment(network);
            _segments.Add(segment);
        }

        return segment;
    }
}
