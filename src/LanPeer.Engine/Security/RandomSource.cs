using System;
using System.Buffers.Binary;

namespace LanPeer.Security;

/// <summary>Where randomness comes from: a cryptographic generator in the engine, a seed number in tests.</summary>
internal abstract class RandomSource
{
    public abstract void Fill(Span<byte> bytes);

    public ulong NextUInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>A factor of 0.9 to 1.1, evenly spread: it keeps peers that started together from announcing together.</summary>
    public double NextJitter() => 0.9 + (NextUInt64() / (double)ulong.MaxValue * 0.2);
}
