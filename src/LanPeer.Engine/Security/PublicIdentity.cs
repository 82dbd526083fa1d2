using System;
using System.Diagnostics.CodeAnalysis;
using LanPeer.Security.Noise;

namespace LanPeer.Security;

/// <summary>Who a peer is: its two public keys and the id that commits to both. Equal ids mean equal keys.</summary>
internal sealed class PublicIdentity : IEquatable<PublicIdentity>
{
    private readonly byte[] _agreementKey;
    private readonly byte[] _signingKey;
    private string? _grouped;

    private PublicIdentity(ReadOnlySpan<byte> agreementKey, ReadOnlySpan<byte> signingKey)
    {
        _agreementKey = agreementKey.ToArray();
        _signingKey = signingKey.ToArray();
        PeerId = Security.PeerId.Compute(agreementKey, signingKey);
    }

    /// <summary>32 characters of base32 (<see cref="Security.PeerId"/>).</summary>
    public string PeerId { get; }

    /// <summary>The same as people compare it; made when it is first asked for.</summary>
    public string GroupedPeerId => _grouped ??= Security.PeerId.Grouped(PeerId);

    /// <summary>The Noise static key: an uncompressed P-256 point, 65 bytes.</summary>
    public ReadOnlySpan<byte> AgreementKey => _agreementKey;

    /// <summary>The ECDSA key: an uncompressed P-256 point, 65 bytes.</summary>
    public ReadOnlySpan<byte> SigningKey => _signingKey;

    /// <summary>Takes two keys from the network or a file.</summary>
    /// <returns>False when one is no point of the curve; never throws for that.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> agreement, ReadOnlySpan<byte> signing, [NotNullWhen(true)] out PublicIdentity? identity)
    {
        identity = P256Agreement.IsPoint(agreement) && P256Agreement.IsPoint(signing) ? new PublicIdentity(agreement, signing) : null;
        return identity is not null;
    }

    /// <summary>
    /// Takes two keys unchecked: for one's own, and for those of another agreement than P-256. A signing key that is no
    /// point verifies nothing (<see cref="Identity.Verify"/>).
    /// </summary>
    public static PublicIdentity Of(ReadOnlySpan<byte> agreement, ReadOnlySpan<byte> signing) => new(agreement, signing);

    public bool Equals(PublicIdentity? other) => other is not null && other.PeerId == PeerId;

    public override bool Equals(object? obj) => Equals(obj as PublicIdentity);

    public override int GetHashCode() => PeerId.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => PeerId;
}
