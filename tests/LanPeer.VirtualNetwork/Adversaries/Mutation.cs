using System;
using System.Collections.Generic;
using System.Text;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <summary>Datagrams that are nearly right.</summary>
internal static class Mutation
{
    /// <summary>Keys whose values an inventor of datagrams would want to choose.</summary>
    private static readonly string[] s_keys =
        ["USER_ID", "FROM", "TO", "PORT", "PROTO", "PEER_ID", "KEY", "BOOT", "CAPS", "ASK", "ANSWER", "MESSAGE_ID", "CONTENT", "TIMESTAMP"];

    private static readonly string[] s_types =
        ["PEER_DISCOVERY", "POST", "DM", "PROFILE", "PING", "LEAVE", "PEER_LIST_REQUEST", "PEER_LIST_RESPONSE", "ACK"];

    /// <summary>One to three changes to a datagram; <paramref name="other"/> lends its parts.</summary>
    public static byte[] Of(byte[] bytes, byte[] other, SeededRandom random)
    {
        List<byte> changed = [.. bytes];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            Change(changed, other, random);
        }

        return [.. changed];
    }

    /// <summary>A datagram of nothing that was seen.</summary>
    public static byte[] Invention(SeededRandom random)
    {
        if (random.Chance(0.5))
        {
            byte[] noise = new byte[random.Next(1, 1_300)];
            random.Fill(noise);

            // What LanPeer peers say to each other begins so; the second byte is a small number there.
            noise[0] = random.Chance(0.7) ? (byte)0xF5 : noise[0];
            if (noise.Length > 1)
            {
                noise[1] = (byte)random.Next(8);
            }

            return noise;
        }

        var text = new StringBuilder();
        text.Append("TYPE:").Append(random.Pick(s_types)).Append('\n');
        for (int i = random.Next(8); i > 0; i--)
        {
            text.Append(random.Pick(s_keys)).Append(':').Append(random.Draw().ToString("x16", null)).Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.Append('\n').ToString());
    }

    private static void Change(List<byte> bytes, byte[] other, SeededRandom random)
    {
        int at = random.Next(bytes.Count + 1);
        switch (random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 3:
                byte[] more = new byte[random.Next(1, 64)];
                random.Fill(more);
                bytes.AddRange(more);
                break;
            case 4:
                SwapPart(bytes, other, at, random.Next(1, 64));
                break;
            case 5:
                SwapLine(bytes, other, random);
                break;
            default:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 16), bytes.Count - at));
                break;
        }

        if (bytes.Count > WireLimits.MaxDatagram)
        {
            bytes.RemoveRange(WireLimits.MaxDatagram, bytes.Count - WireLimits.MaxDatagram);
        }
    }

    /// <summary>The same place of the other datagram: a field of a binary header or a part of its sealed bytes.</summary>
    private static void SwapPart(List<byte> bytes, byte[] other, int at, int length)
    {
        for (int i = at; i < at + length && i < bytes.Count && i < other.Length; i++)
        {
            bytes[i] = other[i];
        }
    }

    /// <summary>The other datagram's line of the same key: another's id, nonce or key in a message that is right but for that.</summary>
    private static void SwapLine(List<byte> bytes, byte[] other, SeededRandom random)
    {
        string[] lines = Encoding.Latin1.GetString([.. bytes]).Split('\n');
        string[] others = Encoding.Latin1.GetString(other).Split('\n');
        int place = random.Next(lines.Length);
        int colon = lines[place].IndexOf(':', StringComparison.Ordinal);
        string? line = colon < 0 ? null
            : Array.Find(others, one => one.StartsWith(lines[place][..(colon + 1)], StringComparison.Ordinal));
        if (line is not null)
        {
            lines[place] = line;
            bytes.Clear();
            bytes.AddRange(Encoding.Latin1.GetBytes(string.Join('\n', lines)));
        }
    }
}
