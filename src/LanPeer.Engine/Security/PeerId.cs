using System;
using System.Buffers;
using System.Security.Cryptography;

namespace LanPeer.Security;

/// <summary>
/// PEER_ID, who a peer is: the first 160 bits of the SHA-256 of both its public keys, in 32 characters of base32
/// (RFC 4648 §6). Finding a second pair of keys with the same id takes 2^160 tries, so people may compare ids instead
/// of keys.
/// </summary>
internal static class PeerId
{
    /// <summary>Characters of an id.</summary>
    public const int Length = 32;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private static readonly SearchValues<byte> s_alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"u8);

    /// <summary>The id of a pair of public keys.</summary>
    /// <param name="agreementKey">The Noise static key, an uncompressed P-256 point.</param>
    /// <param name="signingKey">The ECDSA key, an uncompressed P-256 point.</param>
    public static string Compute(ReadOnlySpan<byte> agreementKey, ReadOnlySpan<byte> signingKey)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("LanPeer PEER_ID 1"u8);
        hash.AppendData(agreementKey);
        hash.AppendData(signingKey);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        Span<char> id = stackalloc char[Length];
        for (int i = 0; i < Length; i++)
        {
            id[i] = Alphabet[FiveBits(digest, 5 * i)];
        }

        return new string(id);
    }

    /// <summary>Whether a text from the network has the form of an id.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text)
        => text.Length == Length && text.IndexOfAnyExcept(s_alphabet) < 0;

    /// <summary>As people compare it: eight groups of four.</summary>
    public static string Grouped(string peerId)
    {
        const int groups = Length / 4;
        return string.Create(Length + groups - 1, peerId, static (text, id) =>
        {
            text.Fill('-');
            for (int i = 0; i < groups; i++)
            {
                id.AsSpan(4 * i, 4).CopyTo(text[(5 * i)..]);
            }
        });
    }

    /// <summary>Takes an id as people write it: in groups with hyphens or blanks, in small letters, or plain.</summary>
    public static bool TryNormalize(string? text, out string peerId)
    {
        Span<char> id = stackalloc char[Length];
        int used = 0;
        foreach (char character in text ?? "")
        {
            if (character is '-' or ' ')
            {
                continue;
            }

            char upper = char.ToUpperInvariant(character);
            if (used == Length || !char.IsAscii(character) || !Alphabet.Contains(upper, StringComparison.Ordinal))
            {
                used = 0;
                break;
            }

            id[used++] = upper;
        }

        peerId = used == Length ? new string(id) : "";
        return used == Length;
    }

    private static int FiveBits(ReadOnlySpan<byte> bytes, int at)
        => (((bytes[at / 8] << 8) | bytes[(at / 8) + 1]) >> (11 - (at % 8))) & 31;
}
