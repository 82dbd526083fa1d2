using System;
using System.Collections.Generic;
using System.Text;
using LanPeer.VirtualNetwork;

namespace LanPeer.Fuzz;

/// <summary>Changes to lines of keys and values (docs/protocol.md, "Framing").</summary>
internal static class TextMutator
{
    private static readonly string[] s_keys =
    [
        "TYPE", "USER_ID", "FROM", "TO", "CONTENT", "CONTENT_ENCODING", "TIMESTAMP", "MESSAGE_ID", "PORT", "LISTEN_PORT", "DISPLAY_NAME",
        "STATUS", "AVATAR_TYPE", "AVATAR_ENCODING", "AVATAR_DATA", "PEERS", "ENDPOINTS", "COUNT", "TOKEN", "TTL", "PROTO", "BOOT", "ASK",
        "ANSWER", "PEER_ID", "KEY", "SIGN_KEY", "SIGNATURE", "PAD", "CAPS", "X", "",
    ];

    private static readonly string[] s_types =
    [
        "PEER_DISCOVERY", "POST", "DM", "PROFILE", "PEER_LIST_REQUEST", "PEER_LIST_RESPONSE", "PING", "ACK", "LEAVE", "FOLLOW", "post", "",
        " POST", "POST ", " PEER_DISCOVERY",
    ];

    private static readonly string[] s_values =
    [
        "", " ", "\t", "0", "-1", "+1", "1", "00", "65535", "65536", "4294967295", "4294967296", "2147483648", "18446744073709551615",
        "18446744073709551616", "99999999999999999999999999", "253402300799", "253402300800", "-9223372036854775808", "1e9", "0x10", "1.5",
        "\u0663", "@", "a@", "@b", "a@b", "a@127.0.0.1", "a@255.255.255.255", "a@0.0.0.0", "a@10.77.0.256", "scanner@127.0.0.1", "a@b@10.77.0.9",
        "\u202Ea@b", "a\uDB40\uDC41@b", "a\u200B@b", "\0", "\u001b[2J", "[]", "[\"\"]", "[\"a@b\"]", "[\"\\ud800\"]", "[[[[", "null", "true", "{}",
        "escape", "Escape", "base64", "\\", "\\n", "\\x", "\\\\", "a\\", "ffffffff", "00000000", "FFFFFFFF", "0x000001", "fffffffff",
        "0123456789abcdef", "AAAA", "====", "A===", "127.0.0.1:1", "10.77.0.1:65535", "1.2.3.4", ":", "::", "a:b",
    ];

