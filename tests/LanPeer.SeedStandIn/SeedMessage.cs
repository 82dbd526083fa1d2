using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace LanPeer.SeedStandIn;

/// <summary>The framing of the seed's program: KEY:VALUE lines and an empty line, nothing escaped.</summary>
public static class SeedMessage
{
    internal static readonly IReadOnlyDictionary<string, string> NoFields = FrozenDictionary<string, string>.Empty;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes the fields in the given order. Line breaks in a value go out as they are (D6).</summary>
    public static byte[] Encode(params (string Key, string Value)[] fields)
    {
        var text = new StringBuilder();
        for (int i = 0; i < fields.Length; i++)
        {
            text.Append(i == 0 ? "" : "\n").Append(fields[i].Key).Append(':').Append(fields[i].Value);
        }

        return _strict.GetBytes(text.Append("\n\n").ToString());
    }

    /// <summary>
    /// Reads one datagram: strict UTF-8 (throws <see cref="DecoderFallbackException"/>), lines without a colon
    /// dropped, the last of equal keys kept, nothing trimmed, the end not looked at.
    /// </summary>
    public static Dictionary<string, string> Decode(ReadOnlySpan<byte> datagram)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in _strict.GetString(datagram).Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0)
            {
                fields[line[..colon]] = line[(colon + 1)..];
            }
        }

        return fields;
    }

    /// <summary>A new MESSAGE_ID: 16 lower-case hex digits.</summary>
    public static string NewMessageId() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>The time as TIMESTAMP has it: whole seconds since 1970.</summary>
    public static string Now() => DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Reads a whole number with the tolerance of the seed's language: blanks around it, a sign, single
    /// underscores between digits, any size. That is why a PORT of -1 or 10^20 gets into the table (D21).
    /// </summary>
    public static bool TryReadNumber(string text, out BigInteger number)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        bool negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
        {
            rest = rest[1..];
        }

        number = BigInteger.Zero;
        bool digitBefore = false;
        if (rest.Length > 4300)
        {
            return false;
        }

        var digits = new StringBuilder(rest.Length);
        foreach (char c in rest)
        {
            if (char.IsAsciiDigit(c))
            {
                digits.Append(c);
                digitBefore = true;
            }
            else if (c == '_' && digitBefore)
            {
                digitBefore = false;
            }
            else
            {
                return false;
            }
        }

        // Neither an empty text nor a trailing underscore is a number.
        if (!digitBefore)
        {
            return false;
        }

        number = BigInteger.Parse(digits.ToString(), NumberStyles.None, CultureInfo.InvariantCulture);
        number = negative ? -number : number;
        return true;
    }
}
