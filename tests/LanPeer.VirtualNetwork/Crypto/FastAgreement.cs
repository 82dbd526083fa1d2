using System;
using System.Security.Cryptography;
using LanPeer.Security;
using LanPeer.Security.Noise;

namespace LanPeer.VirtualNetwork;

/// <summary>
/// An agreement without secrecy, for simulations in which nobody computes: two keys agree on the hash of their public
/// halves. A hundred times faster than the curve, and everything around it is the real thing.
/// </summary>
internal sealed class FastAgreement(RandomSource random) : KeyAgreement
{
    public override string Name => "P256";

    public override int PublicKeyLength => P256Agreement.PointLength;

    public override AgreementKey Generate()
    {
        byte[] publicKey = new byte[PublicKeyLength];
        random.Fill(publicKey);
        publicKey[0] = 4;
        return new Key(publicKey);
    }

    private sealed class Key(byte[] publicKey) : AgreementKey
    {
        public override ReadOnlySpan<byte> PublicKey => publicKey;

        public override bool TryAgree(ReadOnlySpan<byte> other, Span<byte> secret)
        {
            if (other.Length != P256Agreement.PointLength || other[0] != 4)
            {
                return false;
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            bool isFirst = PublicKey.SequenceCompareTo(other) < 0;
            hash.AppendData(isFirst ? PublicKey : other);
            hash.AppendData(isFirst ? other : PublicKey);
            hash.GetHashAndReset(secret);
            return true;
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}

/// <summary>The real curve, with key pairs that a seed number repeats.</summary>
internal sealed class SeededP256(RandomSource random) : KeyAgreement
{
    public override string Name => P256Agreement.Instance.Name;

    public override int PublicKeyLength => P256Agreement.PointLength;

    public override AgreementKey Generate() => P256Agreement.Import(Scalar(random));

    /// <summary>A private key.</summary>
    public static byte[] Scalar(RandomSource random)
    {
        byte[] scalar = new byte[Identity.ScalarLength];
        do
        {
            random.Fill(scalar);
        }
        while (!Identity.IsScalar(scalar));

        return scalar;
    }
}
