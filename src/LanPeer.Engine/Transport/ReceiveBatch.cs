using System;
using LanPeer.Wire;

namespace LanPeer.Transport;

/// <summary>
/// Datagrams read in one go. 32 of the largest fit: a burst of 20 datagrams of 60 KB is out of the kernel's buffer
/// before the first of them is looked at. The memory is touched only as far as it is used.
/// </summary>
internal sealed class ReceiveBatch
{
    /// <summary>Reads of the largest size. One may bring many datagrams of one sender, which the kernel has put together.</summary>
    public const int Slots = 32;

    /// <summary>One byte more than the largest datagram, so that nothing can be cut without being seen.</summary>
    private const int SlotLength = WireLimits.MaxDatagram + 1;

    private readonly byte[] _arena = GC.AllocateUninitializedArray<byte>(Slots * SlotLength, pinned: true);
    private (int Start, int Length, Ipv4Endpoint Source)[] _datagrams = new (int, int, Ipv4Endpoint)[Slots];

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Datagram(int index) => _arena.AsSpan(_datagrams[index].Start, _datagrams[index].Length);

    public Ipv4Endpoint Source(int index) => _datagrams[index].Source;

    /// <summary>Where one read goes; it never moves.</summary>
    internal Span<byte> Slot(int index) => _arena.AsSpan(index * SlotLength, SlotLength);

    internal void Clear() => Count = 0;

    /// <summary>A datagram has come.</summary>
    /// <param name="slot">Into this slot.</param>
    /// <param name="start">At this place in it.</param>
    /// <param name="length">So many bytes.</param>
    /// <param name="source">From here.</param>
    internal void Add(int slot, int start, int length, Ipv4Endpoint source)
    {
        if (Count == _datagrams.Length)
        {
            Array.Resize(ref _datagrams, 2 * Count);
        }

        _datagrams[Count++] = ((slot * SlotLength) + start, length, source);
    }
}
