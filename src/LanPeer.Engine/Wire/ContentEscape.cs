using System;
using System.Buffers;
using System.Text;

namespace LanPeer.Wire;

/// <summary>
/// <c>CONTENT_ENCODING:escape</c>: CR, LF and NUL, which a value must not hold, travel as <c>\r \n \0</c>, and a
/// backslash as <c>\\</c>. Old peers show the escapes, new ones restore the text exactly.
/// </summary>
internal static class ContentEscape
{
    private static readonly SearchValues<char> s_forbidden = SearchValues.Create("\r\n\0");

    public static ReadOnlySpan<byte> Name => "escape"u8;

    /// <summary>Whether a text cannot travel as it is.</summary>
    public static bool IsNeeded(ReadOnlySpan<char> text) => text.IndexOfAny(s_forbidden) >= 0;

    public static string Encode(string text)
    {
        var builder = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            _ = c switch
            {
                '\n' => builder.Append("\\n"),
                '\r' => builder.Append("\\r"),
                '\0' => builder.Append("\\0"),
                '\\' => builder.Append("\\\\"),
                _ => builder.Append(c),
            };
        }

        return builder.ToString();
    }

    public static bool IsValid(ReadOnlySpan<byte> content)
    {
        for (int slash; (slash = content.IndexOf((byte)'\\')) >= 0; content = content[(slash + 2)..])
        {
            if (slash + 1 >= content.Length || content[slash + 1] is not ((byte)'n' or (byte)'r' or (byte)'0' or (byte)'\\'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Undoes <see cref="Encode"/>; call only what <see cref="IsValid"/> accepted.</summary>
    public static string Decode(ReadOnlySpan<byte> content)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(content.Length);
        int written = 0;
        for (int i = 0; i < content.Length; i++)
        {
            buffer[written++] = content[i] != '\\' ? content[i] : content[++i] switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'0' => (byte)'\0',
                byte other => other,
            };
        }

        string text = Encoding.UTF8.GetString(buffer, 0, written);
        ArrayPool<byte>.Shared.Return(buffer);
        return text;
    }
}
