using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.VirtualNetwork;

namespace LanPeer.Fuzz;

/// <summary>Changes to JSON, by its tokens: peer lists, and the files of the state folder.</summary>
internal static class JsonMutator
{
    private static readonly string[] s_tokens =
    [
        "[", "]", "{", "}", ",", ":", "null", "true", "0", "-1", "1e999", "18446744073709551616", "9223372036854775807", "9223372036854775808", "1.0",
        "\"\"", "\"a@b\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"", "\"\\/\"", "\"\\x\"", "\"", "'", "//x", "/**/",
        "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59-14:00\"", "\"2030-02-30T00:00:00Z\"", "\"Pinned\"", "\"Blocked\"", "\"Approved\"",
        "\"version\"", "\"pins\"", "\"userIds\"", "\"AAAA\"", "\"10.77.0.9:9000\"", "\t", "\r\n", " ", "\u00a0", "\ufeff",
    ];

    /// <summary>One to four changes; now and then without regard to tokens.</summary>
    public static byte[] Mutate(byte[] input, byte[] other, SeededRandom random)
    {
        if (random.Chance(0.2))
        {
            return ByteMutator.Mutate(input, other, random);
        }

        List<byte[]> tokens = Split(input);
        List<byte[]> others = Split(other);
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            Change(tokens, others, random);
        }

        byte[] output = [.. tokens.SelectMany(token => token)];
        return output.Length > ByteMutator.MaxLength ? output[..ByteMutator.MaxLength] : output;
    }

    private static void Change(List<byte[]> tokens, List<byte[]> others, SeededRandom random)
    {
        int place = random.Next(tokens.Count + 1);
        int length = System.Math.Min(random.Next(1, 6), tokens.Count - place);
        switch (random.Next(8))
        {
            case 0:
                tokens.RemoveRange(place, length);
                break;
            case 1:
                tokens.InsertRange(place, tokens.GetRange(place, length));
                break;
            case 2 when place < tokens.Count:
                int second = random.Next(tokens.Count);
                (tokens[place], tokens[second]) = (tokens[second], tokens[place]);
                break;
            case 3 when place < tokens.Count:
                tokens[place] = Encoding.UTF8.GetBytes(random.Pick(s_tokens));
                break;
            case 4:
                tokens.Insert(place, Encoding.UTF8.GetBytes(random.Pick(s_tokens)));
                break;
            case 5 when place < tokens.Count:
                tokens[place] = ByteMutator.Mutate(tokens[place], "\\\"u0000d8"u8.ToArray(), random);
                break;
            case 6 when others.Count > 0:
                tokens.Insert(place, random.Pick(others));
                break;
            default:
                // Many of one: deep nesting, long lists, a thousand ids.
                byte[] token = place < tokens.Count ? tokens[place] : "["u8.ToArray();
                byte[] comma = random.Chance(0.5) ? [(byte)','] : [];
                int times = random.Chance(0.1) ? 2_000 : random.Next(2, 12);
                tokens.Insert(place, [.. Enumerable.Repeat<byte[]>([.. token, .. comma], times).SelectMany(one => one)]);
                break;
        }
    }

    /// <summary>Strings, words, blanks and single signs. Joined, they are the input.</summary>
    private static List<byte[]> Split(byte[] input)
    {
        var tokens = new List<byte[]>();
        for (int at = 0; at < input.Length;)
        {
            int end = at + 1;
            if (input[at] == '"')
            {
                while (end < input.Length && input[end] != '"')
                {
                    end += input[end] == '\\' ? 2 : 1;
                }

                end++;
            }
            else if (IsWord(input[at]))
            {
                while (end < input.Length && IsWord(input[end]))
                {
                    end++;
                }
            }

            end = System.Math.Min(end, input.Length);
            tokens.Add(input[at..end]);
            at = end;
        }

        return tokens;
    }

    private static bool IsWord(byte b) => b is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or (byte)'-' or (byte)'+' or (byte)'.';
}
