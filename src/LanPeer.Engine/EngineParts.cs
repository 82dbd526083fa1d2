using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.State;
using LanPeer.Transport;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>
/// The system's cryptographic generator, asked for many bytes at a time: a message wants eight, and to ask takes 1.5 us
/// and a system call.
/// </summary>
internal sealed class SystemRandom : RandomSource
{
    private readonly byte[] _ahead = new byte[512];
    private int _left;

    public override void Fill(Span<byte> bytes)
    {
        if (bytes.Length > _ahead.Length / 8)
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }

        lock (_ahead)
        {
            if (_left < bytes.Length)
            {
                RandomNumberGenerator.Fill(_ahead);
                _left = _ahead.Length;
            }

            _left -= bytes.Length;
            Span<byte> taken = _ahead.AsSpan(_left, bytes.Length);
            taken.CopyTo(bytes);

            // What was given out is the caller's secret alone.
            CryptographicOperations.ZeroMemory(taken);
        }
    }
}

/// <summary>Which network a session may use.</summary>
internal static class EngineNetwork
{
    public const string Variable = "LANPEER_NETWORK";

    /// <summary>What LANPEER_NETWORK confines this process to; null when it is not set.</summary>
    /// <exception cref="LanPeerException">It is set to something else than a network.</exception>
    public static LanNetwork? Confinement()
    {
        string? value = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        // Unknown text must not mean "everything": whoever sets this wants less network, not more.
        return Enum.TryParse(value, ignoreCase: true, out LanNetwork network) && Enum.IsDefined(network) && !int.TryParse(value, out _)
            ? network
            : throw new LanPeerException(LanErrorId.NetworkConfined,
                $"{Variable} is '{value}', which is no network.", "Set it to 'loopback' or 'lan', or remove it.");
    }

    public static LocalNetwork Read(LanPeerOptions options)
    {
        if (Confinement() == LanNetwork.Loopback && options.Network != LanNetwork.Loopback)
        {
            throw new LanPeerException(LanErrorId.NetworkConfined,
                $"{Variable}=loopback confines this process to loopback, but the network asked for is {options.Network}.",
                $"Use the network Loopback, or remove {Variable} from the environment.");
        }

        try
        {
            return HostNetwork.Read(options.Network == LanNetwork.Loopback, options.Interfaces);
        }
        catch (ArgumentException error)
        {
            throw new LanPeerException(LanErrorId.InterfaceNotFound, error.Message.Split(" (Parameter")[0],
                "Name one of them, or leave the interface out to use all.", error);
        }
    }
}

/// <summary>Opens ports and says in a user's words why one cannot be opened.</summary>
internal static class PortOpener
{
    /// <summary>Random ports tried before all are tried in turn: with 1,900 of 2,000 taken, 60 tries find one in 95 of 100 cases.</summary>
    private const int RandomTries = 60;

    /// <summary>Opens the port asked for, or a free one of a range.</summary>
    /// <exception cref="LanPeerException">There is none to be had.</exception>
    public static UdpPort OpenUnicast(LanPeerOptions options, int first = LanPeerOptions.FirstPort, int last = LanPeerOptions.LastPort)
    {
        IPAddress address = options.Network == LanNetwork.Loopback ? IPAddress.Loopback : IPAddress.Any;
        if (options.Port != 0)
        {
            return TryOpen(address, (ushort)options.Port, out SocketException? error) ?? throw Explain(error!, options.Port);
        }

        SocketException? taken = null;
        for (int i = 0; i < RandomTries; i++)
        {
            int port = RandomNumberGenerator.GetInt32(first, last + 1);
            if (port != options.DiscoveryPort && TryOpen(address, (ushort)port, out taken) is UdpPort opened)
            {
                return opened;
            }
        }

        for (int port = first; port <= last; port++)
        {
            if (port != options.DiscoveryPort && TryOpen(address, (ushort)port, out taken) is UdpPort opened)
            {
                return opened;
            }
        }

        throw Explain(taken!, 0);
    }

