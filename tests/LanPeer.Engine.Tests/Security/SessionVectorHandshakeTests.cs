using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.Tests.Wire;
using LanPeer.Wire;
using Xunit;
using static LanPeer.Tests.Security.SessionVectors;

namespace LanPeer.Tests.Security;

/// <summary>The sessions of sessions.json, computed from their inputs step by step and opened by their receivers.</summary>
public sealed class SessionVectorHandshakeTests
{
    /// <summary>Counters up to here are reached by sealing; a larger one would take too long.</summary>
    private const ulong Reachable = 1_000;

    public static TheoryData<string> Sessions => Names("sessions");

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Both_datagrams_of_the_handshake_are_made_byte_for_byte_and_opened(string name)
    {
        using var handshake = new VectorHandshake(Item("sessions", name));
        JsonElement vector = handshake.Vector;
        JsonElement initiator = vector.GetProperty("initiator");
        JsonElement responder = vector.GetProperty("responder");

        Assert.Equal(Text(vector, "initiation"), Hex(handshake.Initiate.Datagram));
        Assert.Equal(handshake.Initiator.PeerId, handshake.Read.Who!.PeerId);
        Assert.Equal(Text(initiator, "userId"), Encoding.UTF8.GetString(handshake.Read.Said!.UserId));
        Assert.Equal(UInt32(initiator, "boot"), handshake.Read.Said.Boot);
        Assert.Equal(initiator.GetProperty("port").GetUInt16(), handshake.Read.Said.Port);
        Assert.Equal(EpochOf(initiator), handshake.Read.Epoch);
        Assert.Equal(UInt32(initiator, "index"), handshake.Read.SenderIndex);

        Assert.Equal(Text(vector, "response"), Hex(handshake.Respond.Datagram));
        Assert.Equal(handshake.Responder.PeerId, handshake.ReadResponse.Who!.PeerId);
        Assert.Equal(Text(responder, "userId"), Encoding.UTF8.GetString(handshake.ReadResponse.Said!.UserId));
        Assert.Equal(UInt32(responder, "boot"), handshake.ReadResponse.Said.Boot);
        Assert.Equal(responder.GetProperty("port").GetUInt16(), handshake.ReadResponse.Said.Port);
        Assert.Equal(Text(vector, "handshakeHash"), Hex(handshake.ReadResponse.Attempt.Noise!.Hash));
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void The_transport_keys_are_those_of_the_vector(string name)
    {
        JsonElement vector = Item("sessions", name);
        JsonElement end = vector.GetProperty("initiator");
        using Identity initiator = IdentityOf(Text(end, "identity"));
        using Identity responder = IdentityOf(Text(vector.GetProperty("responder"), "identity"));
        using Handshake noise = Handshake.Initiate(HandshakeSuite.Default, HandshakeContext.Prologue(Bytes(vector, "initiation")),
            initiator.Agreement, responder.Public.AgreementKey, NetworkOf(vector).Newest.PresharedKey);
        byte[] payload = new byte[HandshakePayload.InitiationLength];
        SaidBy(end, initiator).WriteInitiation(payload, EpochOf(end));
        byte[] message = new byte[SessionWire.InitiationNoise];
        byte[] fromInitiator = new byte[Aead.KeyLength];
        byte[] fromResponder = new byte[Aead.KeyLength];

        Assert.Equal(message.Length, noise.WriteInitiation(payload, message, P256Agreement.Import(Bytes(end, "ephemeralPrivate"))));
        Assert.Equal(Text(vector, "initiationHash"), Hex(noise.Hash));
        Assert.Equal(Hex(message), Hex(Bytes(vector, "initiation").AsSpan(SessionWire.InitiationHeader, SessionWire.InitiationNoise)));
        Assert.True(noise.TryReadResponse(Bytes(vector, "response").AsSpan(SessionWire.ResponseHeader, SessionWire.ResponseNoise), payload));
        noise.Split(fromInitiator, fromResponder);
        Assert.Equal(Text(vector, "initiatorKey"), Hex(fromInitiator));
        Assert.Equal(Text(vector, "responderKey"), Hex(fromResponder));
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void The_macs_are_those_of_the_vector(string name)
    {
        JsonElement vector = Item("sessions", name);
        NetworkSecret secret = NetworkOf(vector).Newest;
        foreach ((string from, string to) in new[] { ("initiation", "responder"), ("response", "initiator") })
        {
            using Identity receiver = IdentityOf(Text(vector.GetProperty(to), "identity"));
            byte[] key = Macs.Mac1Key(receiver.Public.AgreementKey, secret);

            Assert.Equal(Text(vector.GetProperty(to), "mac1Key"), Hex(key));
            Assert.True(Macs.IsMac1Right(Bytes(vector, from), key));
            Assert.Equal(new byte[SessionWire.MacLength], Bytes(vector, from)[^SessionWire.MacLength..]);
        }
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void A_cookie_reply_is_made_byte_for_byte_opened_and_returned(string name)
    {
        JsonElement vector = Item("sessions", name);
        using Identity responder = IdentityOf(Text(vector.GetProperty("responder"), "identity"));
        byte[] initiation = Bytes(vector, "initiation");
        foreach (JsonElement item in vector.GetProperty("cookies").EnumerateArray())
        {
            // The jar draws two secrets when it is made, and the one it uses at its first use.
            byte[] unused = new byte[32];
            GivenRandom random = new GivenRandom().Give(unused).Give(unused).Give(Bytes(item, "secret")).Give(Bytes(item, "salt"));
            var jar = new CookieJar(responder.Public.AgreementKey, AesGcmAead.Instance, random);
            Assert.True(Ipv4Endpoint.TryParseAddress(Encoding.ASCII.GetBytes(Text(item, "address")), out uint address));
            var source = new Ipv4Endpoint(address, item.GetProperty("port").GetUInt16());
            byte[] reply = new byte[SessionWire.CookieReplyLength];
            byte[] cookie = new byte[SessionWire.MacLength];

            Assert.Equal(reply.Length, jar.WriteReply(reply, initiation, source, TimeSpan.Zero));
            Assert.Equal(Text(item, "reply"), Hex(reply));
            Assert.True(CookieJar.TryOpenReply(reply, AesGcmAead.Instance, responder.Public.AgreementKey, Macs.Mac1Of(initiation), cookie));
            Assert.Equal(Text(item, "cookie"), Hex(cookie));
            using var again = new VectorHandshake(vector, cookie);
            Assert.Equal(Text(item, "withMac2"), Hex(again.Initiate.Datagram));
            Assert.True(jar.IsReturned(again.Initiate.Datagram, source, TimeSpan.Zero));
            Assert.False(jar.IsReturned(again.Initiate.Datagram, source with { Port = (ushort)(source.Port ^ 1) }, TimeSpan.Zero));
            Assert.False(jar.IsReturned(initiation, source, TimeSpan.Zero));
        }
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Transport_datagrams_are_opened_in_their_order(string name)
    {
        using var handshake = new VectorHandshake(Item("sessions", name));
        foreach (JsonElement item in handshake.Vector.GetProperty("transport").EnumerateArray())
        {
            TransportKeys receiver = Text(item, "from") == "initiator" ? handshake.Respond.Keys! : handshake.ReadResponse.Keys!;
            byte[] datagram = Bytes(item, "datagram");
            byte[] opened = new byte[datagram.Length];
            DropReason expected = DropOf(item);

            Assert.Equal(receiver.LocalIndex, SessionWire.ReadUInt32(datagram, 4));
            Assert.Equal(expected == DropReason.Replayed ? OpenResult.Replayed : OpenResult.Opened, receiver.Open(datagram, opened));
            if (expected != DropReason.Replayed)
            {
                bool isWhole = TryReadAll(opened.AsSpan(0, datagram.Length - SessionWire.TransportOverhead), out List<(byte, string)> frames);

                Assert.Equal(expected == DropReason.None, isWhole);
                Assert.Equal([.. item.GetProperty("frames").EnumerateArray().Select(f => (f.GetProperty("type").GetByte(), Hex(BodyOf(f))))], frames);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Transport_datagrams_are_sealed_byte_for_byte(string name)
    {
        using var handshake = new VectorHandshake(Item("sessions", name));
        int sealedOnes = 0;
        foreach (JsonElement item in handshake.Vector.GetProperty("transport").EnumerateArray())
        {
            TransportKeys sender = Text(item, "from") == "initiator" ? handshake.ReadResponse.Keys! : handshake.Respond.Keys!;
            ulong counter = item.GetProperty("counter").GetUInt64();
            byte[] frames = FramesOf(item);
            byte[] datagram = new byte[frames.Length + SessionWire.TransportOverhead];
            while (sender.NextCounter < Math.Min(counter, Reachable))
            {
                sender.Seal([], new byte[SessionWire.TransportOverhead]);
            }

            if (sender.NextCounter == counter)
            {
                sealedOnes++;
                Assert.Equal(datagram.Length, sender.Seal(frames, datagram));
                Assert.Equal(Text(item, "datagram"), Hex(datagram));
            }
        }

        Assert.InRange(sealedOnes, 2, int.MaxValue);
    }

    private static byte[] FramesOf(JsonElement item)
    {
        var frames = new List<byte>();
        foreach (JsonElement frame in item.GetProperty("frames").EnumerateArray())
        {
            byte[] body = BodyOf(frame);
            byte[] header = new byte[Frames.Header];
            Assert.Equal(header.Length + body.Length, Frames.WriteHeader(header, (FrameType)frame.GetProperty("type").GetByte(), body.Length));
            frames.AddRange([.. header, .. body]);
        }

        return [.. frames, .. Convert.FromHexString(VectorFile.Optional(item, "rest") ?? "")];
    }

    private static bool TryReadAll(ReadOnlySpan<byte> rest, out List<(byte Type, string Body)> frames)
    {
        frames = [];
        while (!rest.IsEmpty)
        {
            if (!Frames.TryRead(ref rest, out FrameType type, out ReadOnlySpan<byte> body))
            {
                return false;
            }

            frames.Add(((byte)type, Hex(body)));
        }

        return true;
    }
}
