using System;
using System.Linq;
using System.Security.Cryptography;
using LanPeer.Security;
using LanPeer.Security.Noise;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>The handshake on P-256: who gets through, and that nothing else does.</summary>
public sealed class HandshakeTests
{
    private static readonly HandshakeSuite s_suite = HandshakeSuite.Default;
    private static readonly byte[] s_prologue = "LanPeer"u8.ToArray();
    private static readonly byte[] s_noKey = new byte[32];

    [Fact]
    public void Both_sides_learn_each_other_and_get_the_same_keys()
    {
        using AgreementKey alice = P256Agreement.Instance.Generate();
        using AgreementKey bob = P256Agreement.Instance.Generate();
        using Handshake initiator = Handshake.Initiate(s_suite, s_prologue, alice, bob.PublicKey, s_noKey);
        using Handshake responder = Handshake.Respond(s_suite, s_prologue, bob, s_noKey);
        byte[] message = new byte[1_024];
        byte[] payload = new byte[1_024];

        int length = initiator.WriteInitiation("hello"u8, message);
        Assert.Equal(s_suite.InitiationOverhead + 5, length);
        Assert.True(responder.TryReadInitiation(message.AsSpan(0, length), payload));
        Assert.Equal("hello"u8, payload.AsSpan(0, 5));
        Assert.Equal(alice.PublicKey, responder.RemoteStatic);

        length = responder.WriteResponse("welcome"u8, message);
        Assert.True(initiator.TryReadResponse(message.AsSpan(0, length), payload));
        Assert.Equal("welcome"u8, payload.AsSpan(0, 7));

        byte[][] keys = [.. Enumerable.Range(0, 4).Select(_ => new byte[32])];
        initiator.Split(keys[0], keys[1]);
        responder.Split(keys[2], keys[3]);
        Assert.Equal(keys[0], keys[2]);
        Assert.Equal(keys[1], keys[3]);
        Assert.NotEqual(keys[0], keys[1]);
        Assert.Equal(initiator.Hash, responder.Hash);
    }

    [Fact]
    public void Not_one_bit_of_the_first_message_may_change()
    {
        using AgreementKey alice = P256Agreement.Instance.Generate();
        using AgreementKey bob = P256Agreement.Instance.Generate();
        using Handshake initiator = Handshake.Initiate(s_suite, s_prologue, alice, bob.PublicKey, s_noKey);
        byte[] message = new byte[256];
        byte[] payload = new byte[256];
        int length = initiator.WriteInitiation("x"u8, message);
        for (int i = 0; i < length; i++)
        {
            message[i] ^= (byte)(1 << (i % 8));
            using Handshake responder = Handshake.Respond(s_suite, s_prologue, bob, s_noKey);
            Assert.False(responder.TryReadInitiation(message.AsSpan(0, length), payload), $"byte {i}");
            message[i] ^= (byte)(1 << (i % 8));
        }

        for (int cut = 0; cut < length; cut++)
        {
            using Handshake responder = Handshake.Respond(s_suite, s_prologue, bob, s_noKey);
            Assert.False(responder.TryReadInitiation(message.AsSpan(0, cut), payload), $"cut to {cut}");
        }
    }

    [Fact]
    public void Another_key_another_prologue_or_another_responder_opens_nothing()
    {
        using AgreementKey alice = P256Agreement.Instance.Generate();
        using AgreementKey bob = P256Agreement.Instance.Generate();
        using AgreementKey carol = P256Agreement.Instance.Generate();
        byte[] message = new byte[256];
        byte[] payload = new byte[256];
        using Handshake initiator = Handshake.Initiate(s_suite, s_prologue, alice, bob.PublicKey, s_noKey);
        int length = initiator.WriteInitiation([], message);
        using Handshake wrongPrologue = Handshake.Respond(s_suite, "other"u8, bob, s_noKey);
        Assert.False(wrongPrologue.TryReadInitiation(message.AsSpan(0, length), payload));
        using Handshake wrongResponder = Handshake.Respond(s_suite, s_prologue, carol, s_noKey);
        Assert.False(wrongResponder.TryReadInitiation(message.AsSpan(0, length), payload));

        // The pre-shared key enters with the second message: the initiator finds out.
        using Handshake wrongNetwork = Handshake.Respond(s_suite, s_prologue, bob, RandomNumberGenerator.GetBytes(32));
        Assert.True(wrongNetwork.TryReadInitiation(message.AsSpan(0, length), payload));
        length = wrongNetwork.WriteResponse([], message);
        Assert.False(initiator.TryReadResponse(message.AsSpan(0, length), payload));
    }

    [Fact]
    public void What_is_no_point_of_the_curve_is_refused_before_it_meets_a_private_key()
    {
        using AgreementKey key = P256Agreement.Instance.Generate();
        byte[] secret = new byte[32];
        byte[] good = key.PublicKey.ToArray();
        Assert.True(key.TryAgree(good, secret));
        byte[] offCurve = [.. good];
        offCurve[64] ^= 1;
        byte[] compressed = [.. good];
        compressed[0] = 2;
        byte[] beyondField = new byte[65];
        beyondField.AsSpan(1).Fill(0xFF);
        beyondField[0] = 4;
        byte[] infinity = new byte[65];
        infinity[0] = 4;
        foreach (byte[] bad in new[] { offCurve, compressed, beyondField, infinity, good[..64], [.. good, 0], [] })
        {
            Assert.False(P256Agreement.IsPoint(bad));
            Assert.False(key.TryAgree(bad, secret));
        }
    }

    [Fact]
    public void A_private_scalar_gives_the_same_key_again_and_its_agreement_is_mutual()
    {
        byte[] scalar = new byte[32];
        scalar[31] = 7;
        using AgreementKey one = P256Agreement.Import(scalar);
        using AgreementKey again = P256Agreement.Import(scalar);
        Assert.Equal(one.PublicKey, again.PublicKey);
        using AgreementKey other = P256Agreement.Instance.Generate();
        byte[] here = new byte[32];
        byte[] there = new byte[32];
        Assert.True(one.TryAgree(other.PublicKey, here));
        Assert.True(other.TryAgree(one.PublicKey, there));
        Assert.Equal(here, there);
    }

    [Fact]
    public void A_peer_id_depends_on_both_keys_and_is_shown_in_groups_of_four()
    {
        using AgreementKey one = P256Agreement.Instance.Generate();
        using AgreementKey other = P256Agreement.Instance.Generate();
        string id = PeerId.Compute(one.PublicKey, other.PublicKey);
        Assert.Equal(PeerId.Length, id.Length);
        Assert.True(PeerId.IsValid(System.Text.Encoding.ASCII.GetBytes(id)));
        Assert.NotEqual(id, PeerId.Compute(other.PublicKey, one.PublicKey));
        Assert.NotEqual(id, PeerId.Compute(one.PublicKey, one.PublicKey));
        Assert.Equal(id, PeerId.Grouped(id).Replace("-", "", StringComparison.Ordinal));
        Assert.Equal(39, PeerId.Grouped(id).Length);
        Assert.False(PeerId.IsValid(System.Text.Encoding.ASCII.GetBytes(id.ToLowerInvariant())));
    }
}
