using System;
using System.Security.Cryptography;

namespace LanPeer.Security.Noise;

/// <summary>AES-256-GCM with one key, prepared. One thread at a time.</summary>
internal interface IGcmCipher : IDisposable
{
    /// <summary>Bytes of a nonce (SP 800-38D, section 8.2: 96 bits).</summary>
    public const int NonceLength = 12;

    /// <summary>Seals a text.</summary>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="associatedData">Authenticated with it.</param>
    /// <param name="text">What to seal.</param>
    /// <param name="sealedText">As long as the text; the same memory or other memory, but not a part of it.</param>
    /// <param name="tag">Receives 16 bytes.</param>
    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text, Span<byte> sealedText, Span<byte> tag);

    /// <summary>Opens what <see cref="Seal"/> made; false when the tag is not the one that belongs to all the rest, and then the output is zeros.</summary>
    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedText, ReadOnlySpan<byte> tag, Span<byte> text);
}

/// <summary>By the BCL, for every system.</summary>
internal sealed class BclGcm(ReadOnlySpan<byte> key) : IGcmCipher
{
    private readonly AesGcm _cipher = new(key, Aead.TagLength);

    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text, Span<byte> sealedText, Span<byte> tag)
        => _cipher.Encrypt(nonce, text, sealedText, tag, associatedData);

    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedText, ReadOnlySpan<byte> tag, Span<byte> text)
    {
        try
        {
            _cipher.Decrypt(nonce, sealedText, tag, text, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _cipher.Dispose();
}
