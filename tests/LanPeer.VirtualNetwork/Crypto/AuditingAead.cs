using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Threading;
using LanPeer.Security.Noise;

namespace LanPeer.VirtualNetwork;

/// <summary>
/// Notes every seal of a simulation and fails at the first counter that comes twice under a key, whoever made the key and
/// however often it was made: that would give away the key of the authentication (SP 800-38D, appendix A).
/// </summary>
internal sealed class AuditingAead : Aead
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ulong> _next = [];
    private long _made;

    public override string Name => AesGcmAead.Instance.Name;

    /// <summary>Datagrams sealed, handshakes and announcements included.</summary>
    public long Seals { get; private set; }

    /// <summary>Keys that have sealed something.</summary>
    public int Keys => _next.Count;

    /// <summary>How often a key has rested.</summary>
    public long Rests { get; private set; }

    public override AeadKey CreateKey(ReadOnlySpan<byte> key) => new Key(this, key);

    private void Note(string fingerprint, ulong counter)
    {
        lock (_gate)
        {
            if (_next.TryGetValue(fingerprint, out ulong next) && counter < next)
            {
                throw new InvalidOperationException($"Counter {counter} was used twice under one key.");
            }

            _next[fingerprint] = counter + 1;
            Seals++;
        }
    }

    private sealed class Key(AuditingAead audit, ReadOnlySpan<byte> key) : AeadKey
    {
        // In turn, so that what one has sealed the other opens.
        private readonly AeadKey _key = (audit._made++ % 2 == 0 ? AesGcmAead.Instance : AesGcmAead.Bcl).CreateKey(key);
        private readonly string _fingerprint = Convert.ToBase64String(SHA256.HashData(key));

        public override void Seal(ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text, Span<byte> sealedText)
        {
            audit.Note(_fingerprint, counter);
            _key.Seal(counter, associatedData, text, sealedText);
        }

        public override bool TryOpen(ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedText, Span<byte> text)
            => _key.TryOpen(counter, associatedData, sealedText, text);

        public override void Rest()
        {
            audit.Rests++;
            _key.Rest();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _key.Dispose();
            }
        }
    }
}
