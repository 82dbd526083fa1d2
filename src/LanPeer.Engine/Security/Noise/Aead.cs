using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

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

/// <summary>AES-256 in Galois/Counter mode (SP 800-38D); nonce: 4 zero bytes and the counter, big-endian (Noise §12.4).</summary>
internal sealed class AesGcmAead : Aead
{
    public static AesGcmAead Instance { get; } = new();

    public override string Name => "AESGCM";

    public override AeadKey CreateKey(ReadOnlySpan<byte> key) => new Key(key);

    private sealed class Key : AeadKey
    {
        private const int NonceLength = 12;

        // Pinned: else the collector leaves copies of it behind.
        private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(KeyLength, pinned: true);
        private AesGcm? _cipher;
        private bool _isDisposed;
        private ulong _next;

        public Key(ReadOnlySpan<byte> key)
        {
            key.CopyTo(_key);
        }

        private AesGcm Cipher => _cipher ?? Prepare();

        public override void Seal(ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text, Span<byte> sealedText)
        {
            // A counter used twice gives the key of the authentication away (SP 800-38D, appendix A): rather no datagram.
            if (counter < _next || counter > MaxCounter)
            {
                throw new InvalidOperationException("A counter was to be used twice.");
            }

            _next = counter + 1;
            Span<byte> nonce = stackalloc byte[NonceLength];
            BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], counter);
            Cipher.Encrypt(nonce, text, sealedText[..text.Length], sealedText.Slice(text.Length, TagLength), associatedData);
        }

        public override bool TryOpen(ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedText, Span<byte> text)
        {
            int length = sealedText.Length - TagLength;
            if (length < 0 || text.Length < length)
            {
                return false;
            }

            Span<byte> nonce = stackalloc byte[NonceLength];
            BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], counter);
            try
            {
                Cipher.Decrypt(nonce, sealedText[..length], sealedText[length..], text[..length], associatedData);
                return true;
            }
            catch (AuthenticationTagMismatchException)
            {
                return false;
            }
        }

        public override void Rest()
        {
            _cipher?.Dispose();
            _cipher = null;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                Rest();
                _isDisposed = true;
                CryptographicOperations.ZeroMemory(_key);
            }
        }

        private AesGcm Prepare()
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _cipher = new AesGcm(_key, TagLength);
        }
    }
}
