using System;
using System.Linq;

namespace LanPeer.Cmdlets;

/// <summary>PEER_IDs as people write them: 32 letters A to Z and digits 2 to 7, in groups of four or not.</summary>
internal static class PeerIdText
{
    private const int Length = 32;

    /// <summary>Whether a text is a PEER_ID; nobody is meant by it then but whoever has proven it.</summary>
    /// <param name="text">In groups with hyphens or blanks, in small letters, or plain.</param>
    /// <param name="peerId">In groups of four, as all objects have it.</param>
    public static bool TryRead(string text, out string peerId)
    {
        char[] id = [.. Plain(text).Select(char.ToUpperInvariant)];
        bool isId = id.Length == Length && Array.TrueForAll(id, c => c is (>= 'A' and <= 'Z') or (>= '2' and <= '7'));
        peerId = isId ? string.Join('-', id.Chunk(4).Select(group => new string(group))) : "";
        return isId;
    }

    /// <summary>Whether a text that is no PEER_ID was meant to be one: about as long, of letters and digits alone.</summary>
    public static bool IsMistyped(string text)
    {
        string plain = Plain(text);
        return plain.Length is >= Length - 4 and <= Length + 4 && plain.All(char.IsAsciiLetterOrDigit) && !TryRead(text, out _);
    }

    private static string Plain(string text)
        => text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
}
