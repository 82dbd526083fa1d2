using System;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>Changes to what a handshake carries, field by field; the length stays.</summary>
internal static class PayloadMutator
{
    /// <summary>Bytes behind the first field, which has 8 in an initiation and 4 in a response.</summary>
    private const int Common = 204;

    public static byte[] Mutate(byte[] input, byte[] other, SeededRandom random)
    {
        byte[] bytes = [.. input];
        Span<byte> fields = bytes.AsSpan(bytes.Length - Common);
        switch (random.Next(8))
        {
            case 0:
                fields[..4].Clear();
                break;
            case 1:
                fields.Slice(8, 2).Clear();
                break;
            case 2:
                fields[random.Next(10, 75)] ^= (byte)(1 << random.Next(8));
                break;
            case 3:
                fields[75] = random.Pick([(byte)0, (byte)1, (byte)127, (byte)128, (byte)129, (byte)255]);
                break;
            case 4:
                byte[] id = ByteMutator.Mutate(fields.Slice(76, Math.Min((int)fields[75], WireLimits.MaxUserId)).ToArray(), "@10.77.0.9"u8.ToArray(), random);
                int length = Math.Min(id.Length, WireLimits.MaxUserId);
                id.AsSpan(0, length).CopyTo(fields[76..]);
                fields[75] = (byte)length;
                break;
            case 5:
                // The first field: an epoch, or an index.
                random.Fill(bytes.AsSpan(0, bytes.Length - Common));
                break;
            case 6 when other.Length == bytes.Length:
                int from = random.Next(bytes.Length);
                other.AsSpan(from).CopyTo(bytes.AsSpan(from));
                break;
            default:
                byte[] changed = ByteMutator.Mutate(bytes, other, random);
                changed.AsSpan(0, Math.Min(changed.Length, bytes.Length)).CopyTo(bytes);
                break;
        }

        return bytes;
    }
}
