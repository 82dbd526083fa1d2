using System;
using System.Buffers.Binary;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;

namespace LanPeer.Fuzz;

/// <summary>Changes to the headers and lengths of sealed datagrams (docs/protocol.md, "Sealed datagrams").</summary>
internal static class SealedMutator
{
    private static readonly int[] s_lengths =
    [
        0, 1, 2, 3, 4, SessionWire.TransportOverhead - 1, SessionWire.TransportOverhead, SessionWire.AnnouncementOverhead, SessionWire.AnnouncementOverhead + 1,
        SessionWire.CookieReplyLength - 1, SessionWire.CookieReplyLength, SessionWire.ResponseLength - 1, SessionWire.ResponseLength,
        SessionWire.ResponseLength + 1, SessionWire.InitiationLength - 1, SessionWire.InitiationLength, SessionWire.InitiationLength + 1, 1_500, 65_507,
    ];

    /// <summary>One to three changes.</summary>
    public static byte[] Mutate(byte[] input, byte[] other, SeededRandom random)
    {
        byte[] bytes = [.. input];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            bytes = Change(bytes, other, random);
        }

        return bytes;
    }

    private static byte[] Change(byte[] bytes, byte[] other, SeededRandom random)
    {
        switch (random.Next(9))
        {
            case 0 when bytes.Length > 1:
                bytes[1] = random.Chance(0.9) ? (byte)random.Next(8) : (byte)random.Next(256);
                break;
            case 1 when bytes.Length > 3:
                bytes[2 + random.Next(2)] = (byte)random.Next(3);
                break;
            case 2:
                Array.Resize(ref bytes, random.Pick(s_lengths));
                break;
            case 3 when bytes.Length >= 12:
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * random.Next(1, 3)), random.Pick([0u, 1u, uint.MaxValue, (uint)random.Draw()]));
                break;
            case 4 when bytes.Length >= SessionWire.TransportHeader:
                Counter(bytes.AsSpan(8), random);
                break;
            case 5 when bytes.Length > 4:
                bytes[random.Next(4, bytes.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 6 when bytes.Length > 0 && other.Length > 0:
                // A part of another one at its own place: its index, point, mac or tag.
                int from = random.Next(Math.Min(bytes.Length, other.Length));
                int length = Math.Min(random.Next(1, 100), Math.Min(bytes.Length, other.Length) - from);
                other.AsSpan(from, length).CopyTo(bytes.AsSpan(from));
                break;
            case 7 when bytes.Length > 1:
                // A type with the length it ought to have.
                (byte type, int right) = random.Pick([((byte)1, SessionWire.InitiationLength), ((byte)2, SessionWire.ResponseLength), ((byte)3, SessionWire.CookieReplyLength)]);
                Array.Resize(ref bytes, right);
                bytes[1] = type;
                bytes[2] = SessionWire.Version;
                break;
            default:
                return ByteMutator.Mutate(bytes, other, random);
        }

        return bytes;
    }

    private static void Counter(Span<byte> at, SeededRandom random)
    {
        ulong counter = BinaryPrimitives.ReadUInt64BigEndian(at);
        BinaryPrimitives.WriteUInt64BigEndian(at, random.Next(6) switch
        {
            0 => 0,
            1 => ulong.MaxValue,
            2 => ulong.MaxValue - 1,
            3 => counter + 2_048,
            4 => counter - 2_048,
            _ => random.Draw(),
        });
    }
}
