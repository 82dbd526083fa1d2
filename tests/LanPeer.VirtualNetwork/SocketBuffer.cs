using System;
using System.Collections.Generic;
using LanPeer.Protocol;

namespace LanPeer.VirtualNetwork;

/// <summary>
/// What the kernel keeps for a program that does not read: for each of its two sockets up to 212,992 bytes, Linux's
/// default (<c>net.core.rmem_default</c>), of which small datagrams use more than their length.
/// </summary>
internal sealed class SocketBuffer
{
    public const int Capacity = 212_992;

    /// <summary>A small datagram takes 768 bytes of the buffer on Linux (its <c>truesize</c>), a large one its length and somewhat more.</summary>
    private const int Overhead = 640;

    private readonly Queue<(Inlet Inlet, Packet Packet)> _queue = new();
    private readonly int[] _used = new int[2];

    public int Count => _queue.Count;

    /// <summary>What found it full.</summary>
    public long Dropped { get; private set; }

    public void Add(Inlet inlet, Packet packet)
    {
        int size = packet.Bytes.Length + Overhead;
        if (_used[(int)inlet] + size > Capacity)
        {
            Dropped++;
            return;
        }

        _used[(int)inlet] += size;
        _queue.Enqueue((inlet, packet));
    }

    public bool TryTake(out Inlet inlet, out Packet packet)
    {
        bool isThere = _queue.TryDequeue(out (Inlet Inlet, Packet Packet) first);
        (inlet, packet) = first;
        if (isThere)
        {
            _used[(int)inlet] -= packet.Bytes.Length + Overhead;
        }

        return isThere;
    }

    public void Clear()
    {
        _queue.Clear();
        _used.AsSpan().Clear();
    }
}
