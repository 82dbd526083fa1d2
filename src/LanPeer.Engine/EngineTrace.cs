using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>The wire in words, for those who listen: a line for each datagram and each message. Costs nothing while nobody does.</summary>
/// <param name="engine">The engine's lock, under which messages arrive and are settled.</param>
internal sealed class EngineTrace(object engine)
{
    /// <summary>The longest name of a type that is told; anybody may send any.</summary>
    private const int LongestType = 32;

    private readonly object _gate = new();
    private LanNarration[] _listeners = [];

    /// <summary>Whether anybody listens.</summary>
    public bool IsHeard => Volatile.Read(ref _listeners).Length > 0;

    public LanNarration Open()
    {
        var narration = new LanNarration(Close, engine);
        lock (_gate)
        {
            _listeners = [.. _listeners, narration];
        }

        return narration;
    }

    public void Received(Ipv4Endpoint from, ReadOnlySpan<byte> datagram, DropReason reason)
        => Tell(reason == DropReason.None ? $"RECV < {from} {Describe(datagram)}" : $"DROP ! {from} {Describe(datagram)}: {reason}");

    public void Sent(Ipv4Endpoint to, ReadOnlySpan<byte> datagram, SocketError error)
        => Tell(error == SocketError.Success ? $"SEND > {to} {Describe(datagram)}" : $"DROP ! {to} {Describe(datagram)}: not sent, {error}");

    public void Arrived(LanMessage message, bool isTaken)
        => Tell($"{(isTaken ? "RECV <" : "DROP !")} {VisibleText.Line(message.From)} {message.Type}, {message.GetRawContent().Length} characters, "
            + $"id {VisibleText.Line(message.MessageId)}{(isTaken ? "" : ": InboxFull")}");

    public void Settled(LanDelivery delivery)
        => Tell($"{(delivery.State is LanDeliveryState.Delivered or LanDeliveryState.Unconfirmed ? "SEND >" : "DROP !")} {VisibleText.Line(delivery.To)} "
            + $"id {delivery.MessageId}: {delivery.State}{(delivery.Reason.Length > 0 ? ", " + delivery.Reason : "")}");

    private static string Describe(ReadOnlySpan<byte> datagram)
    {
        string kind = datagram is [WireLimits.BinaryMark, byte type, ..]
            ? Enum.IsDefined((SealedType)type) ? ((SealedType)type).ToString() : $"sealed type {type}"
            : TypeOf(datagram);
        return $"{kind}, {datagram.Length} bytes";
    }

    private static string TypeOf(ReadOnlySpan<byte> datagram)
    {
        int end = datagram.IndexOfAny((byte)'\r', (byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? datagram : datagram[..end];
        return line.StartsWith("TYPE:"u8) && line.Length <= LongestType + 6
            ? VisibleText.Line(Encoding.UTF8.GetString(line[5..]).Trim()) : "no type";
    }

    private void Tell(string line)
    {
        foreach (LanNarration listener in Volatile.Read(ref _listeners))
        {
            listener.Add(line);
        }
    }

    private void Close(LanNarration narration)
    {
        lock (_gate)
        {
            _listeners = Array.FindAll(_listeners, one => one != narration);
        }
    }
}
