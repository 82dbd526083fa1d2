using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using LanPeer.Security;

namespace LanPeer.VirtualNetwork;

/// <summary>
/// Randomness that a seed number repeats on every machine and runtime: SplitMix64 (Steele, Lea, Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014). Streams are derived by name, so that a new user of randomness changes
/// nothing for the others.
/// </summary>
internal sealed class SeededRandom(ulong seed) : RandomSource
{
    /// <summary>2^64 divided by the golden ratio, odd: the step of SplitMix64.</summary>
    private const ulong Gamma = 0x9E37_79B9_7F4A_7C15;

    private ulong _seed = seed;
    private ulong _state = seed;

    /// <summary>One number out of two, such that near inputs have far results.</summary>
    public static ulong Mix(ulong one, ulong other) => Scramble(one + Gamma + (Scramble(other + Gamma) * 31));

    /// <summary>The seed of a stream by its name.</summary>
    public static ulong Derive(ulong seed, string name)
    {
        ulong hash = seed;
        foreach (char c in name)
        {
            hash = Mix(hash, c);
        }

        return hash;
    }

    /// <summary>A generator of its own for <paramref name="name"/>, whatever was drawn from this one.</summary>
    public SeededRandom Stream(string name) => new(Derive(_seed, name));

    /// <summary>Begins again with another seed.</summary>
    public void Restart(ulong seed) => _state = _seed = seed;

    public ulong Draw() => Scramble(_state += Gamma);

    /// <summary>From 0 up to, not including, 1.</summary>
    public double NextDouble() => (Draw() >> 11) * (1.0 / (1UL << 53));

    /// <summary>From 0 up to, not including, <paramref name="limit"/>.</summary>
    public int Next(int limit) => (int)(NextDouble() * limit);

    /// <summary>From <paramref name="first"/> up to, not including, <paramref name="limit"/>.</summary>
    public int Next(int first, int limit) => first + Next(limit - first);

    /// <summary>True with this probability, 0 to 1. Draws in any case, so that the probability does not shift what follows.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    public double Between(double low, double high) => low + (NextDouble() * (high - low));

    public TimeSpan Between(TimeSpan low, TimeSpan high) => low + ((high - low) * NextDouble());

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Next(choices.Count)];

    /// <summary>Puts a list into random order (Fisher and Yates).</summary>
    public void Shuffle<T>(IList<T> list)
    {
        for (int i = list.Count - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (list[i], list[j]) = (list[j], list[i]);
        }
    }

    public override void Fill(Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[8];
        for (int i = 0; i < bytes.Length; i += 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, Draw());
            word[..Math.Min(8, bytes.Length - i)].CopyTo(bytes[i..]);
        }
    }

    private static ulong Scramble(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
