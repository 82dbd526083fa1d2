using System;
using System.Linq;
using System.Security.Cryptography;
using LanPeer.Security;
using LanPeer.Security.Noise;
using Xunit;

namespace LanPeer.Tests.Security;

public sealed class IdentityTests
{
    // RFC 6979 §A.2.5: a P-256 key and its public point.
    private const string Scalar = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
    private const string Point = "04"
        + "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
        + "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";

    private const string Order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";
    private const string OrderLessOne = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550";

    private static readonly byte[] s_data = "what is signed"u8.ToArray();

    [Fact]
    public void Two_identities_share_nothing()
    {
        using var one = Identity.Create();
        using var other = Identity.Create();

        Assert.NotEqual(one.PeerId, other.PeerId);
        Assert.NotEqual(one.Public, other.Public);
        Assert.False(one.Public.AgreementKey.SequenceEqual(one.Public.SigningKey));
        Assert.True(one.Agreement.PublicKey.SequenceEqual(one.Public.AgreementKey));
        Assert.Equal(PeerId.Compute(one.Public.AgreementKey, one.Public.SigningKey), one.PeerId);
        Assert.True(Pin.IsPeerId(one.PeerId));
    }

    [Fact]
    public void Its_public_keys_are_those_of_the_standard()
    {
        byte[] scalar = Convert.FromHexString(Scalar);
        using var identity = Identity.Import(scalar, scalar);

        Assert.Equal(Point, Convert.ToHexString(identity.Public.AgreementKey));
        Assert.Equal(Point, Convert.ToHexString(identity.Public.SigningKey));
    }

    [Fact]
    public void What_is_exported_makes_the_same_identity()
    {
        byte[] agreement = new byte[32], signing = new byte[32], secretOfOne = new byte[32], secretOfCopy = new byte[32];
        using var one = Identity.Create();
        one.ExportPrivateKeys(agreement, signing);
        using var copy = Identity.Import(agreement, signing);
        using AgreementKey third = P256Agreement.Instance.Generate();

        Assert.Equal(one.Public, copy.Public);
        Assert.True(one.Agreement.TryAgree(third.PublicKey, secretOfOne) && copy.Agreement.TryAgree(third.PublicKey, secretOfCopy));
        Assert.Equal(secretOfOne, secretOfCopy);
        Assert.True(Identity.Verify(one.Public.SigningKey, s_data, Sign(copy)));
    }

    [Fact]
    public void A_disposed_identity_gives_no_key_away()
    {
        byte[] agreement = new byte[32], signing = new byte[32];
        var identity = Identity.Create();
        identity.Dispose();

        Assert.ThrowsAny<Exception>(() => identity.ExportPrivateKeys(agreement, signing));
        Assert.All(agreement.Concat(signing), octet => Assert.Equal(0, octet));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(Order)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData(Scalar + "00")]
    [InlineData("00" + Scalar)]
    public void What_is_no_private_key_is_refused(string hex)
    {
        byte[] bad = Convert.FromHexString(hex);
        byte[] good = Convert.FromHexString(Scalar);

        Assert.False(Identity.IsScalar(bad));
        Assert.Throws<CryptographicException>(() => Identity.Import(bad, good));
        Assert.Throws<CryptographicException>(() => Identity.Import(good, bad));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData(OrderLessOne)]
    public void The_smallest_and_the_largest_private_key_work(string hex)
    {
        using var identity = Identity.Import(Convert.FromHexString(hex), Convert.FromHexString(hex));

        Assert.True(Identity.Verify(identity.Public.SigningKey, s_data, Sign(identity)));
    }

