using System;
using System.Collections.Generic;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;

namespace LanPeer.Transport;

/// <summary>Reads the interfaces of this host.</summary>
internal static class HostNetwork
{
    /// <summary>The network a peer announces on.</summary>
    /// <param name="isLoopbackOnly">Confined to this host.</param>
    /// <param name="interfaces">Names or addresses of the interfaces to use; empty means all that are up.</param>
    /// <exception cref="ArgumentException">A name in <paramref name="interfaces"/> is no interface of this host.</exception>
    public static LocalNetwork Read(bool isLoopbackOnly, IReadOnlyCollection<string> interfaces)
    {
        var links = new List<(LocalLink Link, bool HasGateway, string[] Names)>();
        var own = new List<uint>();
        foreach (NetworkInterface adapter in ReadAdapters())
        {
            IPInterfaceProperties properties = adapter.GetIPProperties();
            foreach (UnicastIPAddressInformation unicast in properties.UnicastAddresses)
            {
                if (unicast.Address.AddressFamily != AddressFamily.InterNetwork)
                {
                    continue;
                }

                var link = new LocalLink(adapter.Name, ToUInt32(unicast.Address), unicast.PrefixLength);
                own.Add(link.Address);
                if (adapter.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
                    && adapter.NetworkInterfaceType != NetworkInterfaceType.Loopback && !IPAddress.IsLoopback(unicast.Address))
                {
                    string[] names = [adapter.Name, adapter.Description, adapter.Id, unicast.Address.ToString()];
                    links.Add((link, HasGateway(properties), names));
                }
            }
        }

        // The address of the default route's interface names the peer, as in the seed.
        links.Sort((one, other) => other.HasGateway.CompareTo(one.HasGateway));
        List<LocalLink> used = isLoopbackOnly ? [] : interfaces.Count == 0 ? links.ConvertAll(l => l.Link) : Choose(links, interfaces);
        return new LocalNetwork(used, own, isLoopbackOnly, usesLimitedBroadcast: !isLoopbackOnly && interfaces.Count == 0)
        {
            LoopbackDatagram = OperatingSystem.IsMacOS() ? PathSize.SameHostOnMacOS : PathSize.SameHost,
        };
    }

    public static uint ToUInt32(IPAddress address)
        => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static List<LocalLink> Choose(
        List<(LocalLink Link, bool HasGateway, string[] Names)> links, IReadOnlyCollection<string> interfaces)
    {
        var chosen = new List<LocalLink>();
        foreach (string wanted in interfaces)
        {
            int before = chosen.Count;
            foreach ((LocalLink link, _, string[] names) in links)
            {
                if (Array.Exists(names, name => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase)) && !chosen.Contains(link))
                {
                    chosen.Add(link);
                }
            }

            if (chosen.Count == before)
            {
                IEnumerable<string> known = links.ConvertAll(l => $"{l.Link.Interface} ({l.Names[3]})");
                throw new ArgumentException(
                    $"'{wanted}' is no IPv4 interface of this machine that is up. There are: {string.Join(", ", known)}.", nameof(interfaces));
            }
        }

        return chosen;
    }

    private static NetworkInterface[] ReadAdapters()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces();
        }
        catch (NetworkInformationException)
        {
            // A sandbox may hide the interfaces; loopback is left.
            return [];
        }
    }

    private static bool HasGateway(IPInterfaceProperties properties)
    {
        foreach (GatewayIPAddressInformation gateway in properties.GatewayAddresses)
        {
            if (gateway.Address.AddressFamily == AddressFamily.InterNetwork)
            {
                return true;
            }
        }

        return false;
    }
}
