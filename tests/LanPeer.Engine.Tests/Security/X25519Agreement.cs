using System;
using LanPeer.Security.Noise;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace LanPeer.Tests.Security;

/// <summary>X25519 (RFC 7748), which the base class library does not have: for the published vectors only.</summary>
internal sealed class X25519Agreement : KeyAgreement
{
    public override string Name => "25519";

    public override int PublicKeyLength => 32;

    public override AgreementKey Generate() => throw new NotSupportedException("The vectors bring their own keys.");

    public static AgreementKey Import(string hex) => new Key(Convert.FromHexString(hex));

    private sealed class Key : AgreementKey
    {
        private readonly byte[] _private;
        private readonly byte[] _public = new byte[32];

        public Key(byte[] privateKey)
        {
            _private = privateKey;
            X25519.ScalarMultBase(_private, 0, _public, 0);
        }

        public override ReadOnlySpan<byte> PublicKey => _public;

        public override bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> secret)
        {
            byte[] agreed = new byte[32];
            if (publicKey.Length != 32 || !X25519.CalculateAgreement(_private, 0, publicKey.ToArray(), 0, agreed, 0))
            {
                return false;
            }

            agreed.CopyTo(secret);
            return true;
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
