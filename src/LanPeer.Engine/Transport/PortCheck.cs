using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using LanPeer.Wire;

namespace LanPeer.Transport;

/// <summary>
/// Asks a host whether anybody listens on a UDP port: it answers a datagram to a closed one by ICMP (RFC 1122, 4.1.3.1),
/// which a connected socket reports, on Linux and macOS as a refusal and on Windows as a reset (WSAECONNRESET).
/// </summary>
internal static class PortCheck
{
    /// <summary>The first byte of a sealed datagram, and nothing more: whoever is there drops it.</summary>
    private static readonly byte[] s_question = [WireLimits.BinaryMark];

    /// <summary>Asks.</summary>
    /// <param name="to">The port.</param>
    /// <param name="cancellation">Ends the wait for an answer: a port that is open gives none.</param>
    /// <returns>Whether the host said that the port is closed.</returns>
    public static async Task<bool> IsRefusedAsync(Ipv4Endpoint to, CancellationToken cancellation)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(new IPEndPoint(IPAddress.Parse(to.AddressText), to.Port));
            _ = socket.Send(s_question);
            _ = await socket.ReceiveAsync(new byte[1], SocketFlags.None, cancellation).ConfigureAwait(false);
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