    /// <summary>The shared discovery port, or null when somebody has it alone: no reason not to run (REFERENCE D14).</summary>
    public static UdpPort? TryOpenDiscovery(ushort port)
    {
        try
        {
            return UdpPort.OpenDiscovery(port);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static UdpPort? TryOpen(IPAddress address, ushort port, out SocketException? error)
    {
        error = null;
        try
        {
            return UdpPort.OpenUnicast(address, port);
        }
        catch (SocketException caught)
        {
            error = caught;
            return null;
        }
    }

    private static LanPeerException Explain(SocketException error, int port) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => new(LanErrorId.PortInUse,
            port != 0 ? $"UDP port {port} is in use." : $"All UDP ports from {LanPeerOptions.FirstPort} to {LanPeerOptions.LastPort} are in use.",
            port != 0 ? "Choose another port, or leave it out to have a free one picked." : "Choose a port outside of that range.", error),
        SocketError.AccessDenied => new(LanErrorId.PortDenied,
            $"The system does not allow to open UDP port {port}.", "Choose a port above 1023, or leave it out.", error),
        _ => new(LanErrorId.NetworkUnavailable, $"The system gives no UDP socket: {error.Message}",
            "Check that this machine has IPv4 and that nothing forbids sockets here.", error),
    };
}

/// <summary>Turns <c>host:port</c> into endpoints.</summary>
internal static class SeedResolver
{
    public static IReadOnlyList<Ipv4Endpoint> Resolve(LanPeerOptions options)
    {
        var endpoints = new List<Ipv4Endpoint>();
        foreach (string seed in options.Seeds)
        {
            int colon = seed.LastIndexOf(':');
            if (colon < 1 || !ushort.TryParse(seed.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
            {
                throw new LanPeerException(LanErrorId.InvalidOption,
                    $"The seed '{seed}' is not of the form host:port.", "Write for example 'build01:8123'.");
            }

            // A confined peer asks no name server either.
            string host = seed[..colon];
            bool isConfined = options.Network == LanNetwork.Loopback && !IPAddress.TryParse(host, out _);
            uint address = isConfined
                ? host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? Ipv4Endpoint.LoopbackAddress : 0
                : ResolveHost(host);
            if (options.Network == LanNetwork.Loopback && !Ipv4Endpoint.IsLoopbackAddress(address))
            {
                throw new LanPeerException(LanErrorId.NetworkConfined,
                    $"The seed '{seed}' is outside of loopback, to which this peer is confined.", "Leave it out, or use the network Lan.");
            }

            var endpoint = new Ipv4Endpoint(address, port);
            if (!endpoint.IsUsable)
            {
                throw new LanPeerException(LanErrorId.InvalidOption, $"The seed '{seed}' is no address of a single host.", "Name a host.");
            }

            endpoints.Add(endpoint);
        }

        return endpoints;
    }

    private static uint ResolveHost(string host)
    {
        try
        {
            IPAddress[] addresses = IPAddress.TryParse(host, out IPAddress? literal)
                ? [literal] : Dns.GetHostAddresses(host, AddressFamily.InterNetwork);
            IPAddress? address = Array.Find(addresses, a => a.AddressFamily == AddressFamily.InterNetwork);
            if (address is not null)
            {
                return HostNetwork.ToUInt32(address);
            }
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            throw NotResolved(host, error);
        }

        throw NotResolved(host, null);
    }

    private static LanPeerException NotResolved(string host, Exception? cause)
        => new(LanErrorId.SeedNotResolved, $"No IPv4 address is known for the seed '{host}'.",
            "Check the name, or give its address.", cause);
}

/// <summary>Keeps two peers of one user on one host from taking one name.</summary>
internal static class NameLock
{
    /// <returns>The entry; null when this user has no folder for it, and then nothing is checked.</returns>
    /// <exception cref="LanPeerException">The name is taken.</exception>
    public static RunFolder? Take(LanPeerOptions options, string userId, ushort port)
    {
        try
        {
            string folder = RunFolder.Locate(StateFolder.Locate(options.StatePath), (ushort)options.DiscoveryPort);
            RunFolder? entry = RunFolder.Enter(folder, userId, port, out RunEntry? holder);
            return entry ?? throw new LanPeerException(LanErrorId.NameInUse,
                $"A peer named '{options.Name}' runs on this machine already (process {holder!.ProcessId}, port {holder.Port}).",
                "Stop that one, or start this one under another name.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or StateException)
        {
            // A read-only home must not keep a peer from running; two of one name are then still told apart by BOOT.
            return null;
        }
    }
}
