using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LanPeer.Security.Noise;

/// <summary>AES-256 in Galois/Counter mode (SP 800-38D); nonce: 4 zero bytes and the counter, big-endian (Noise §12.4).</summary>
internal sealed class AesGcmAead : Aead
{
    /// <summary>The switch, in the environment, that keeps to what the BCL has: "managed".</summary>
    public const string Variable = "LANPEER_CIPHER";

    /// <summary>The same switch for programs that host a peer (AppContext).</summary>
    public const string SwitchName = "LanPeer.ManagedCipher";

    // Asked for only where it is used: the switch is for systems on which that may go wrong.
    private static readonly Lazy<AesGcmAead?> s_openSsl = new(static () => OpenSslGcm.IsThere ? new(usesOpenSsl: true) : null);

    private readonly bool _usesOpenSsl;

    private AesGcmAead(bool usesOpenSsl)
    {
        _usesOpenSsl = usesOpenSsl;
    }

    /// <summary>The quickest there is, unless the switch says otherwise.</summary>
    public static AesGcmAead Instance => KeepsToBcl ? Bcl : OpenSsl ?? Bcl;

    /// <summary>The BCL's: for every system.</summary>
    public static AesGcmAead Bcl { get; } = new(usesOpenSsl: false);

    /// <summary>Null where the system has none that the BCL works with.</summary>
    public static AesGcmAead? OpenSsl => s_openSsl.Value;

    public override string Name => "AESGCM";

    private static bool KeepsToBcl
        => (AppContext.TryGetSwitch(SwitchName, out bool isManaged) && isManaged)
            || string.Equals(Environment.GetEnvironmentVariable(Variable), "managed", StringComparison.OrdinalIgnoreCase);

    public override AeadKey CreateKey(ReadOnlySpan<byte> key) => new Key(key, _usesOpenSsl);

    private sealed class Key : AeadKey
    {
        // Pinned: else the collector leaves copies of it behind.
        private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(KeyLength, pinned: true);
        private readonly bool _usesOpenSsl;
        private IGcmCipher? _cipher;
        private bool _isDisposed;
        private ulong _next;

        public Key(ReadOnlySpan<byte> key, bool usesOpenSsl)
        {
            key.CopyTo(_key);
            _usesOpenSsl = usesOpenSsl;
        }

        private IGcmCipher Cipher => _cipher ?? Prepare();

        public override void Seal(ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text, Span<byte> sealedText)
        {
            // A counter used twice gives the key of the authentication away (SP 800-38D, appendix A): rather no datagram.
            if (counter < _next || counter > MaxCounter)
            {
                throw new InvalidOperationException("A counter was to be used twice.");
            }

            CheckPlaces(text, sealedText[..(text.Length + TagLength)]);
            _next = counter + 1;
            Span<byte> nonce = stackalloc byte[IGcmCipher.NonceLength];
            BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], counter);
            Cipher.Seal(nonce, associatedData, text, sealedText[..text.Length], sealedText.Slice(text.Length, TagLength));
        }

        public override bool TryOpen(ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedText, Span<byte> text)
        {
            int length = sealedText.Length - TagLength;
            if (length < 0 || text.Length < length)
            {
                return false;
            }

            CheckPlaces(sealedText, text[..length]);
            Span<byte> nonce = stackalloc byte[IGcmCipher.NonceLength];
            BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], counter);
            return Cipher.TryOpen(nonce, associatedData, sealedText[..length], sealedText[length..], text[..length]);
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

        /// <summary>In its own place or in another one; over a part of itself neither cipher notices, and makes nonsense.</summary>
        private static void CheckPlaces(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
        {
            if (from.Overlaps(to, out int offset) && offset != 0)
            {
                throw new InvalidOperationException("A text was to be written over a part of itself.");
            }
        }

        private IGcmCipher Prepare()
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _cipher = _usesOpenSsl ? new OpenSslGcm(_key) : new BclGcm(_key);
        }
    }
}
