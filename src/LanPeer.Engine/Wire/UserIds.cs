using System;
using System.Text;

namespace LanPeer.Wire;

/// <summary>User ids, <c>name@host</c>: what is accepted from the network and what LanPeer gives itself.</summary>
internal static class UserIds
{
    /// <summary>The id of the seed's discovery tool: it asks under this name and is no peer (REFERENCE D3).</summary>
    public static ReadOnlySpan<byte> SeedScanner => "scanner@127.0.0.1"u8;

    /// <summary>The longest name a user may choose, in UTF-16 units.</summary>
    public const int MaxName = 64;

    /// <summary>
    /// Tolerant: the seed checks nothing, so inner blanks and any script pass. Control characters never do: an id is
    /// shown, stored and sent back to others.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> id)
    {
        int at = id.LastIndexOf((byte)'@');
        if (id.Length > WireLimits.MaxUserId || at < 1 || at == id.Length - 1 || id[0] == ' ' || id[^1] == ' ')
        {
            return false;
        }

        // Nearly all are plain ASCII, of which nothing between blank and tilde is hidden: one look instead of one a letter.
        int odd = id.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
        id = odd < 0 ? default : id[odd..];
        while (!id.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(id, out Rune rune, out int used) != System.Buffers.OperationStatus.Done
                || VisibleText.IsHidden(rune))
            {
                return false;
            }

            id = id[used..];
        }

        return true;
    }

    /// <summary>
    /// Strict, for names chosen here: letters, digits, <c>- _ .</c>; anything else breaks somebody's parser
    /// (REFERENCE D25). The Hangul fillers are letters that show nothing, and nobody would take an id with one.
    /// </summary>
    public static bool IsValidName(string name)
    {
        if (name.Length is 0 or > MaxName || name[0] is '.' or '-' || Encoding.UTF8.GetByteCount(name) > 100)
        {
            return false;
        }

        foreach (Rune rune in name.EnumerateRunes())
        {
            if ((!Rune.IsLetterOrDigit(rune) && rune.Value is not ('-' or '_' or '.')) || VisibleText.IsHidden(rune))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The part before the last @.</summary>
    public static ReadOnlySpan<byte> NamePart(ReadOnlySpan<byte> id)
    {
        int at = id.LastIndexOf((byte)'@');
        return at < 0 ? id : id[..at];
    }

    /// <summary>The address behind the last @, when the host part is one (<c>charlie@device888</c> has none).</summary>
    public static bool TryGetAddress(ReadOnlySpan<byte> id, out uint address)
        => Ipv4Endpoint.TryParseAddress(id[(id.LastIndexOf((byte)'@') + 1)..], out address);
}
