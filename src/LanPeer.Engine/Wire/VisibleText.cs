using System;
using System.Globalization;
using System.Text;

namespace LanPeer.Wire;

/// <summary>
/// Makes control characters visible, so that a text from the network cannot command the terminal it is shown on:
/// C0 and DEL become the control pictures of Unicode block 2400, C1, line separators and bidirectional overrides
/// become <c>\u{XXXX}</c>.
/// </summary>
internal static class VisibleText
{
    /// <summary>
    /// A character that changes how others are shown, or where, or that shows nothing and makes two names look alike:
    /// never shown raw. The joiners U+200C and U+200D stay: Persian and emoji need them.
    /// </summary>
    public static bool IsHidden(Rune rune) => rune.Value switch
    {
        < 0x20 or 0x7F => true,
        >= 0x80 and <= 0x9F => true,
        0x00AD or 0x061C or 0x115F or 0x1160 or 0x180E or 0x200B or 0x200E or 0x200F or 0x3164 or 0xFEFF or 0xFFA0 => true,
        >= 0x2028 and <= 0x202E => true,
        >= 0x2060 and <= 0x206F => true,
        >= 0xFFF9 and <= 0xFFFB => true,
        >= 0xE0000 and <= 0xE007F => true,
        _ => false,
    };

    /// <summary>A single line: line breaks and tabs are made visible too. For names and ids.</summary>
    public static string Line(string text) => Make(text, keepLayout: false);

    /// <summary>A text: line feeds, CR LF pairs and tabs stay. A lone CR does not: it would overwrite its line.</summary>
    public static string Block(string text) => Make(text, keepLayout: true);

    private static string Make(string text, bool keepLayout)
    {
        int first = FirstHidden(text, keepLayout);
        if (first < 0)
        {
            return text;
        }

        var builder = new StringBuilder(text.Length + 16).Append(text, 0, first);
        for (int i = first; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out Rune rune))
            {
                builder.Append('\uFFFD');
                i++;
                continue;
            }

            if (IsHidden(rune) && !(keepLayout && IsLayout(text, i)))
            {
                AppendVisible(builder, rune);
            }
            else
            {
                builder.Append(text, i, rune.Utf16SequenceLength);
            }

            i += rune.Utf16SequenceLength;
        }

        return builder.ToString();
    }

    private static int FirstHidden(string text, bool keepLayout)
    {
        for (int i = 0; i < text.Length; i++)
        {
            int plain = text.AsSpan(i).IndexOfAnyExceptInRange(' ', '~');
            if (plain < 0)
            {
                return -1;
            }

            i += plain;
            char c = text[i];
            bool suspect = c < 0x20 || (c >= 0x7F && (char.IsSurrogate(c) || IsHidden(new Rune(c))));
            if (suspect && !(keepLayout && IsLayout(text, i)))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsLayout(string text, int index) => text[index] switch
    {
        '\n' or '\t' => true,
        '\r' => index + 1 < text.Length && text[index + 1] == '\n',
        _ => false,
    };

    private static void AppendVisible(StringBuilder builder, Rune rune)
    {
        if (rune.Value < 0x20)
        {
            builder.Append((char)(0x2400 + rune.Value));
        }
        else if (rune.Value == 0x7F)
        {
            builder.Append('\u2421');
        }
        else
        {
            builder.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X4}}}");
        }
    }
}
