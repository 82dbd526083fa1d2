using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace LanPeer.Tests.Wire;

/// <summary>Texts and datagrams of the kind that breaks parsers.</summary>
internal static class Arbitrary
{
    private static readonly string[] s_pieces =
    [
        "\n", "\r", "\r\n", "\0", "\\", "\\n", "\\\\", ":", " ", "  ", "\t", "\n\n", "USER_ID:mallory@6.6.6.6", "TYPE:DM", "TYPE: POST",
        "FROM:x@6.6.6.6", "TO:bob@10.77.0.2", "CONTENT_ENCODING:escape", "MESSAGE_ID:1", "\uFEFF", "\u2028", "\u0085", "\u202E",
        "é", "你好", "👋", "a", "xyz", "|", "\u001b[2J", "\\r\\0", "=", "\"",
    ];

    private static readonly byte[][] s_fragments = [.. new[]
    {
        "\n", "\r\n", "\n\n", ":", ": ", " ", "\0", "\uFEFF", "TYPE:", "TYPE: POST\n", "TYPE:DM\n", "\nUSER_ID:mallory@6.6.6.6\n", "\nFROM:", "TO:",
        "PORT:0", "PORT:99999", "\\", "CONTENT_ENCODING:escape\n", "AVATAR_DATA:", "PEERS:[\"", "ENDPOINTS:[]", "BOOT:ffffffff", "PROTO:1", "ASK:", "=",
    }.Select(Encoding.UTF8.GetBytes), [0xFF], [0xC0, 0x80], [0xE2, 0x82], [0xF5], [0xED, 0xA0, 0x80]];

    private static readonly byte[][] s_vectors =
        [.. VectorFile.Good.Entries.Concat(VectorFile.Bad.Entries).Select(VectorFile.Bytes).Where(b => b.Length < 3_000)];

    /// <summary>Well-formed texts, rich in line breaks, escapes and things that look like fields.</summary>
    public static Arbitrary<string> Text { get; } = Arb.From(
        Gen.OneOf(Gen.Elements(s_pieces), Gen.Choose(0, 0x10FFFF).Where(Rune.IsValid).Select(c => new Rune(c).ToString()))
            .ListOf().Select(string.Concat));

    /// <summary>Random bytes, and good and bad datagrams with random damage.</summary>
    public static Arbitrary<byte[]> Datagram { get; } = Arb.From(Gen.Frequency(
        (1, Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf()),
        (2, Gen.Elements(s_fragments).ListOf().Select(Join)),
        (7, from seed in Gen.Choose(0, int.MaxValue - 1) select Mutate(new Random(seed)))));

    private static byte[] Mutate(Random random)
    {
        List<byte> bytes = [.. s_vectors[random.Next(s_vectors.Length)]];
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            int at = random.Next(bytes.Count + 1);
            int length = random.Next(Math.Min(bytes.Count - at, 30) + 1);
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes.InsertRange(at, s_vectors[random.Next(s_vectors.Length)]);
                    break;
                default:
                    bytes.InsertRange(at, s_fragments[random.Next(s_fragments.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Join(IEnumerable<byte[]> parts) => [.. parts.SelectMany(p => p)];
}
