using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LanPeer.Protocol;

namespace LanPeer.Transport;

/// <summary>One bound UDP socket: blocking receive and synchronous send, both in batches. No allocation per datagram.</summary>
internal sealed class UdpPort : IDisposable
{
    /// <summary>Asked of the kernel, which grants what its limit allows: 20 datagrams of 60 KB and their overhead need 2 MB.</summary>
    private const int BufferSize = 4 * 1_024 * 1_024;

    /// <summary>SIO_UDP_CONNRESET: without it an ICMP "port unreachable" for something sent ends a receive on Windows.</summary>
    private const int SioUdpConnReset = unchecked((int)0x9800000C);

    private readonly Socket _socket;
    private readonly DatagramPath _path;

    private UdpPort(Socket socket)
    {
        _socket = socket;
        _path = DatagramPath.For(socket);
        Port = (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public ushort Port { get; }

    /// <summary>Opens the port everything is sent from. Nobody else may bind it.</summary>
    /// <exception cref="SocketException">The port is taken or not allowed.</exception>
    public static UdpPort OpenUnicast(IPAddress address, ushort port) => Open(address, port, isShared: false);

    /// <summary>Opens the discovery port, shared with every other program that shares it.</summary>
    /// <exception cref="SocketException">Somebody has it alone.</exception>
    public static UdpPort OpenDiscovery(ushort port) => Open(IPAddress.Any, port, isShared: true);

    /// <summary>
    /// What the kernel has thrown away at this port because it was not read in time: the ninth number of SO_MEMINFO
    /// (Linux, since 4.12). 0 where it does not tell, which is all other systems.
    /// </summary>
    public uint Overflow
    {
        get
        {
            const int solSocket = 1;
            const int soMemoryInfo = 55;
            const int drops = 8;
            if (!OperatingSystem.IsLinux())
            {
                return 0;
            }

            Span<uint> numbers = stackalloc uint[drops + 1];
            numbers.Clear();
            try
            {
                _ = _socket.GetRawSocketOption(solSocket, soMemoryInfo, MemoryMarshal.AsBytes(numbers));
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // An old kernel, or a port just closed.
            }

            return numbers[drops];
        }
    }

    /// <summary>Waits for a datagram and takes along what else is there, up to the batch's capacity.</summary>
    /// <returns>False once the port is closed.</returns>
    /// <exception cref="SocketException">The network stack reports something; the port still works.</exception>
    public bool Receive(ReceiveBatch batch) => _path.Receive(batch);

    /// <summary>Whether <see cref="ReceiveFor"/> can be called: a path of system calls knows whether something is there.</summary>
    public bool CanReceiveFor => _path.CanReceiveFor;

    /// <inheritdoc cref="DatagramPath.LimitWaits"/>
    public void LimitWaits(bool areShort) => _path.LimitWaits(areShort);

    /// <summary>The same, waiting no longer than for some time; for some milliseconds more while waits are short.</summary>
    /// <param name="batch">What has come.</param>
    /// <param name="time">Whole milliseconds.</param>
    /// <returns>Whether something has come; not when the port is closed.</returns>
    /// <exception cref="SocketException">The network stack reports something; the port still works.</exception>
    public bool ReceiveFor(ReceiveBatch batch, TimeSpan time) => _path.ReceiveFor(batch, time);

    /// <summary>Sends what a step of the protocol wants sent. One thread at a time.</summary>
    /// <param name="effects">What goes where.</param>
    /// <param name="failures">Receives the datagrams the kernel did not take; those before and after are sent.</param>
    public void Send(Effects effects, List<SendFailure> failures)
    {
        failures.Clear();
        _path.Send(effects.Arena, CollectionsMarshal.AsSpan(effects.Sends), failures);
    }

    public void Dispose() => _path.Dispose();

    private static UdpPort Open(IPAddress address, ushort port, bool isShared)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (isShared)
            {
                // On Unix .NET sets SO_REUSEADDR and SO_REUSEPORT, on Windows SO_REUSEADDR: each is what lets several
                // programs hear one broadcast there.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }
            else if (OperatingSystem.IsWindows())
            {
                // Otherwise a program with SO_REUSEADDR could take our datagrams (Windows only).
                socket.ExclusiveAddressUse = true;
            }

            if (OperatingSystem.IsWindows())
            {
                socket.IOControl(SioUdpConnReset, [0, 0, 0, 0], null);
            }

            socket.EnableBroadcast = true;
            GrowReceiveBuffer(socket);
            socket.Bind(new IPEndPoint(address, port));
            return new UdpPort(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void GrowReceiveBuffer(Socket socket)
    {
        const int solSocket = 1;
        const int soReceiveBufferForce = 33;
        socket.ReceiveBufferSize = BufferSize;
        if (OperatingSystem.IsLinux() && socket.ReceiveBufferSize < BufferSize)
        {
            try
            {
                // Past net.core.rmem_max, for those with CAP_NET_ADMIN (socket(7)).
                socket.SetRawSocketOption(solSocket, soReceiveBufferForce, BitConverter.GetBytes(BufferSize));
            }
            catch (SocketException)
            {
                // Without the privilege the kernel's limit stands.
            }
        }
    }
}
