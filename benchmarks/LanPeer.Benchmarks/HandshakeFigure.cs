using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using LanPeer.Security.Noise;

namespace LanPeer.Benchmarks;

/// <summary>Whole handshakes, both sides, against the eight agreements and two key pairs they cannot do without.</summary>
internal static class HandshakeFigure
{
    public static IEnumerable<Result> Run()
    {
        P256Agreement curve = P256Agreement.Instance;
        using AgreementKey alice = curve.Generate();
        using AgreementKey bob = curve.Generate();
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        byte[] psk = new byte[32];
        byte[] first = new byte[512];
        byte[] second = new byte[512];
        byte[] payload = new byte[212];
        byte[] keys = new byte[64];
        void Bare()
        {
            for (int i = 0; i < 2; i++)
            {
                using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
                _ = ephemeral.ExportParameters(includePrivateParameters: false);
            }

            for (int i = 0; i < 8; i++)
            {
                _ = own.DeriveRawSecretAgreement(other.PublicKey);
            }
        }

        void Whole()
        {
            using Handshake initiator = Handshake.Initiate(HandshakeSuite.Default, default, alice, bob.PublicKey, psk);
            using Handshake responder = Handshake.Respond(HandshakeSuite.Default, default, bob, psk);
            int length = initiator.WriteInitiation(payload, first);
            bool isRead = responder.TryReadInitiation(first.AsSpan(0, length), payload);
            length = responder.WriteResponse(payload, second);
            isRead &= initiator.TryReadResponse(second.AsSpan(0, length), payload);
            initiator.Split(keys.AsSpan(0, 32), keys.AsSpan(32));
            responder.Split(keys.AsSpan(0, 32), keys.AsSpan(32));
            if (!isRead)
            {
                throw new InvalidOperationException("The handshake failed.");
            }
        }

        (double[] Baseline, double[] Ours) times = Rounds.Alternate(Bare, Whole);
        yield return Result.Of("handshake, both sides", Array.ConvertAll(times.Ours, ns => ns / 1_000), "us");
        yield return Result.Of("handshake / its agreements alone", Rounds.Ratios(times), "x");
    }
}
