using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;

namespace LanPeer.VirtualNetwork;

/// <summary>Everything that was sent, in order, with a hash that tells whether two runs were the same.</summary>
internal sealed class PacketLog : IReadOnlyList<Packet>
{
    /// <summary>FNV-1a, 64 bits (Fowler, Noll, Vo).</summary>
    private const ulong HashBasis = 0xCBF2_9CE4_8422_2325;
    private const ulong HashPrime = 0x100_0000_01B3;

    private readonly History<Packet> _packets = new();
    private ulong _hash = HashBasis;

    /// <summary>How many it keeps at least; the hash and <see cref="Total"/> count all. 0 keeps none.</summary>
    public int Limit
    {
        get => _packets.Limit;
        set => _packets.Limit = value;
    }

    /// <summary>How many were ever sent.</summary>
    public long Total => _packets.Total;

    /// <summary>How many are kept.</summary>
    public int Count => _packets.Count;

    /// <summary>
    /// Over time, source, destination and length of all datagrams, 16 hex digits. Not over their bytes: signatures of
    /// the BCL are random and of a fixed length.
    /// </summary>
    public string Hash => _hash.ToString("x16", CultureInfo.InvariantCulture);

    public Packet this[int index] => _packets[index];

    public void Add(Packet packet)
    {
        Take((ulong)packet.At.Ticks);
        Take(((ulong)packet.From.Address << 16) | packet.From.Port);
        Take(((ulong)packet.To.Address << 16) | packet.To.Port);
        Take((ulong)packet.Bytes.Length);
        _packets.Add(packet);
    }

    public List<Packet> Last(int count) => _packets.Last(count);

    public IEnumerator<Packet> GetEnumerator() => _packets.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Take(ulong value)
    {
        for (int i = 0; i < 64; i += 8)
        {
            _hash = (_hash ^ ((value >> i) & 0xFF)) * HashPrime;
        }
    }
}