    private static readonly byte[][] s_brokenUtf8 =
        [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xFF], [0xF5], [0xEF, 0xBB, 0xBF], [0xC2, 0x85]];

    /// <summary>One to four changes.</summary>
    public static byte[] Mutate(byte[] input, byte[] other, SeededRandom random)
    {
        var lines = Split(input);
        var others = Split(other);
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            Change(lines, others, random);
        }

        byte[] output = Join(lines);
        if (random.Chance(0.03))
        {
            output = [0xEF, 0xBB, 0xBF, .. output];
        }

        return output.Length > ByteMutator.MaxLength ? output[..ByteMutator.MaxLength] : output;
    }

    /// <summary>A value in the place of another: of its own kind where there is one.</summary>
    public static byte[] Value(byte[] key, byte[] value, SeededRandom random)
    {
        switch (Encoding.Latin1.GetString(key))
        {
            case "TYPE" when random.Chance(0.9):
                return Encoding.UTF8.GetBytes(random.Pick(s_types));
            case "PEERS" or "ENDPOINTS" when random.Chance(0.8):
                return JsonMutator.Mutate(value, value, random);
            case "KEY" or "SIGN_KEY" or "SIGNATURE" or "AVATAR_DATA" when random.Chance(0.7):
                return Base64(value, random);
            case "CONTENT" when random.Chance(0.3):
                return [.. value, .. Encoding.UTF8.GetBytes(random.Pick(["\\", "\\n", "\\x", "\\\\", "\\0", "\u001b]0;x\a", "\u2028"]))];
            default:
                return random.Next(4) switch
                {
                    0 => ByteMutator.Mutate(value, value, random),
                    1 => [.. value, .. random.Pick(s_brokenUtf8)],
                    _ => Encoding.UTF8.GetBytes(random.Pick(s_values)),
                };
        }
    }

    /// <summary>Changes the bytes behind a base64 text, or the text.</summary>
    private static byte[] Base64(byte[] value, SeededRandom random)
    {
        byte[] bytes = new byte[value.Length];
        if (random.Chance(0.3) || !Convert.TryFromBase64String(Encoding.Latin1.GetString(value), bytes, out int length))
        {
            return ByteMutator.Mutate(value, "=+/ \t\r"u8.ToArray(), random);
        }

        byte[] changed = ByteMutator.Mutate(bytes[..length], bytes, random);

        // A key of another length is refused at the door.
        Array.Resize(ref changed, random.Chance(0.8) ? length : changed.Length);
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(changed));
    }

    private static void Change(List<byte[]> lines, List<byte[]> others, SeededRandom random)
    {
        int place = random.Next(lines.Count);
        byte[] line = lines[place];
        int colon = Array.IndexOf(line, (byte)':');
        byte[] key = colon < 0 ? line : line[..colon];
        byte[] value = colon < 0 ? [] : line[(colon + 1)..];
        switch (random.Next(16))
        {
            case 0 when lines.Count > 1:
                lines.RemoveAt(place);
                break;
            case 1:
                lines.Insert(random.Next(lines.Count + 1), line);
                break;
            case 2:
                int second = random.Next(lines.Count);
                (lines[place], lines[second]) = (lines[second], lines[place]);
                break;
            case 3:
                lines[place] = [.. line, .. Repeated(random)];
                break;
            case 4:
                lines[place] = Line(Encoding.ASCII.GetBytes(random.Pick(s_keys)), value);
                break;
            case 5:
                lines[place] = Line(KeyInOtherForm(key, random), value);
                break;
            case 6:
                lines[place] = [.. line, (byte)'\r'];
                break;
            case 7:
                lines[place] = Line(key, [(byte)' ', .. value]);
                break;
            case 8:
                for (int i = 0; i < lines.Count; i++)
                {
                    lines[i] = RfcLine(lines[i]);
                }

                break;
            case 9:
                lines.Insert(place, random.Pick(others));
                break;
            case 10:
                lines[place] = random.Pick(others);
                break;
            case 11:
                lines.Insert(place, Line(Encoding.ASCII.GetBytes(random.Pick(s_keys)), Encoding.UTF8.GetBytes(random.Pick(s_values))));
                break;
            case 12:
                // The dual form, or a contradiction.
                lines.Insert(place, Line([.. key], [.. " "u8, .. value, .. random.Chance(0.5) ? " "u8 : "x"u8]));
                break;
            default:
                lines[place] = Line(key, Value(key, value, random));
                break;
        }
    }

    private static byte[] KeyInOtherForm(byte[] key, SeededRandom random) => random.Next(4) switch
    {
        0 => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(key).ToLowerInvariant()),
        1 => [.. " \t"u8, .. key],
        2 => [.. key, .. "\t \t                         "u8],
        _ => ByteMutator.Mutate(key, key, random),
    };

    private static byte[] Repeated(SeededRandom random)
    {
        byte[] bytes = new byte[random.Pick([1, 32, 64, 65, 127, 128, 129, 256, 257, 1_024, 1_025, 20_480, 27_308, 65_000])];
        bytes.AsSpan().Fill(random.Pick("x@. \\[A\u0000"u8.ToArray()));
        return bytes;
    }

    private static byte[] RfcLine(byte[] line)
    {
        int colon = Array.IndexOf(line, (byte)':');
        return colon < 0 || (colon + 1 < line.Length && line[colon + 1] == ' ') ? line : Line(line[..colon], [(byte)' ', .. line[(colon + 1)..]]);
    }

    private static byte[] Line(byte[] key, byte[] value) => [.. key, (byte)':', .. value];

    private static List<byte[]> Split(byte[] input)
    {
        var lines = new List<byte[]>();
        foreach (Range range in input.AsSpan().Split((byte)'\n'))
        {
            lines.Add(input[range]);
        }

        return lines;
    }

    private static byte[] Join(List<byte[]> lines)
    {
        var output = new List<byte>();
        for (int i = 0; i < lines.Count; i++)
        {
            output.AddRange(lines[i]);
            if (i < lines.Count - 1)
            {
                output.Add((byte)'\n');
            }
        }

        return [.. output];
    }
}
