using System;

namespace LanPeer.Wire;

/// <summary>
/// Whether a text is a JSON array of strings (RFC 8259). The platform's reader says so by an exception, which a stranger
/// could provoke 60,000 times a second; this says so by a bool.
/// </summary>
internal static class JsonStringArray
{
    /// <param name="json">Well-formed UTF-8.</param>
    public static bool IsValid(ReadOnlySpan<byte> json)
    {
        int at = 0;
        if (!Take(json, ref at, '['))
        {
            return false;
        }

        if (!Take(json, ref at, ']'))
        {
            do
            {
                if (!TakeString(json, ref at))
                {
                    return false;
                }
            }
            while (Take(json, ref at, ','));

            if (!Take(json, ref at, ']'))
            {
                return false;
            }
        }

        SkipBlanks(json, ref at);
        return at == json.Length;
    }

    private static bool TakeString(ReadOnlySpan<byte> json, ref int at)
    {
        if (!Take(json, ref at, '"'))
        {
            return false;
        }

        bool isHighPending = false;
        while (at < json.Length && json[at] >= 0x20)
        {
            byte b = json[at++];
            if (b == '"')
            {
                return !isHighPending;
            }

            int unit = -1;
            if (b == '\\' && !TakeEscape(json, ref at, out unit))
            {
                return false;
            }

            // An escaped high surrogate must be followed by an escaped low one, and none may stand alone.
            if (isHighPending != unit is >= 0xDC00 and <= 0xDFFF)
            {
                return false;
            }

            isHighPending = unit is >= 0xD800 and <= 0xDBFF;
        }

        return false;
    }

    /// <param name="json">The text.</param>
    /// <param name="at">Behind the backslash.</param>
    /// <param name="unit">The UTF-16 unit of a \u escape, else -1.</param>
    private static bool TakeEscape(ReadOnlySpan<byte> json, ref int at, out int unit)
    {
        unit = -1;
        if (at >= json.Length)
        {
            return false;
        }

        byte kind = json[at++];
        if (kind != 'u')
        {
            return "\"\\/bfnrt"u8.Contains(kind);
        }

        unit = 0;
        for (int i = 0; i < 4; i++, at++)
        {
            int digit = at < json.Length ? HexValue(json[at]) : -1;
            if (digit < 0)
            {
                return false;
            }

            unit = (unit * 16) + digit;
        }

        return true;
    }

    private static int HexValue(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };

    private static bool Take(ReadOnlySpan<byte> json, ref int at, char wanted)
    {
        SkipBlanks(json, ref at);
        bool isThere = at < json.Length && json[at] == wanted;
        at += isThere ? 1 : 0;
        return isThere;
    }

    private static void SkipBlanks(ReadOnlySpan<byte> json, ref int at)
    {
        while (at < json.Length && (json[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
        {
            at++;
        }
    }
}
