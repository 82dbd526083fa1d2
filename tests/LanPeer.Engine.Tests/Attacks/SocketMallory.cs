using System;
using System.Collections.Generic;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.State;
using LanPeer.Tests.Engine;
using LanPeer.Tests.Protocol;
using LanPeer.Wire;

namespace LanPeer.Tests.Attacks;

/// <summary>An attacker with right keys of his own on a real socket, who does handshakes by hand.</summary>
internal sealed class SocketMallory : IDisposable
{
    private readonly StateStore _store = StateStore.Ephemeral(DateTimeOffset.UtcNow);
    private readonly RawSocket _socket = new();
    private uint _index = 0x4D41_4C00;
    private Handshake? _noise;
    private TransportKeys? _keys;

    public string UserId { get; } = "mallory@127.0.0.1";

    public PublicIdentity Who => _store.Identity.Public;

    private HandshakePayload Payload => new()
    {
        Boot = 0x0BAD_B007, Port = (ushort)_socket.Port, SigningKey = Who.SigningKey.ToArray(), UserId = Encoding.UTF8.GetBytes(UserId),
    };

    private HandshakeContext Context => new(HandshakeSuite.Default, _store.Identity.Agreement, Payload);

    public static byte[] KeyOf(LanSession victim) => Convert.FromBase64String(victim.AgreementKeyText);

    public void Send(LanSession victim, byte[] datagram) => _socket.Send(victim.Port, datagram);

    /// <summary>Announces himself to one peer, which begins a handshake with him.</summary>
    public void Announce(LanSession victim)
        => _socket.Send(victim.Port, Say.Pad(Say.Identified(UserId, _socket.Port, Who.PeerId, Who.AgreementKey.ToArray(), "0badb007"), 512));

    /// <summary>A first message, as a peer writes it.</summary>
    public byte[] Initiation(LanSession victim)
    {
        byte[] datagram = new byte[SessionWire.InitiationLength];
        SessionWire.Begin(datagram, SealedType.Initiation);
        SessionWire.WriteUInt32(datagram, 4, NetworkSecret.Open.KeyId);
        SessionWire.WriteUInt32(datagram, 8, ++_index);
        byte[] payload = new byte[HandshakePayload.InitiationLength];
        Payload.WriteInitiation(payload, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        _noise = Handshake.Initiate(HandshakeSuite.Default, HandshakeContext.Prologue(datagram), _store.Identity.Agreement, KeyOf(victim),
            NetworkSecret.Open.PresharedKey);
        _noise.WriteInitiation(payload, datagram.AsSpan(SessionWire.InitiationHeader));
        Macs.Write(datagram, Macs.Mac1Key(KeyOf(victim), NetworkSecret.Open), default);
        return datagram;
    }

    /// <summary>Waits for the answer to his last initiation, and uses the keys: from then on he is a peer.</summary>
    public void Complete(LanSession victim)
    {
        byte[] response = _socket.Receive(SealedType.Response);
        Span<byte> payload = stackalloc byte[HandshakePayload.ResponseLength];
        if (!_noise!.TryReadResponse(response.AsSpan(SessionWire.ResponseHeader, SessionWire.ResponseNoise), payload))
        {
            throw new InvalidOperationException("The response does not open.");
        }

        _keys = SessionKeys.Split(Context, _noise, isInitiator: true, _index, SessionWire.ReadUInt32(response, 4), TimeSpan.Zero);
        Send(victim, Sealed(FrameType.Ping, []));
    }

    /// <summary>Waits for an initiation and makes the answer to it.</summary>
    public byte[] Response(LanSession victim) => Response(victim, _socket.Receive(SealedType.Initiation));

    /// <summary>Answers the next initiation, if one has come.</summary>
    public void RespondIfAsked(LanSession victim)
    {
        if (_socket.TryReceive(SealedType.Initiation) is byte[] initiation)
        {
            Send(victim, Response(victim, initiation));
        }
    }

    /// <summary>A transport datagram with one frame.</summary>
    public byte[] Sealed(FrameType type, ReadOnlySpan<byte> body)
    {
        byte[] frame = new byte[Frames.Header + body.Length];
        body.CopyTo(frame.AsSpan(Frames.Header));
        Frames.WriteHeader(frame, type, body.Length);
        return Sealed(frame);
    }

    /// <summary>A transport datagram with these frames.</summary>
    public byte[] Sealed(byte[] frame)
    {
        byte[] datagram = new byte[frame.Length + SessionWire.TransportOverhead];
        _keys!.Seal(frame, datagram);
        return datagram;
    }

    /// <summary>A datagram with one bit of each of its first so many bytes changed, then with each shorter length.</summary>
    public static IEnumerable<byte[]> Spoilt(byte[] right, int length)
    {
        for (int at = 0; at < length; at++)
        {
            byte[] spoilt = [.. right];
            spoilt[at] ^= (byte)(1 << (at % 8));
            yield return spoilt;
        }

        for (int shorter = 0; shorter < right.Length; shorter++)
        {
            yield return right[..shorter];
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _store.Dispose();
    }

    private byte[] Response(LanSession victim, byte[] initiation)
    {
        var from = new Ipv4Endpoint(Ipv4Endpoint.LoopbackAddress, (ushort)victim.Port);
        var read = new ReadInitiationWork(Context, NetworkSecret.Open, initiation, from);
        read.Run();
        var respond = new RespondWork(Context, new Contact(KeyOf(victim), from, new DeliveryPool()), read, ++_index, TimeSpan.Zero);
        respond.Run();
        _keys = respond.Keys;
        return respond.Datagram!;
    }
}
