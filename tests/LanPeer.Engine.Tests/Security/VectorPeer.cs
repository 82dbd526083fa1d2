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
using static LanPeer.Tests.Security.SessionVectors;

namespace LanPeer.Tests.Security;

/// <summary>A whole peer in the place of one end of a session of sessions.json.</summary>
internal sealed class VectorPeer : IDisposable
{
    private readonly Identity _identity;
    private readonly GivenRandom _random = new();
    private readonly JsonElement _end;
    private TimeSpan _now;

    /// <param name="vector">An item of <c>sessions</c>.</param>
    /// <param name="side"><c>initiator</c> or <c>responder</c>.</param>
    public VectorPeer(JsonElement vector, string side)
    {
        Vector = vector;
        _end = vector.GetProperty(side);
        _identity = IdentityOf(Text(_end, "identity"));
        Here = EndpointOf(_end);
        There = EndpointOf(vector.GetProperty(side == "initiator" ? "responder" : "initiator"));

        // The first epoch is taken at the start, the second by the handshake. A clock of 1970 makes it count.
        ulong epoch = VectorFile.Optional(_end, "epoch") is null ? 100 : EpochOf(_end);
        _random.Give(UInt32(_end, "boot"));
        Machine = new PeerMachine(
            new PeerSettings { Name = Text(_end, "userId").Split('@')[0] },
            new LocalNetwork([new LocalLink("lan0", Here.Address, 24)], [Here.Address], isLoopbackOnly: false, usesLimitedBroadcast: false),
            _random,
            new PeerSecurity
            {
                Identity = _identity,
                Epochs = new EpochClock(epoch - 1, epoch + 1),
                Pins = new PinBook(),
                Network = NetworkOf(vector),
                Suite = SuiteOf(_end),
            });
        Machine.Start(Now, Here.Port, Effects);
        Effects.Clear();
    }

    public JsonElement Vector { get; }

    public PeerMachine Machine { get; }

    public Ipv4Endpoint Here { get; }

    public Ipv4Endpoint There { get; }

    /// <summary>What the last datagram led to.</summary>
    public Effects Effects { get; } = new();

    public IEnumerable<string> Sent => Effects.Sends.Select(send => Hex(Effects.Payload(send)));

    private Moment Now => new(_now, DateTimeOffset.UnixEpoch);

    public DropReason Receive(JsonElement item, string property) => Receive(Bytes(item, property));

    /// <summary>Hands it a datagram of the other end, and has the work done that follows from it.</summary>
    /// <returns>Why it was dropped, at once or by the work.</returns>
    public DropReason Receive(byte[] datagram)
    {
        Effects.Clear();
        DropReason reason = Machine.Receive(Now, Inlet.Unicast, There, datagram, Effects);
        while (Machine.TakeWork() is HandshakeWork work)
        {
            work.Run();
            DropReason found = Machine.Complete(Now, work, Effects);
            reason = found != DropReason.None ? found : reason;
        }

        return reason;
    }

    /// <summary>Lets no bound on what it does in a second come into play.</summary>
    public void Rest() => _now += TimeSpan.FromSeconds(1);

    /// <summary>The next number drawn becomes this end's index.</summary>
    public void GiveIndex() => _random.Give(UInt32(_end, "index"));

    /// <summary>The next PING that asks has this body.</summary>
    public void GiveToken(byte[] token)
    {
        // Whom it met is put at a random place and its first probe at a random time, before it is sent anything.
        for (uint i = 1; i <= 3; i++)
        {
            _random.Give(i);
        }

        _random.Give(token);
    }

    /// <summary>Seals frames as the initiator would, for a responder to receive.</summary>
    public byte[] Seal(ulong counter, byte[] frames)
    {
        byte[] datagram = new byte[frames.Length + SessionWire.TransportOverhead];
        SessionWire.Begin(datagram, SealedType.Transport);
        SessionWire.WriteUInt32(datagram, 4, UInt32(_end, "index"));
        SessionWire.WriteUInt64(datagram, 8, counter);
        using AeadKey key = AesGcmAead.Instance.CreateKey(Bytes(Vector, "initiatorKey"));
        key.Seal(counter, datagram.AsSpan(0, SessionWire.TransportHeader), frames, datagram.AsSpan(SessionWire.TransportHeader));
        return datagram;
    }

    /// <summary>The frames of what a responder has sealed.</summary>
    public byte[] OpenOwn(byte[] datagram)
    {
        byte[] frames = new byte[datagram.Length - SessionWire.TransportOverhead];
        using AeadKey key = AesGcmAead.Instance.CreateKey(Bytes(Vector, "responderKey"));
        return key.TryOpen(SessionWire.ReadUInt64(datagram, 8), datagram.AsSpan(0, SessionWire.TransportHeader),
            datagram.AsSpan(SessionWire.TransportHeader), frames) ? frames : throw new ArgumentException("It does not open.", nameof(datagram));
    }

    /// <summary>Hears the other end announce itself, and begins a handshake with it.</summary>
    public DropReason HearAnnouncement()
    {
        JsonElement other = Vector.GetProperty("responder");
        using Identity identity = IdentityOf(Text(other, "identity"));
        byte[] text = Encoding.UTF8.GetBytes(
            $"TYPE:PEER_DISCOVERY\nUSER_ID:{Text(other, "userId")}\nPORT:{There.Port}\nTIMESTAMP:1795368238\nMESSAGE_ID:1\nPROTO:1\n"
            + $"BOOT:{Text(other, "boot")}\nPEER_ID:{identity.PeerId}\nKEY:{Convert.ToBase64String(identity.Public.AgreementKey)}\n\n");
        PeerNetwork network = NetworkOf(Vector);
        byte[] datagram = text;
        if (network.IsClosed)
        {
            using var seal = new AnnouncementSeal(network, AesGcmAead.Instance, new GivenRandom());
            datagram = new byte[text.Length + SessionWire.AnnouncementOverhead];
            seal.Seal(text, datagram);
        }

        GiveIndex();
        return Receive(datagram);
    }

    public void Dispose()
    {
        Machine.Dispose();
        _identity.Dispose();
    }

    private static Ipv4Endpoint EndpointOf(JsonElement end)
        => UserIds.TryGetAddress(Encoding.UTF8.GetBytes(Text(end, "userId")), out uint address)
            ? new Ipv4Endpoint(address, end.GetProperty("port").GetUInt16())
            : throw new ArgumentException("A whole peer has its address in its user id.", nameof(end));
}
