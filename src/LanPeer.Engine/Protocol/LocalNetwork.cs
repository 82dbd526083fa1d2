using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol.Delivery;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>One IPv4 address of this host and the subnet it is in.</summary>
/// <param name="Interface">Name of the interface, for people.</param>
/// <param name="Address">Host order.</param>
/// <param name="PrefixLength">0 to 32.</param>
internal sealed record LocalLink(string Interface, uint Address, int PrefixLength)
{
    private uint Mask => PrefixLength == 0 ? 0 : uint.MaxValue << (32 - PrefixLength);

    /// <summary>The directed broadcast address (RFC 919); a point-to-point link (RFC 3021: /31, and /32) has none.</summary>
    public uint? Broadcast => PrefixLength < 31 ? Address | ~Mask : null;

    public bool Contains(uint address) => (address & Mask) == (Address & Mask);
}

/// <summary>What a peer knows of the host it runs on. Immutable: a network change brings a new one.</summary>
internal sealed class LocalNetwork
{
    private readonly HashSet<uint> _ownAddresses;

    /// <param name="links">The addresses to announce on.</param>
    /// <param name="ownAddresses">All addresses of this host, also those not announced on.</param>
    /// <param name="isLoopbackOnly">Confined to 127.0.0.0/8.</param>
    /// <param name="usesLimitedBroadcast">Announce to 255.255.255.255 too: it leaves by the default route, so only when no
    /// interface was chosen.</param>
    public LocalNetwork(IReadOnlyList<LocalLink> links, IEnumerable<uint> ownAddresses, bool isLoopbackOnly, bool usesLimitedBroadcast)
    {
        Links = links;
        IsLoopbackOnly = isLoopbackOnly;
        _ownAddresses = [.. ownAddresses];
        Broadcasts = MakeBroadcasts(usesLimitedBroadcast);
    }

    public IReadOnlyList<LocalLink> Links { get; }

    public bool IsLoopbackOnly { get; }

    /// <summary>Bytes of the largest datagram between two programs of this host.</summary>
    public int LoopbackDatagram { get; init; } = PathSize.SameHost;

    /// <summary>Where announcements go: each link's directed broadcast, 255.255.255.255, 127.255.255.255, each once.</summary>
    public IReadOnlyList<uint> Broadcasts { get; }

    /// <summary>The address of this host in its user id: that of the first link, 127.0.0.1 without any.</summary>
    public uint PrimaryAddress => Links.Count > 0 ? Links[0].Address : Ipv4Endpoint.LoopbackAddress;

    /// <summary>A network of this host alone.</summary>
    public static LocalNetwork Loopback(IEnumerable<uint> ownAddresses) => new([], ownAddresses, isLoopbackOnly: true, usesLimitedBroadcast: false);

    /// <summary>Whether an address belongs to this host: loopback, or one of its own.</summary>
    public bool IsOwn(uint address) => Ipv4Endpoint.IsLoopbackAddress(address) || _ownAddresses.Contains(address);

    /// <summary>Bytes of the largest datagram to send to an address.</summary>
    public int DatagramTo(uint address) => IsOwn(address) ? LoopbackDatagram : PathSize.Everywhere;

    /// <summary>
    /// Whether two addresses are one host as far as can be told from here: equal, or both this host's. What is sent to
    /// loopback comes from 127.0.0.1 whatever the id says; two different loopback addresses stay two, so that several
    /// hosts can be played on one.
    /// </summary>
    public bool IsSameHost(uint one, uint other)
        => one == other || (IsOwn(one) && IsOwn(other)
            && !(Ipv4Endpoint.IsLoopbackAddress(one) && Ipv4Endpoint.IsLoopbackAddress(other)));

    /// <summary>Whether an address is one that all hosts of a link listen to.</summary>
    public bool IsBroadcast(uint address) => Broadcasts.Contains(address);

    /// <summary>Whether an address is this host's or on one of its subnets, so that no router is between.</summary>
    public bool IsOnLink(uint address)
    {
        if (IsOwn(address))
        {
            return true;
        }

        foreach (LocalLink link in Links)
        {
            if (link.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether nothing changed between two looks at the host.</summary>
    public bool IsSameAs(LocalNetwork other)
        => IsLoopbackOnly == other.IsLoopbackOnly && Links.SequenceEqual(other.Links) && _ownAddresses.SetEquals(other._ownAddresses);

    private List<uint> MakeBroadcasts(bool usesLimitedBroadcast)
    {
        var broadcasts = new List<uint>();
        if (!IsLoopbackOnly)
        {
            foreach (LocalLink link in Links)
            {
                if (link.Broadcast is uint broadcast && !broadcasts.Contains(broadcast))
                {
                    broadcasts.Add(broadcast);
                }
            }

            if (usesLimitedBroadcast)
            {
                broadcasts.Add(Ipv4Endpoint.LimitedBroadcast);
            }
        }

        broadcasts.Add(Ipv4Endpoint.LoopbackBroadcast);
        return broadcasts;
    }
}
