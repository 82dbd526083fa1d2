using System;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Tests.Attacks;

/// <summary>An attacker who can do a handshake by hand: with whatever keys he has, from wherever he says, saying what he likes.</summary>
internal sealed class Mallory
{
    private readonly VirtualLan _lan;
    private readonly AdversaryHands _hands;
    private readonly PeerSecurity _security;
    private ulong _epochs;
    private ulong _stream;
    private uint _index = 0x4D41_4C00;
    private Handshake? _noise;

    public Mallory(VirtualLan lan, AdversaryHands hands, PeerKeys keys, string address, string userId)
        : this(lan, hands, keys, lan.AddSocket(address, 6_666), userId)
    {
    }

    /// <summary>One of many identities behind one socket.</summary>
    public Mallory(VirtualLan lan, AdversaryHands hands, PeerKeys keys, VirtualSocket socket, string userId)
    {
        _lan = lan;
        _hands = hands;
        _security = keys.Start(lan.Random($"mallory {userId}"), lan.Audit, lan.Moment.Utc);
        Socket = socket;
        UserId = userId;
        ClaimedPort = Socket.Port;
        Network = keys.Network.Newest;
    }

    public VirtualSocket Socket { get; }

    public Ipv4Endpoint Here => Socket.Endpoint;

    public string UserId { get; set; }

    public ushort ClaimedPort { get; set; }

    public uint Boot { get; set; } = 0x0BAD_B007;

    public NetworkSecret Network { get; set; }

    public PublicIdentity Who => _security.Identity.Public;

    public Identity Identity => _security.Identity;

    public string Key => Convert.ToBase64String(Who.AgreementKey);

    /// <summary>The keys of the session, once there is one.</summary>
    public TransportKeys? Keys { get; private set; }

    /// <summary>The signing key he says is his; his own when null.</summary>
    public byte[]? SigningKey { get; set; }

    private HandshakePayload Payload => new()
    {
        Boot = Boot, Port = ClaimedPort, SigningKey = SigningKey ?? Who.SigningKey.ToArray(), UserId = Encoding.UTF8.GetBytes(UserId),
    };

    private HandshakeContext Context => new(_security.Suite, _security.Identity.Agreement, Payload);

    /// <summary>An announcement of his, or of whoever he says he is.</summary>
    public string Announcement(params (string Key, string Value)[] more)
        => Protocol.Say.LanPeer(UserId, ClaimedPort, $"{Boot:x8}", [("PEER_ID", Who.PeerId), ("KEY", Key), .. more]);

    /// <summary>A first message with a right mac1.</summary>
    /// <param name="victim">Whom it is for.</param>
    /// <param name="changePayload">Spoils what is sealed.</param>
    /// <param name="claim">The static key he says is his; his own when null.</param>
    /// <param name="ephemeral">The ephemeral point written over the right one.</param>
    public byte[] Initiation(VirtualPeer victim, Action<byte[]>? changePayload = null, AgreementKey? claim = null, byte[]? ephemeral = null)
    {
        byte[] datagram = new byte[SessionWire.InitiationLength];
        SessionWire.Begin(datagram, SealedType.Initiation);
        SessionWire.WriteUInt32(datagram, 4, Network.KeyId);
        SessionWire.WriteUInt32(datagram, 8, ++_index);
        byte[] payload = new byte[HandshakePayload.InitiationLength];
        _epochs = Math.Max(_epochs + 1, (ulong)_lan.Moment.Utc.ToUnixTimeMilliseconds());
        Payload.WriteInitiation(payload, _epochs);
        changePayload?.Invoke(payload);
        ReadOnlySpan<byte> remote = victim.Machine.Identity.AgreementKey;
        _noise = Handshake.Initiate(
            _security.Suite, HandshakeContext.Prologue(datagram), claim ?? _security.Identity.Agreement, remote, Network.PresharedKey);
        _noise.WriteInitiation(payload, datagram.AsSpan(SessionWire.InitiationHeader));
        ephemeral?.CopyTo(datagram.AsSpan(SessionWire.InitiationHeader));
        Macs.Write(datagram, Macs.Mac1Key(remote, Network), default);
        return datagram;
    }

    /// <summary>Sends in anybody's name.</summary>
    public void Send(VirtualPeer victim, byte[] datagram, Ipv4Endpoint? from = null) => _hands.Inject(from ?? Here, victim.Endpoint, datagram);

    /// <summary>Makes a whole handshake; false when it is not answered.</summary>
    /// <param name="victim">With whom.</param>
    /// <param name="confirmFrom">Where the datagram that completes it says it comes from; his own place when null.</param>
    public bool Connect(VirtualPeer victim, Ipv4Endpoint? confirmFrom = null)
    {
        Socket.Received.Clear();
        Send(victim, Initiation(victim));
        _lan.Settle();
        Packet? response = Socket.Received.FirstOrDefault(packet => packet.Bytes[0] == WireLimits.BinaryMark && packet.Bytes[1] == (byte)SealedType.Response);
        if (response is null || !TryRead(response.Bytes))
        {
            return false;
        }

        Frame(victim, FrameType.Ping, [], confirmFrom);
        _lan.Settle();
        return true;
    }

    /// <summary>Answers an initiation that came to his socket, in the name of another place when one is given.</summary>
    public void Respond(Packet initiation, VirtualPeer victim, Ipv4Endpoint? from = null)
    {
        ReadInitiationWork read = Read(initiation);
        var respond = new RespondWork(Context, new Contact(victim.Machine.Identity.AgreementKey.ToArray(), initiation.From, new DeliveryPool()), read, ++_index, _lan.Now);
        respond.Run();
        Keys = respond.Keys;
        Send(victim, respond.Datagram!, from);
    }

    /// <summary>Opens an initiation that came to him.</summary>
    public ReadInitiationWork Read(Packet initiation)
    {
        var read = new ReadInitiationWork(Context, Network, initiation.Bytes, initiation.From);
        read.Run();
        return read;
    }

    /// <summary>Sends one frame through the session.</summary>
    public void Frame(VirtualPeer victim, FrameType type, ReadOnlySpan<byte> body, Ipv4Endpoint? from = null)
    {
        byte[] frame = new byte[Frames.Header + body.Length];
        body.CopyTo(frame.AsSpan(Frames.Header));
        Frames.WriteHeader(frame, type, body.Length);
        Raw(victim, frame, from);
    }

    public void Text(VirtualPeer victim, string text, Ipv4Endpoint? from = null) => Raw(victim, Protocol.MessageBytes.Frame(Encoding.UTF8.GetBytes(text), ++_stream), from);

    /// <summary>Seals bytes as they are and sends them.</summary>
    public void Raw(VirtualPeer victim, byte[] frames, Ipv4Endpoint? from = null)
    {
        byte[] datagram = new byte[frames.Length + SessionWire.TransportOverhead];
        Keys!.Seal(frames, datagram);
        Send(victim, datagram, from);
    }

    private bool TryRead(byte[] response)
    {
        Span<byte> payload = stackalloc byte[HandshakePayload.ResponseLength];
        if (!_noise!.TryReadResponse(response.AsSpan(SessionWire.ResponseHeader, SessionWire.ResponseNoise), payload))
        {
            return false;
        }

        Keys = SessionKeys.Split(Context, _noise, isInitiator: true, _index, SessionWire.ReadUInt32(response, 4), _lan.Now);
        return true;
    }
}
