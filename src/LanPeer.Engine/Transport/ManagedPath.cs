using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer.Transport;

/// <summary>One datagram a call, by the BCL: for every system, and for Linux when the switch says so.</summary>
internal sealed class ManagedPath(Socket socket) : DatagramPath
{
    private readonly SocketAddress _source = new(AddressFamily.InterNetwork);
    private readonly SocketAddress _destination = new(AddressFamily.InterNetwork);

    public override bool Receive(ReceiveBatch batch)
    {
        batch.Clear();
        try
        {
            do
            {
                int length = socket.ReceiveFrom(batch.Slot(batch.Count), SocketFlags.None, _source);
                batch.Add(batch.Count, 0, length, ReadAddress(_source));
            }
            while (batch.Count < ReceiveBatch.Slots && socket.Available > 0);

            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.Interrupted or SocketError.OperationAborted
            or SocketError.NotSocket or SocketError.Shutdown)
        {
            return false;
        }
        catch (SocketException) when (batch.Count > 0)
        {
            // What was read before the error is not lost; the error, if it lasts, comes again.
            return true;
        }
    }

    public override void Send(ReadOnlySpan<byte> arena, ReadOnlySpan<Outgoing> sends, List<SendFailure> failures)
    {
        for (int i = 0; i < sends.Length; i++)
        {
            SocketError error = Send(arena.Slice(sends[i].Start, sends[i].Length), sends[i].To);
            if (error != SocketError.Success)
            {
                failures.Add(new SendFailure(i, error));
            }
        }
    }

    public override void Dispose() => socket.Dispose();

    private SocketError Send(ReadOnlySpan<byte> datagram, Ipv4Endpoint to)
    {
        WriteAddress(_destination, to);
        try
        {
            return socket.SendTo(datagram, SocketFlags.None, _destination) == datagram.Length
                ? SocketError.Success : SocketError.MessageSize;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
        catch (ObjectDisposedException)
        {
            return SocketError.Shutdown;
        }
    }

    // sockaddr_in is alike everywhere from its third byte on: port and address in network order.
    private static Ipv4Endpoint ReadAddress(SocketAddress from)
    {
        ReadOnlySpan<byte> bytes = from.Buffer.Span;
        return new Ipv4Endpoint(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
    }

    private static void WriteAddress(SocketAddress to, Ipv4Endpoint endpoint)
    {
        Span<byte> bytes = to.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], endpoint.Port);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], endpoint.Address);
    }
}
