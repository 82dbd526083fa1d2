using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <summary>
/// A machine: its addresses, each on the segment of its network, and the programs on it. All of 127.0.0.0/8 is one
/// further machine without a network, on which several can be played.
/// </summary>
internal sealed class VirtualHost(int number)
{
    private readonly List<uint> _addresses = [];
    private readonly List<Segment> _segments = [];
    private readonly List<VirtualNode> _nodes = [];

    /// <summary>From 0, in the order they were added; hosts are numbered, not addresses, because addresses change.</summary>
    public int Number => number;

    /// <summary>In the order they were added; the first is the one of the default route. None on the loopback machine.</summary>
    public IReadOnlyList<uint> Addresses => _addresses;

    /// <summary>The segment of each address.</summary>
    public IReadOnlyList<Segment> Segments => _segments;

    public IReadOnlyList<VirtualNode> Nodes => _nodes;

    public IEnumerable<VirtualPeer> Peers => _nodes.OfType<VirtualPeer>();

    public bool IsLoopbackOnly => _addresses.Count == 0;

    public uint PrimaryAddress => IsLoopbackOnly ? Ipv4Endpoint.LoopbackAddress : _addresses[0];

    /// <summary>What a program sees that looks at the interfaces: one with each address, announcing on all.</summary>
    public LocalNetwork Network => IsLoopbackOnly
        ? LocalNetwork.Loopback([])
        : new LocalNetwork(
            [.. _addresses.Select((address, i) => new LocalLink($"eth{i}", address, Segment.PrefixLength))],
            [.. _addresses, Ipv4Endpoint.LoopbackAddress], isLoopbackOnly: false, usesLimitedBroadcast: true);

    /// <summary>Whether it runs. One without power sends nothing, refusals included.</summary>
    public bool IsOn { get; private set; } = true;

    /// <summary>Takes its power away: its programs end without a word, and nothing answers for them.</summary>
    public void PowerOff()
    {
        IsOn = false;
        foreach (VirtualPeer peer in Peers.ToArray())
        {
            peer.Kill();
        }
    }

    /// <summary>Starts it again, without its programs.</summary>
    public void PowerOn() => IsOn = true;

    public bool Has(uint address) => _addresses.Contains(address);

    /// <summary>The address from which it sends to <paramref name="to"/>.</summary>
    public uint SourceFor(uint to)
    {
        if (Has(to))
        {
            return to;
        }

        foreach (uint address in _addresses)
        {
            if (Segment.NetworkOf(address) == Segment.NetworkOf(to))
            {
                return address;
            }
        }

        return PrimaryAddress;
    }

    public void Add(uint address, Segment segment)
    {
        _addresses.Add(address);
        _segments.Add(segment);
        segment.Add(this);
    }

    /// <summary>Puts another address into the place of one.</summary>
    public void Replace(uint old, uint address, Segment segment)
    {
        int place = _addresses.IndexOf(old);
        _segments[place].Remove(this);
        _addresses[place] = address;
        _segments[place] = segment;
        segment.Add(this);
    }

    public void Add(VirtualNode node)
    {
        _nodes.Add(node);
        node.IsPlugged = true;
    }

    public void Remove(VirtualNode node)
    {
        _nodes.Remove(node);
        node.IsPlugged = false;
    }

    public override string ToString() => $"host {number} ({string.Join(", ", _addresses.Select(address => new Ipv4Endpoint(address, 0).AddressText))})";
}
