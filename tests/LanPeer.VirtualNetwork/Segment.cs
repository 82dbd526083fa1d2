using System.Collections.Generic;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <summary>A broadcast domain: the /24 its hosts' addresses are in. A router is between any two.</summary>
internal sealed class Segment(uint network)
{
    public const int PrefixLength = 24;

    private readonly List<VirtualHost> _hosts = [];

    /// <summary>The address of the network, its last byte 0.</summary>
    public uint Network => network;

    /// <summary>All with an address in it, in the order they came.</summary>
    public IReadOnlyList<VirtualHost> Hosts => _hosts;

    public static uint NetworkOf(uint address) => address & ~0xFFu;

    public void Add(VirtualHost host) => _hosts.Add(host);

    public void Remove(VirtualHost host) => _hosts.Remove(host);

    public override string ToString() => $"{new Ipv4Endpoint(network, 0).AddressText}/{PrefixLength}";
}
