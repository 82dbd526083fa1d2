using System;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Security.Cryptography;

namespace LanPeer.SeedStandIn;

/// <summary>The two sockets of the seed's program and the single place everything is sent from.</summary>
internal sealed class SeedSockets : IDisposable
{
    private const int LowestPort = 8000;
    private const int HighestPort = 9999;
    private const int PortAttempts = 500;

    private readonly bool _loopback;
    private readonly SeedCounters _counters;

    public SeedSockets(SeedPeerOptions options, SeedCounters counters)
    {
        _loopback = options.Loopback;
        _counters = counters;
        Unicast = OpenUnicast(options.BindAddress);
        Port = ((IPEndPoint)Unicast.LocalEndPoint!).Port;
        try
        {
            Discovery = OpenDiscovery(options.DiscoveryPort);
        }
        catch (SocketException e)
        {
            // As the seed's program: a warning, then it announces itself but hears no announcement (D14).
            DiscoveryError = e.Message;
        }
    }

    public Socket Unicast { get; }

    public Socket? Discovery { get; }

    public string? DiscoveryError { get; }

    public int Port { get; }

    /// <summary>The source address of the route to a far address; nothing is sent to find it.</summary>
    public static IPAddress FindLocalAddress()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            probe.Connect(new IPEndPoint(IPAddress.Parse("8.8.8.8"), 80));
            return ((IPEndPoint)probe.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return IPAddress.Loopback;
        }
    }

    /// <summary>Sends from the unicast socket; returns the failure or null.</summary>
    public string? Send(ReadOnlySpan<byte> datagram, IPAddress address, BigInteger port)
    {
        string? error = TrySend(datagram, address, port);
        if (error is null)
        {
            _counters.CountSent();
        }
        else
        {
            _counters.CountSendError();
        }

        return error;
    }

    public void Dispose()
    {
        Unicast.Dispose();
        Discovery?.Dispose();
    }

    private static Socket OpenUnicast(IPAddress address)
    {
        // The seed's program tries one port and dies of a collision (D15); that would only make tests flaky.
        for (int attempt = 1; ; attempt++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
            try
            {
                socket.Bind(new IPEndPoint(address, RandomNumberGenerator.GetInt32(LowestPort, HighestPort + 1)));
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                if (e.SocketErrorCode != SocketError.AddressAlreadyInUse || attempt == PortAttempts)
                {
                    throw;
                }
            }
        }
    }

    private static Socket OpenDiscovery(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // SOL_SOCKET, SO_REUSEADDR alone: ReuseAddress would set SO_REUSEPORT too, and then a unicast to
                // the port goes to one socket of a group by hash instead of to the last-bound one (D13).
                socket.SetRawSocketOption(1, 2, BitConverter.GetBytes(1));
            }
            else
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }

            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private string? TrySend(ReadOnlySpan<byte> datagram, IPAddress address, BigInteger port)
    {
        if (_loopback && !IPAddress.IsLoopback(address))
        {
            return $"{address} is outside 127.0.0.0/8: not sent";
        }

        if (port < IPEndPoint.MinPort || port > IPEndPoint.MaxPort)
        {
            return string.Create(CultureInfo.InvariantCulture, $"port must be 0-65535, not {port}");
        }

        try
        {
            Unicast.SendTo(datagram, SocketFlags.None, new IPEndPoint(address, (int)port));
            return null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return e.Message;
        }
    }
}
