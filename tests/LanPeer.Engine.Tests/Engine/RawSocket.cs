using System;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LanPeer.Security.Sessions;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>A bare UDP socket on loopback, for what no honest peer sends.</summary>
internal sealed class RawSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public RawSocket(string address = "127.0.0.1")
    {
        _socket.EnableBroadcast = true;
        _socket.ReceiveTimeout = (int)Wait.Long.TotalMilliseconds;
        _socket.Bind(new IPEndPoint(IPAddress.Parse(address), TestEnvironment.NewPort()));
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Sends to a port of 127.0.0.1.</summary>
    public void Send(int port, string text) => Send(port, Encoding.UTF8.GetBytes(text));

    public void Send(int port, byte[] bytes) => _socket.SendTo(bytes, new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>Sends to everyone who listens on a discovery port of this host.</summary>
    public void Broadcast(int discoveryPort, string text)
        => _socket.SendTo(Encoding.UTF8.GetBytes(text), new IPEndPoint(IPAddress.Parse("127.255.255.255"), discoveryPort));

    /// <summary>Waits for a datagram of this type.</summary>
    public string Receive(string type)
    {
        byte[] buffer = new byte[65_536];
        while (true)
        {
            try
            {
                string text = Encoding.UTF8.GetString(buffer, 0, _socket.Receive(buffer));
                if (text.StartsWith($"TYPE:{type}\n", StringComparison.Ordinal))
                {
                    return text;
                }
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                Assert.Fail($"No {type} came.");
            }
        }
    }

    /// <summary>Waits for a sealed datagram of this type.</summary>
    public byte[] Receive(SealedType type)
    {
        byte[]? datagram = null;
        Wait.Until(() => (datagram = TryReceive(type)) is not null, $"a {type} comes");
        return datagram!;
    }

    /// <summary>The next sealed datagram of this type, if one has come; what came before it is gone.</summary>
    public byte[]? TryReceive(SealedType type)
    {
        byte[] buffer = new byte[65_536];
        while (_socket.Available > 0)
        {
            byte[] datagram = buffer[.._socket.Receive(buffer)];
            if (SessionWire.TryGetType(datagram, out SealedType seen) && seen == type)
            {
                return datagram;
            }
        }

        return null;
    }

    /// <summary>Whether nothing has come so far.</summary>
    public bool IsSilent => _socket.Available == 0;

    public void Dispose() => _socket.Dispose();
}
