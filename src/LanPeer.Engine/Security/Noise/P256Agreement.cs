using System;
using System.Numerics;
using System.Security.Cryptography;

namespace LanPeer.Security.Noise;

/// <summary>
/// ECDH on NIST P-256 (FIPS 186-5, SP 800-56A §5.7.1.2): the curve the base class library has on every platform. Public
/// keys are uncompressed points (SEC 1 §2.3.3, 65 bytes), the secret is the x coordinate.
/// </summary>
internal sealed class P256Agreement : KeyAgreement
{
    /// <summary>0x04, x, y.</summary>
    public const int PointLength = 65;

    public static P256Agreement Instance { get; } = new();

    public override string Name => "P256";

    public override int PublicKeyLength => PointLength;

    public override AgreementKey Generate() => new P256Key(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>The key pair of a private scalar, 32 bytes big-endian, 1 to n-1.</summary>
    /// <exception cref="CryptographicException">The scalar is out of range.</exception>
    public static AgreementKey Import(ReadOnlySpan<byte> privateKey)
    {
        byte[] scalar = privateKey.ToArray();
        try
        {
            return new P256Key(ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar }));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(scalar);
        }
    }

    /// <summary>Whether the bytes are a point of the curve. With cofactor 1 and infinity excluded no more is needed.</summary>
    public static bool IsPoint(ReadOnlySpan<byte> point)
    {
        if (point.Length != PointLength || point[0] != 4)
        {
            return false;
        }

        var x = new BigInteger(point.Slice(1, 32), isUnsigned: true, isBigEndian: true);
        var y = new BigInteger(point.Slice(33, 32), isUnsigned: true, isBigEndian: true);
        return x < s_p && y < s_p && ((y * y) - ((((x * x) - 3) * x) + s_b)) % s_p == 0;
    }

    // y² = x³ - 3x + b over p (SP 800-186 §3.2.1.3).
    private static readonly BigInteger s_p = FromHex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    private static readonly BigInteger s_b = FromHex("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");

    private static BigInteger FromHex(string hex) => new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);

    private sealed class P256Key : AgreementKey
    {
        private readonly ECDiffieHellman _key;
        private readonly byte[] _publicKey = new byte[PointLength];

        public P256Key(ECDiffieHellman key)
        {
            _key = key;
            ECParameters parameters = key.ExportParameters(includePrivateParameters: false);
            _publicKey[0] = 4;
            parameters.Q.X!.CopyTo(_publicKey, 1);
            parameters.Q.Y!.CopyTo(_publicKey, 33);
        }

        public override ReadOnlySpan<byte> PublicKey => _publicKey;

        public override bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> secret)
        {
            // Checked here, not left to the platform: an invalid curve point would give the private key away bit by bit.
            if (!IsPoint(publicKey))
            {
                return false;
            }

            try
            {
                using ECDiffieHellman other = ECDiffieHellman.Create(new ECParameters
                {
                    Curve = ECCurve.NamedCurves.nistP256,
                    Q = new ECPoint { X = publicKey.Slice(1, 32).ToArray(), Y = publicKey.Slice(33, 32).ToArray() },
                });
                using ECDiffieHellmanPublicKey point = other.PublicKey;
                byte[] agreed = _key.DeriveRawSecretAgreement(point);
                agreed.CopyTo(secret);
                CryptographicOperations.ZeroMemory(agreed);
                return true;
            }
            catch (CryptographicException)
            {
                return false;
            }
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
