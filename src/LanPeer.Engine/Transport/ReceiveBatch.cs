using System;
using LanPeer.Wire;

namespace LanPeer.Transport;

/// <summary>
/// Datagrams read in one go. 32 of the largest fit: a burst of 20 datagrams of 60 KB is out of the kernel's buffer
/// before the first of them is looked at. The memory is touched only as far as it is used.
/// </summary>
internal sealed class ReceiveBatch
{
    public const int Capacity = 32;

    /// <summary>One byte more than the largest datagram, so that nothing can be cut without being seen.</summary>
    private const int Slot = WireLimits.MaxDatagram + 1;

    private readonly byte[] _arena = GC.AllocateUninitializedArray<byte>(Capacity * Slot);
    private readonly int[] _lengths = new int[Capacity];
    private readonly Ipv4Endpoint[] _sources = new Ipv4Endpoint[Capacity];

    public int Count { get; private set; }

    /// <summary>Where the next datagram is read into.</summary>
    internal Span<byte> Next => _arena.AsSpan(Count * Slot, Slot);

    public ReadOnlySpan<byte> Datagram(int index) => _arena.AsSpan(index * Slot, _lengths[index]);

    public Ipv4Endpoint Source(int index) => _sources[index];

    internal void Clear() => Count = 0;

    internal void Add(int length, Ipv4Endpoint source)
    {
        _lengths[Count] = length;
        _sources[Count] = source;
        Count++;
    }
}
