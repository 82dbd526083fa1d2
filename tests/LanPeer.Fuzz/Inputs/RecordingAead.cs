using System;
using System.Collections.Generic;
using LanPeer.Security.Noise;

namespace LanPeer.Fuzz;

/// <summary>Notes what is sealed, which is what an attacker with keys of his own would seal.</summary>
internal sealed class RecordingAead(Aead aead, List<(int AssociatedLength, byte[] Text)> record) : Aead
{
    public override string Name => aead.Name;

    public override AeadKey CreateKey(ReadOnlySpan<byte> key) => new Key(aead.CreateKey(key), record);

    private sealed class Key(AeadKey key, List<(int AssociatedLength, byte[] Text)> record) : AeadKey
    {
        public override void Seal(ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text, Span<byte> sealedText)
        {
            record.Add((associatedData.Length, text.ToArray()));
            key.Seal(counter, associatedData, text, sealedText);
        }

        public override bool TryOpen(ulong counter, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedText, Span<byte> text)
            => key.TryOpen(counter, associatedData, sealedText, text);

        public override void Rest() => key.Rest();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                key.Dispose();
            }
        }
    }
}
