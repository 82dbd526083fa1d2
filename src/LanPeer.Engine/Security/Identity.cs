using System;
using System.Numerics;
using System.Security.Cryptography;
using LanPeer.Security.Noise;

namespace LanPeer.Security;

/// <summary>
/// One's own two key pairs: one agrees on secrets (the Noise static key), one signs. They are two because a key that did
/// both would let what is signed be used against what is agreed on (SP 800-57 part 1 §5.2).
/// </summary>
internal sealed class Identity : IDisposable
{
    /// <summary>Bytes of a private key: a scalar from 1 to n-1, big-endian.</summary>
    public const int ScalarLength = 32;

    /// <summary>Bytes of a signature: r and s of 32 bytes each (IEEE P1363).</summary>
    public const int SignatureLength = 64;

    // The order of the base point (SP 800-186 §3.2.1.3).
    private static readonly BigInteger s_order = new(
        Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"), isUnsigned: true, isBigEndian: true);

    private readonly byte[]? _agreementScalar;
    private readonly Func<ECDsa>? _createSigner;
    private ECDsa? _signer;

    /// <summary>An identity of other parts, such as a fast agreement in a simulation. It cannot be exported.</summary>
    /// <param name="agreement">Owned from now on.</param>
    /// <param name="signingKey">The signing key others are told of.</param>
    /// <param name="createSigner">Makes its private half when the first signature is wanted.</param>
    internal Identity(AgreementKey agreement, ReadOnlySpan<byte> signingKey, Func<ECDsa> createSigner)
    {
        Agreement = agreement;
        Public = PublicIdentity.Of(agreement.PublicKey, signingKey);
        _createSigner = createSigner;
    }

    private Identity(ReadOnlySpan<byte> agreementScalar, AgreementKey agreement, ECDsa signer)
    {
        _agreementScalar = agreementScalar.ToArray();
        Agreement = agreement;
        _signer = signer;
        Public = PublicIdentity.Of(agreement.PublicKey, PointOf(signer.ExportParameters(includePrivateParameters: false)));
    }

    public AgreementKey Agreement { get; }

    public PublicIdentity Public { get; }

    /// <summary>32 characters of base32.</summary>
    public string PeerId => Public.PeerId;

    /// <summary>Two fresh P-256 key pairs.</summary>
    public static Identity Create()
    {
        using var agreement = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] agreementScalar = agreement.ExportParameters(includePrivateParameters: true).D!;
        byte[] signingScalar = signer.ExportParameters(includePrivateParameters: true).D!;
        try
        {
            return Import(agreementScalar, signingScalar);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(agreementScalar);
            CryptographicOperations.ZeroMemory(signingScalar);
        }
    }

    /// <summary>The identity of two private keys of <see cref="ScalarLength"/> bytes.</summary>
    /// <exception cref="CryptographicException">One of them is none.</exception>
    public static Identity Import(ReadOnlySpan<byte> agreementScalar, ReadOnlySpan<byte> signingScalar)
    {
        if (!IsScalar(agreementScalar) || !IsScalar(signingScalar))
        {
            throw new CryptographicException("A private key is not of 32 bytes, or out of range.");
        }

        byte[] d = signingScalar.ToArray();
        try
        {
            return new Identity(agreementScalar, P256Agreement.Import(agreementScalar),
                ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d }));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(d);
        }
    }

    /// <summary>Whether the bytes are a private key of P-256.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> scalar)
    {
        var value = new BigInteger(scalar, isUnsigned: true, isBigEndian: true);
        return scalar.Length == ScalarLength && !value.IsZero && value < s_order;
    }

    /// <summary>Signs: ECDSA with SHA-256 (FIPS 186-5 §6.4).</summary>
    /// <param name="data">Whole; it is hashed here.</param>
    /// <param name="signature">64 bytes.</param>
    public void Sign(ReadOnlySpan<byte> data, Span<byte> signature)
    {
        _signer ??= _createSigner!();
        if (!_signer.TrySignData(data, signature[..SignatureLength], HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out int written)
            || written != SignatureLength)
        {
            throw new CryptographicException("The signature has an unexpected length.");
        }
    }

    /// <summary>Whether a signature is that of a key. Everything may come from the network: what is malformed is false, and nothing throws.</summary>
    public static bool Verify(ReadOnlySpan<byte> signingKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength || !P256Agreement.IsPoint(signingKey))
        {
            return false;
        }

        try
        {
            using var verifier = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = signingKey.Slice(1, 32).ToArray(), Y = signingKey.Slice(33, 32).ToArray() },
            });
            return verifier.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The private keys, for the state store alone. The caller clears them.</summary>
    /// <param name="agreementScalar">32 bytes.</param>
    /// <param name="signingScalar">32 bytes.</param>
    /// <exception cref="InvalidOperationException">The identity was not made of P-256 keys.</exception>
    public void ExportPrivateKeys(Span<byte> agreementScalar, Span<byte> signingScalar)
    {
        if (_agreementScalar is null)
        {
            throw new InvalidOperationException("Only an identity of two P-256 keys can be exported.");
        }

        _agreementScalar.CopyTo(agreementScalar);
        byte[] d = _signer!.ExportParameters(includePrivateParameters: true).D!;
        d.CopyTo(signingScalar);
        CryptographicOperations.ZeroMemory(d);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_agreementScalar);
        Agreement.Dispose();
        _signer?.Dispose();
    }

    private static byte[] PointOf(ECParameters parameters)
    {
        byte[] point = new byte[P256Agreement.PointLength];
        point[0] = 4;
        parameters.Q.X!.CopyTo(point, 1);
        parameters.Q.Y!.CopyTo(point, 33);
        return point;
    }
}
