using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>
/// A member of the network with keys of his own who is no peer: he makes real handshakes with the victim, and what he
/// seals is whatever a mutator made.
/// </summary>
internal sealed class Intruder
{
    /// <summary>Sealed datagrams he keeps to send again.</summary>
    private const int MaxOld = 64;

    private ulong _stream = 1_795_368_238_000;
    private readonly VirtualLan _lan;
    private readonly VirtualPeer _victim;
    private readonly VirtualSocket _socket;
    private readonly PeerSecurity _security;
    private readonly SeededRandom _random;
    private readonly List<byte[]> _old = [];
    private ulong _epoch;
    private uint _index;
    private Handshake? _noise;
    private AeadKey? _key;
    private ulong _counter;
    private uint _remoteIndex;

    public Intruder(VirtualLan lan, VirtualPeer victim, PeerKeys keys, string address, string userId)
    {
        _lan = lan;
        _victim = victim;
        _socket = lan.AddSocket(address, 6_666);
        _security = keys.Start(lan.Random($"intruder {userId}"), AesGcmAead.Instance, lan.Moment.Utc);
        _random = lan.Random($"intruder's luck {userId}");
        UserId = userId;
        _socket.Reaction = (_, packet) => React(packet);
    }

    public string UserId { get; set; }

    public Ipv4Endpoint Endpoint => _socket.Endpoint;

    public string PeerId => _security.Identity.PeerId;

    /// <summary>Whether he has keys to seal with.</summary>
    public bool IsConnected => _key is not null && _counter <= Aead.MaxCounter;

    /// <summary>How he changes what his handshakes carry; null leaves it right.</summary>
    public Func<byte[], byte[]>? ChangePayload { get; set; }

    /// <summary>Silent he reacts to nothing.</summary>
    public bool IsSilent { get; set; }

    public string Announcement()
        => $"TYPE:PEER_DISCOVERY\nUSER_ID:{UserId}\nPORT:{Endpoint.Port}\nTIMESTAMP:1795367841\nMESSAGE_ID:{_random.Draw():x16}\nPROTO:1\nBOOT:0bad{_random.Next(65_536):x4}\n"
            + $"PEER_ID:{PeerId}\nKEY:{Convert.ToBase64String(_security.Identity.Public.AgreementKey)}\nPAD:{new string('.', 100)}\n\n";

    /// <summary>An initiation whose mac1 is right.</summary>
    public byte[] Initiation()
    {
        NetworkSecret secret = _security.Network.Newest;
        byte[] datagram = new byte[SessionWire.InitiationLength];
        SessionWire.Begin(datagram, SealedType.Initiation);
        SessionWire.WriteUInt32(datagram, 4, secret.KeyId);
        SessionWire.WriteUInt32(datagram, 8, _index = (uint)_random.Draw());
        byte[] payload = new byte[HandshakePayload.InitiationLength];
        _epoch = Math.Max(_epoch + 1, (ulong)_lan.Moment.Utc.ToUnixTimeMilliseconds());
        Payload.WriteInitiation(payload, _epoch);
        payload = ChangePayload?.Invoke(payload) ?? payload;
        ReadOnlySpan<byte> remote = _victim.Machine.Identity.AgreementKey;
        _noise?.Dispose();
        _noise = Handshake.Initiate(_security.Suite, HandshakeContext.Prologue(datagram), _security.Identity.Agreement, remote, secret.PresharedKey);
        _noise.WriteInitiation(payload, datagram.AsSpan(SessionWire.InitiationHeader));
        Macs.Write(datagram, Macs.Mac1Key(remote, secret), default);
        return datagram;
    }

    /// <summary>Makes a handshake and uses its keys once; false when it is not answered.</summary>
    public bool Connect()
    {
        Forget();
        _socket.Send(_victim.Endpoint, Initiation());
        _lan.Settle();
        if (!IsConnected)
        {
            return false;
        }

        _socket.Send(_victim.Endpoint, Seal(FrameMutator.Write((byte)FrameType.Ping, [])));
        _lan.Settle();
        return true;
    }

    /// <summary>Has no keys any more.</summary>
    public void Forget()
    {
        _key?.Dispose();
        _key = null;
    }

    /// <summary>A transport datagram under his keys; the counter may leap.</summary>
    public byte[] Seal(byte[] frames)
    {
        double luck = _random.NextDouble();
        ulong left = Aead.MaxCounter - _counter;
        _counter += luck < 0.02 ? Math.Min((ulong)_random.Next(5_000), left) : luck < 0.022 ? left / 2 : luck < 0.024 ? left : 0;
        byte[] datagram = new byte[frames.Length + SessionWire.TransportOverhead];
        SessionWire.Begin(datagram, SealedType.Transport);
        SessionWire.WriteUInt32(datagram, 4, _remoteIndex);
        SessionWire.WriteUInt64(datagram, 8, _counter);
        _key!.Seal(_counter++, datagram.AsSpan(0, SessionWire.TransportHeader), frames, datagram.AsSpan(SessionWire.TransportHeader));
        if (_old.Count < MaxOld)
        {
            _old.Add(datagram);
        }
        else
        {
            _old[_random.Next(MaxOld)] = datagram;
        }

        return datagram;
    }

