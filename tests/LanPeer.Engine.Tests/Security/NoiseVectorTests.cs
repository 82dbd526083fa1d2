using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using LanPeer.Security.Noise;
using LanPeer.Tests.Wire;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>The published vectors pass through the state machine that LanPeer uses with its own curve.</summary>
public sealed class NoiseVectorTests
{
    private static readonly JsonElement s_vector = Load();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_handshake_of_the_published_vector_is_reproduced_byte_for_byte(bool isManaged)
    {
        var suite = new HandshakeSuite(new X25519Agreement(), Ciphers.Of(isManaged));
        Assert.Equal(Text("protocol_name"), suite.ProtocolName);
        using AgreementKey initiatorStatic = X25519Agreement.Import(Text("init_static"));
        using AgreementKey responderStatic = X25519Agreement.Import(Text("resp_static"));
        Assert.Equal(Text("init_remote_static"), Hex(responderStatic.PublicKey));
        using Handshake initiator = Handshake.Initiate(
            suite, Bytes("init_prologue"), initiatorStatic, responderStatic.PublicKey, FirstOf("init_psks"));
        using Handshake responder = Handshake.Respond(suite, Bytes("resp_prologue"), responderStatic, FirstOf("resp_psks"));

        byte[] message = new byte[512];
        byte[] payload = new byte[512];
        int length = initiator.WriteInitiation(Payload(0), message, X25519Agreement.Import(Text("init_ephemeral")));
        Assert.Equal(Ciphertext(0), Hex(message.AsSpan(0, length)));
        Assert.True(responder.TryReadInitiation(message.AsSpan(0, length), payload));
        Assert.Equal(Hex(Payload(0)), Hex(payload.AsSpan(0, length - suite.InitiationOverhead)));
        Assert.Equal(Hex(initiatorStatic.PublicKey), Hex(responder.RemoteStatic));

        length = responder.WriteResponse(Payload(1), message, X25519Agreement.Import(Text("resp_ephemeral")));
        Assert.Equal(Ciphertext(1), Hex(message.AsSpan(0, length)));
        Assert.True(initiator.TryReadResponse(message.AsSpan(0, length), payload));
        Assert.Equal(Hex(Payload(1)), Hex(payload.AsSpan(0, length - suite.ResponseOverhead)));
        Assert.Equal(Text("handshake_hash"), Hex(initiator.Hash));
        Assert.Equal(Text("handshake_hash"), Hex(responder.Hash));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_transport_messages_of_the_published_vector_are_reproduced_and_opened(bool isManaged)
    {
        Aead aead = Ciphers.Of(isManaged);
        (byte[] fromInitiator, byte[] fromResponder) = Split();
        using AeadKey one = aead.CreateKey(fromInitiator);
        using AeadKey other = aead.CreateKey(fromResponder);
        AeadKey[] keys = [one, other];
        JsonElement[] messages = [.. s_vector.GetProperty("messages").EnumerateArray()];
        for (int i = 2; i < messages.Length; i++)
        {
            ulong counter = (ulong)((i - 2) / 2);
            byte[] text = Payload(i);
            byte[] output = new byte[text.Length + Aead.TagLength];
            keys[i % 2].Seal(counter, [], text, output);
            Assert.Equal(Ciphertext(i), Hex(output));
            byte[] opened = new byte[text.Length];
            Assert.True(keys[i % 2].TryOpen(counter, [], output, opened));
            Assert.Equal(Hex(text), Hex(opened));
            Assert.False(keys[i % 2].TryOpen(counter + 1, [], output, opened));
        }
    }

    private static (byte[] FromInitiator, byte[] FromResponder) Split()
    {
        var suite = new HandshakeSuite(new X25519Agreement(), AesGcmAead.Instance);
        using AgreementKey initiatorStatic = X25519Agreement.Import(Text("init_static"));
        using AgreementKey responderStatic = X25519Agreement.Import(Text("resp_static"));
        using Handshake initiator = Handshake.Initiate(
            suite, Bytes("init_prologue"), initiatorStatic, responderStatic.PublicKey, FirstOf("init_psks"));
        byte[] payload = new byte[512];
        byte[] message = new byte[512];
        _ = initiator.WriteInitiation(Payload(0), message, X25519Agreement.Import(Text("init_ephemeral")));
        Assert.True(initiator.TryReadResponse(Convert.FromHexString(Ciphertext(1)), payload));
        byte[] first = new byte[32];
        byte[] second = new byte[32];
        initiator.Split(first, second);
        return (first, second);
    }

    private static JsonElement Load()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(VectorFile.Folder, "vectors", "noise-25519.json")));
        return document.RootElement.GetProperty("vectors").EnumerateArray().Single().Clone();
    }

    private static string Text(string name) => s_vector.GetProperty(name).GetString()!;

    private static byte[] Bytes(string name) => Convert.FromHexString(Text(name));

    private static byte[] FirstOf(string name) => Convert.FromHexString(s_vector.GetProperty(name)[0].GetString()!);

    private static byte[] Payload(int index) => Convert.FromHexString(s_vector.GetProperty("messages")[index].GetProperty("payload").GetString()!);

    private static string Ciphertext(int index) => s_vector.GetProperty("messages")[index].GetProperty("ciphertext").GetString()!;

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
