using System.Globalization;
using System.Text;

namespace LanPeer.Host;

/// <summary>How many cells of a terminal a text takes: names and messages are not only Latin.</summary>
internal static class CellWidth
{
    private const char Escape = '\u001b';

    // First and last code points of the blocks that terminals draw two cells wide.
    private static readonly (int First, int Last)[] _wide =
    [
        (0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7A3), (0xF900, 0xFAFF),
        (0xFE30, 0xFE6F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF),
        (0x1F900, 0x1F9FF), (0x20000, 0x3FFFD),
    ];

    /// <summary>The cells of a text; escape sequences that set colours take none.</summary>
    public static int Of(string text)
    {
        int cells = 0;
        bool inSequence = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (inSequence)
            {
                inSequence = rune.Value is '[' or ';' or '?' or (>= '0' and <= '9');
            }
            else if (rune.Value == Escape)
            {
                inSequence = true;
            }
            else
            {
                cells += Of(rune);
            }
        }

        return cells;
    }

    /// <summary>The cells of one character: none, one or two.</summary>
    public static int Of(Rune rune)
    {
        if (rune.Value is >= ' ' and < 0x300)
        {
            return rune.Value is >= 0x7F and < 0xA0 ? 0 : 1;
        }

        UnicodeCategory category = Rune.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.Control)
        {
            return 0;
        }

        foreach ((int first, int last) in _wide)
        {
            if (rune.Value >= first && rune.Value <= last)
            {
                return 2;
            }
        }

        return 1;
    }
}