    /// <summary>One he sealed before; null before he did.</summary>
    public byte[]? Old() => _old.Count > 0 ? _random.Pick(_old) : null;

    /// <summary>Recorded texts have another sender; in his session they are to be his own.</summary>
    public byte[] InOwnName(byte[] frames)
    {
        List<(byte Type, byte[] Body)> read = FrameMutator.Read(frames, out byte[] rest);
        return
        [
            .. read.SelectMany(frame => FrameMutator.Write(frame.Type, InOwnName(frame.Type, frame.Body))),
            .. rest,
        ];
    }

    private byte[] InOwnName(byte type, byte[] body)
    {
        byte[] own = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(body)
            .Replace("USER_ID:alice@10.77.0.1", $"USER_ID:{UserId}", StringComparison.Ordinal)
            .Replace("FROM:alice@10.77.0.1", $"FROM:{UserId}", StringComparison.Ordinal)
            .Replace("TO:bob@10.77.0.2", _random.Chance(0.6) ? $"TO:{_victim.UserId}" : "TO:bob@10.77.0.2", StringComparison.Ordinal));
        if (type == (byte)FrameType.Message && MessageFrame.TryRead(body, out MessageFrame message) && message.IsWhole)
        {
            // A recorded message is an old one to who has heard a later one; in a stream of its own it is new.
            BinaryPrimitives.WriteUInt64BigEndian(own, ++_stream);
            BinaryPrimitives.WriteUInt64BigEndian(own.AsSpan(8), 1);
            BinaryPrimitives.WriteUInt32BigEndian(own.AsSpan(16), (uint)(own.Length - MessageFrame.Header));
        }

        return own;
    }

    private HandshakePayload Payload => new()
    {
        Boot = 0x0BAD_B007, Port = Endpoint.Port, SigningKey = _security.Identity.Public.SigningKey.ToArray(), UserId = Encoding.UTF8.GetBytes(UserId),
    };

    private void React(Packet packet)
    {
        if (IsSilent || packet.Bytes.Length < 2 || packet.Bytes[0] != WireLimits.BinaryMark)
        {
            return;
        }

        switch ((SealedType)packet.Bytes[1])
        {
            case SealedType.Response when packet.Bytes.Length == SessionWire.ResponseLength:
                Finish(packet.Bytes);
                break;
            case SealedType.Initiation when packet.Bytes.Length == SessionWire.InitiationLength:
                Respond(packet);
                break;
            default:
                break;
        }
    }

    private void Finish(byte[] response)
    {
        byte[] payload = new byte[HandshakePayload.ResponseLength];
        if (_noise is not null && SessionWire.ReadUInt32(response, 8) == _index
            && _noise.TryReadResponse(response.AsSpan(SessionWire.ResponseHeader, SessionWire.ResponseNoise), payload))
        {
            TakeKeys(_noise, isInitiator: true, SessionWire.ReadUInt32(response, 4));
            _noise.Dispose();
            _noise = null;
        }
    }

    private void Respond(Packet initiation)
    {
        var read = new ReadInitiationWork(
            new HandshakeContext(_security.Suite, _security.Identity.Agreement, Payload), _security.Network.Newest, initiation.Bytes, initiation.From);
        read.Run();
        if (read.Noise is not Handshake noise)
        {
            return;
        }

        byte[] datagram = new byte[SessionWire.ResponseLength];
        SessionWire.Begin(datagram, SealedType.Response);
        uint index = (uint)_random.Draw();
        SessionWire.WriteUInt32(datagram, 4, index);
        SessionWire.WriteUInt32(datagram, 8, read.SenderIndex);
        byte[] payload = new byte[HandshakePayload.ResponseLength];
        Payload.WriteResponse(payload, index);
        noise.WriteResponse(ChangePayload?.Invoke(payload) ?? payload, datagram.AsSpan(SessionWire.ResponseHeader));
        Macs.Write(datagram, Macs.Mac1Key(_victim.Machine.Identity.AgreementKey, _security.Network.Newest), default);
        TakeKeys(noise, isInitiator: false, read.SenderIndex);
        noise.Dispose();
        _socket.Send(_victim.Endpoint, datagram);
    }

    private void TakeKeys(Handshake noise, bool isInitiator, uint remoteIndex)
    {
        byte[] fromInitiator = new byte[Aead.KeyLength], fromResponder = new byte[Aead.KeyLength];
        noise.Split(fromInitiator, fromResponder);
        Forget();
        _key = AesGcmAead.Instance.CreateKey(isInitiator ? fromInitiator : fromResponder);
        _counter = 0;
        _remoteIndex = remoteIndex;
    }
}
