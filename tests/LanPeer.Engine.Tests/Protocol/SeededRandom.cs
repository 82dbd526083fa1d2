using System;
using LanPeer.Protocol;

namespace LanPeer.Tests.Protocol;

/// <summary>Randomness that a seed number repeats.</summary>
internal sealed class SeededRandom(int seed) : RandomSource
{
    private readonly Random _random = new(seed);

    public override void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}
