using System;

namespace LanPeer.Security.Noise;

/// <summary>A cipher as the Noise framework asks for (§4.2): authenticated, with a 64-bit counter as nonce.</summary>
internal abstract class Aead
{
    /// <summary>Bytes added to each text.</summary>
    public const int TagLength = 16;

    public const int KeyLength = 32;

    /// <summary>The last counter is reserved (Noise §5.1).</summary>
    public const ulong MaxCounter = ulong.MaxValue - 1;

    /// <summary>Its name in a protocol name, such as <c>AESGCM</c>.</summary>
    public abstract string Name { get; }

    public abstract AeadKey CreateKey(ReadOnlySpan<byte> key);
}

/// <summary>One key of an <see cref="Aead"/>. Whoever uses it sees to it that no counter is used twice.</summary>
internal abstract class AeadKey : IDisposable
{
    /// <summary>Seals a text; the tag follows it.</summary>
    /// <param name="counter">Never used before with this key.</param>
    /// <param name="associatedData">Authenticated with it.</param>
    /// <param name="text">What to seal.</param>
    /// <param name="sealedText">16 bytes longer than the text; may begin where the text begins.</param>
    public abstract void Seal(ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text, Span<byte> sealedText);

    /// <summary>Opens what <see cref="Seal"/> made; false when anything about it is wrong, and then the output is worthless.</summary>
    public abstract bool TryOpen(ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedText, Span<byte> text);

    /// <summary>Gives back what it has prepared; its next use prepares it again.</summary>
    public abstract void Rest();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
