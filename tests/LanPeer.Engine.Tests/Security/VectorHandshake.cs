using System;
using System.Text.Json;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;
using static LanPeer.Tests.Security.SessionVectors;

namespace LanPeer.Tests.Security;

/// <summary>A handshake of sessions.json, run with the work that LanPeer's own handshakes are made of.</summary>
internal sealed class VectorHandshake : IDisposable
{
    private static readonly Ipv4Endpoint s_somewhere = new(0x0A4D_0001, 8_000);

    /// <param name="vector">An item of <c>sessions</c>.</param>
    /// <param name="cookie">What mac2 of the initiation is made with; empty for none.</param>
    public VectorHandshake(JsonElement vector, byte[]? cookie = null)
    {
        Vector = vector;
        JsonElement one = vector.GetProperty("initiator");
        JsonElement other = vector.GetProperty("responder");
        Initiator = IdentityOf(Text(one, "identity"));
        Responder = IdentityOf(Text(other, "identity"));
        NetworkSecret secret = NetworkOf(vector).Newest;
        var here = new HandshakeContext(SuiteOf(one), Initiator.Agreement, SaidBy(one, Initiator));
        var there = new HandshakeContext(SuiteOf(other), Responder.Agreement, SaidBy(other, Responder));
        var attempt = new Attempt { Index = UInt32(one, "index"), Secret = secret, To = s_somewhere, Tries = 0 };
        var toResponder = new TestSession(Responder.Public.AgreementKey.ToArray());

        Initiate = new InitiateWork(here, toResponder, attempt, EpochOf(one), cookie ?? []);
        Initiate.Run();
        attempt.Noise = Initiate.Noise;
        Read = new ReadInitiationWork(there, secret, Initiate.Datagram!, s_somewhere);
        Read.Run();
        Respond = new RespondWork(there, new TestSession(Initiator.Public.AgreementKey.ToArray()), Read, UInt32(other, "index"), TimeSpan.Zero);
        Respond.Run();
        ReadResponse = new ReadResponseWork(here, toResponder, attempt, Respond.Datagram!, s_somewhere, TimeSpan.Zero);
        ReadResponse.Run();
    }

    public JsonElement Vector { get; }

    public Identity Initiator { get; }

    public Identity Responder { get; }

    public InitiateWork Initiate { get; }

    public ReadInitiationWork Read { get; }

    public RespondWork Respond { get; }

    public ReadResponseWork ReadResponse { get; }

    public void Dispose()
    {
        Initiate.Noise!.Dispose();
        Respond.Keys!.Dispose();
        ReadResponse.Keys!.Dispose();
        Initiator.Dispose();
        Responder.Dispose();
    }
}

/// <summary>What handshakes with one static key have come to, and nothing else.</summary>
internal sealed class TestSession(byte[] remoteStatic) : PeerSession(remoteStatic);
