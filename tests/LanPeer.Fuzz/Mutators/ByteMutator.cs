using System;
using System.Collections.Generic;
using LanPeer.VirtualNetwork;

namespace LanPeer.Fuzz;

/// <summary>Changes that know no structure.</summary>
internal static class ByteMutator
{
    /// <summary>No input grows beyond this: more than a datagram can carry, so that the limit is crossed too.</summary>
    public const int MaxLength = 66_000;

    private static readonly ulong[] s_interesting =
        [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, ulong.MaxValue / 2, ulong.MaxValue - 1, ulong.MaxValue];

    /// <summary>One to four changes.</summary>
    public static byte[] Mutate(byte[] input, byte[] other, SeededRandom random)
    {
        List<byte> bytes = [.. input];
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            Change(bytes, other, random);
        }

        if (bytes.Count > MaxLength)
        {
            bytes.RemoveRange(MaxLength, bytes.Count - MaxLength);
        }

        return [.. bytes];
    }

    private static void Change(List<byte> bytes, byte[] other, SeededRandom random)
    {
        int at = random.Next(bytes.Count + 1);
        int length = Math.Min(random.Next(1, random.Chance(0.1) ? 4_096 : 32), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                Interesting(bytes, at, random);
                break;
            case 3:
                byte[] noise = new byte[random.Next(1, 16)];
                random.Fill(noise);
                bytes.InsertRange(at, noise);
                break;
            case 4:
                bytes.RemoveRange(at, length);
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                Repeat(bytes, at, length, random);
                break;
            case 7:
                // Spliced: the beginning of the one, the end of the other.
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(Math.Min(random.Chance(0.5) ? at : random.Next(other.Length + 1), other.Length)));
                break;
            default:
                int from = random.Next(other.Length + 1);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(random.Next(1, 64), other.Length - from)).ToArray());
                break;
        }
    }

    /// <summary>A number where arithmetic turns over, in 1, 2, 4 or 8 bytes, big-endian.</summary>
    private static void Interesting(List<byte> bytes, int at, SeededRandom random)
    {
        ulong number = random.Pick(s_interesting);
        for (int i = (1 << random.Next(4)) - 1; i >= 0 && at < bytes.Count; i--)
        {
            bytes[at++] = (byte)(number >> (8 * i));
        }
    }

    private static void Repeat(List<byte> bytes, int at, int length, SeededRandom random)
    {
        List<byte> block = bytes.GetRange(at, length);
        int times = random.Chance(0.05) ? MaxLength / Math.Max(length, 1) : random.Next(1, 8);
        for (int i = 0; i < times && bytes.Count + length <= MaxLength + 64; i++)
        {
            bytes.InsertRange(at, block);
        }
    }
}
