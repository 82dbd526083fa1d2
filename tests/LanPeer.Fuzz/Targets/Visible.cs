using System.Text;

namespace LanPeer.Fuzz;

/// <summary>What may be shown on a terminal, by the list of docs/protocol.md, "User ids", and not by the code's.</summary>
internal static class Visible
{
    /// <summary>First and last of each range that is never shown raw.</summary>
    private static readonly (int First, int Last)[] s_hidden =
    [
        (0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x115F, 0x1160), (0x180E, 0x180E), (0x200B, 0x200B), (0x200E, 0x200F),
        (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F),
    ];

    /// <summary>A character at, in or beside one of these ranges.</summary>
    public static Rune Suspect(VirtualNetwork.SeededRandom random)
    {
        (int first, int last) = random.Pick(s_hidden);
        int value = random.Next(System.Math.Max(first - 1, 0), last + 2);
        return new Rune(value);
    }

    /// <exception cref="RuleBrokenException">It has a character that commands a terminal or hides something.</exception>
    public static void Check(string text, bool isLine)
    {
        for (int i = 0; i < text.Length; i++)
        {
            bool isLayout = !isLine && (text[i] is '\n' or '\t' || (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n'));
            if (!Rune.TryGetRuneAt(text, i, out Rune rune) || (IsHidden(rune) && !isLayout))
            {
                throw new RuleBrokenException($"U+{(int)text[i]:X4} is shown raw");
            }

            i += rune.Utf16SequenceLength - 1;
        }
    }

    private static bool IsHidden(Rune rune)
    {
        foreach ((int first, int last) in s_hidden)
        {
            if (rune.Value >= first && rune.Value <= last)
            {
                return true;
            }
        }

        return false;
    }
}
