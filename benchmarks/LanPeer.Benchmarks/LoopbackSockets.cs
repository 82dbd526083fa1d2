using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LanPeer.Benchmarks;

/// <summary>Many bound sockets of this process, and the peers of the seed's program they can pretend to be.</summary>
internal sealed class LoopbackSockets : IDisposable
{
    private readonly Socket[] _sockets;

    public LoopbackSockets(int count)
    {
        _sockets = [.. Enumerable.Range(0, count).Select(static _ => Open())];
        Handles = [.. _sockets.Select(static socket => (int)socket.Handle)];
        Ports = [.. _sockets.Select(static socket => (ushort)((IPEndPoint)socket.LocalEndPoint!).Port)];
    }

    public int[] Handles { get; }

    public ushort[] Ports { get; }

    public static Socket Open(int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    /// <summary>Announces each as a peer that speaks in the clear.</summary>
    public void Announce(LanSession session)
    {
        for (int i = 0; i < _sockets.Length; i++)
        {
            string text = $"TYPE:PEER_DISCOVERY\nUSER_ID:s{i}@127.0.0.1\nPORT:{Ports[i]}\nTIMESTAMP:1795367841\nMESSAGE_ID:{i:x16}\n\n";
            _sockets[i].SendTo(Encoding.UTF8.GetBytes(text), new IPEndPoint(IPAddress.Loopback, session.Port));
        }
    }

    public void Dispose()
    {
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }
    }
}