    [Fact]
    public void A_signature_holds_for_its_key_and_its_data_alone()
    {
        using var identity = Identity.Create();
        using var other = Identity.Create();
        byte[] signature = Sign(identity);

        Assert.True(Identity.Verify(identity.Public.SigningKey, s_data, signature));
        Assert.False(Identity.Verify(other.Public.SigningKey, s_data, signature));
        Assert.False(Identity.Verify(identity.Public.AgreementKey, s_data, signature));
        Assert.False(Identity.Verify(identity.Public.SigningKey, s_data.AsSpan(1), signature));
        Assert.All(Enumerable.Range(0, 8 * signature.Length).Where(bit => bit % 13 == 0), bit =>
        {
            byte[] damaged = [.. signature];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Identity.Verify(identity.Public.SigningKey, s_data, damaged));
        });
    }

    [Fact]
    public void The_published_signature_verifies()
    {
        // RFC 6979 §A.2.5, SHA-256, message "sample".
        byte[] signature = Convert.FromHexString(
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716" + "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");

        Assert.True(Identity.Verify(Convert.FromHexString(Point), "sample"u8, signature));
        Assert.False(Identity.Verify(Convert.FromHexString(Point), "Sample"u8, signature));
    }

    [Fact]
    public void Verifying_takes_anything()
    {
        using var identity = Identity.Create();
        byte[] key = identity.Public.SigningKey.ToArray();
        byte[] signature = Sign(identity);
        byte[] offCurve = [.. key[..64], (byte)(key[64] ^ 1)];

        Assert.False(Identity.Verify([], s_data, signature));
        Assert.False(Identity.Verify(key.AsSpan(0, 64), s_data, signature));
        Assert.False(Identity.Verify(new byte[65], s_data, signature));
        Assert.False(Identity.Verify(offCurve, s_data, signature));
        Assert.False(Identity.Verify([2, .. key[1..33]], s_data, signature));
        Assert.False(Identity.Verify(key, s_data, []));
        Assert.False(Identity.Verify(key, s_data, signature.AsSpan(0, 63)));
        Assert.False(Identity.Verify(key, s_data, [.. signature, 0]));
        Assert.False(Identity.Verify(key, s_data, new byte[64]));
        Assert.False(Identity.Verify(key, s_data, Enumerable.Repeat((byte)255, 64).ToArray()));
        Assert.False(Identity.Verify(key, s_data, [.. Convert.FromHexString(Order), .. signature[32..]]));
    }

    [Fact]
    public void A_public_identity_is_made_of_points_alone()
    {
        using var identity = Identity.Create();
        byte[] agreement = identity.Public.AgreementKey.ToArray(), signing = identity.Public.SigningKey.ToArray();
        byte[] offCurve = [.. agreement[..64], (byte)(agreement[64] ^ 1)];

        Assert.True(PublicIdentity.TryCreate(agreement, signing, out PublicIdentity? made));
        Assert.Equal(identity.Public, made);
        Assert.Equal(identity.PeerId, made!.PeerId);
        Assert.False(PublicIdentity.TryCreate(offCurve, signing, out made));
        Assert.Null(made);
        Assert.False(PublicIdentity.TryCreate(agreement, offCurve, out _));
        Assert.False(PublicIdentity.TryCreate(default, default, out _));
        Assert.False(PublicIdentity.TryCreate(agreement.AsSpan(0, 64), signing, out _));
    }

    [Fact]
    public void Each_key_alone_changes_the_id()
    {
        using var one = Identity.Create();
        using var other = Identity.Create();

        string[] ids =
        [
            one.PeerId, other.PeerId,
            PublicIdentity.Of(one.Public.AgreementKey, other.Public.SigningKey).PeerId,
            PublicIdentity.Of(other.Public.AgreementKey, one.Public.SigningKey).PeerId,
            PublicIdentity.Of(one.Public.SigningKey, one.Public.AgreementKey).PeerId,
        ];

        Assert.Equal(5, ids.Distinct().Count());
    }

    [Fact]
    public void An_identity_takes_any_agreement_and_makes_its_signer_late()
    {
        int made = 0;
        byte[] signingKey = [4, .. new byte[64]];
        using var identity = new Identity(X25519Agreement.Import(Scalar), signingKey, () =>
        {
            made++;
            return ECDsa.Create(ECCurve.NamedCurves.nistP256);
        });

        Assert.Equal(32, identity.Public.AgreementKey.Length);
        Assert.Equal(PeerId.Compute(identity.Agreement.PublicKey, signingKey), identity.PeerId);
        Assert.Equal(0, made);
        Sign(identity);
        Sign(identity);
        Assert.Equal(1, made);
        Assert.Throws<InvalidOperationException>(() => identity.ExportPrivateKeys(new byte[32], new byte[32]));
    }

    private static byte[] Sign(Identity identity)
    {
        byte[] signature = new byte[Identity.SignatureLength];
        identity.Sign(s_data, signature);
        return signature;
    }
}
