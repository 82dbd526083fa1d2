using System;
using System.Collections;
using System.Collections.Generic;
using System.Reflection;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Tests.Security;

/// <summary>One session layer with what a peer does around it: sending, answering, confirming.</summary>
internal sealed class SessionEnd : IDisposable
{
    private readonly SessionLab _lab;
    private readonly Identity _identity;
    private readonly Dictionary<string, TestSession> _sessions = [];

    public SessionEnd(SessionLab lab, Ipv4Endpoint endpoint, SeededRandom random, EpochClock epochs, PeerNetwork network)
    {
        _lab = lab;
        Endpoint = endpoint;
        using var signing = Identity.Import(SeededP256.Scalar(random), SeededP256.Scalar(random));
        byte[] signingKey = signing.Public.SigningKey.ToArray();
        _identity = new Identity(new FastAgreement(random).Generate(), signingKey, () => throw new NotSupportedException());
        Key = _identity.Public.AgreementKey.ToArray();
        Layer = new SessionLayer(_identity, network, epochs, new HandshakeSuite(new FastAgreement(random), lab.Aead), random)
        {
            Own = new HandshakePayload { Boot = 7, Port = endpoint.Port, SigningKey = signingKey, UserId = [.. "a@b"u8] },
        };
    }

    public SessionLayer Layer { get; }

    /// <summary>The static key.</summary>
    public byte[] Key { get; }

    public Ipv4Endpoint Endpoint { get; }

    public TimeSpan Now => _lab.Elapsed;

    /// <summary>What was sent and has not been delivered.</summary>
    public Queue<byte[]> Outbox { get; } = [];

    /// <summary>What became of what came, and of the work behind it.</summary>
    public List<DropReason> Reasons { get; } = [];

    /// <summary>Indices that stand for something.</summary>
    public int SlotCount => ((ICollection)typeof(SessionLayer).GetField("_slots", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(Layer)!).Count;

    public TestSession With(SessionEnd other) => With(other.Key);

    public TestSession With(ReadOnlySpan<byte> key)
    {
        string name = Convert.ToHexString(key);
        return _sessions.TryGetValue(name, out TestSession? session) ? session : _sessions[name] = new TestSession(key.ToArray());
    }

    public bool Begin(SessionEnd other) => Layer.Begin(With(other), other.Endpoint, _lab.Now, int.MaxValue);

    /// <summary>Begins and sends: returns the initiation.</summary>
    public byte[] Initiate(SessionEnd other)
    {
        Begin(other);
        Work();
        return Outbox.Dequeue();
    }

    /// <summary>Takes a datagram from somewhere; the work it makes is left to be done.</summary>
    public DropReason Receive(byte[] datagram, Ipv4Endpoint source)
    {
        DropReason reason = DropReason.BadFrame;
        if (SessionWire.TryGetType(datagram, out SealedType type))
        {
            reason = type switch
            {
                SealedType.Initiation => OnInitiation(datagram, source),
                SealedType.Response => Layer.OnResponse(datagram, source, _lab.Elapsed),
                SealedType.CookieReply => Layer.OnCookieReply(datagram, _lab.Now),
                _ => OnTransport(datagram),
            };
        }

        Reasons.Add(reason);
        return reason;
    }

    /// <summary>Delivers what was sent.</summary>
    public void Deliver(SessionEnd to)
    {
        while (Outbox.TryDequeue(out byte[]? datagram))
        {
            to.Receive(datagram, Endpoint);
        }
    }

    /// <summary>Does the next piece of work to its end.</summary>
    public DropReason WorkOnce()
    {
        HandshakeWork work = Layer.TakeWork()!;
        work.Run();
        return Complete(work);
    }

    public void Work()
    {
        while (Layer.HasWork)
        {
            Reasons.Add(WorkOnce());
        }
    }

    public DropReason Complete(HandshakeWork work)
    {
        switch (work)
        {
            case InitiateWork initiate when Layer.Complete(initiate, isPatient: false, _lab.Now):
                Outbox.Enqueue(initiate.Datagram!);
                return DropReason.None;
            case ReadInitiationWork { Noise: null }:
                return DropReason.NotAuthentic;
            case ReadInitiationWork read:
                TestSession session = With(read.Who!.AgreementKey);
                return Layer.Answer(session, read, isCrossing: session.Attempt is { Noise: not null }, _lab.Elapsed);
            case RespondWork respond when Layer.Complete(respond, _lab.Elapsed):
                Outbox.Enqueue(respond.Datagram!);
                return DropReason.None;
            case ReadResponseWork response when Layer.Complete(response, _lab.Elapsed):
                Send((TestSession)response.Session);
                return DropReason.None;
            default:
                return work is ReadResponseWork ? DropReason.NotAuthentic : DropReason.None;
        }
    }

    /// <summary>Seals an empty datagram with the present keys and sends it.</summary>
    public byte[] Send(TestSession session)
    {
        byte[] datagram = new byte[SessionWire.TransportOverhead];
        session.Current!.Seal([], datagram);
        Outbox.Enqueue(datagram);
        return datagram;
    }

    /// <summary>Whether what this end seals now, the other can open.</summary>
    public bool Reaches(SessionEnd other)
    {
        if (With(other).Current is not TransportKeys keys || !keys.MaySeal(_lab.Elapsed))
        {
            return false;
        }

        byte[] datagram = new byte[SessionWire.TransportOverhead];
        keys.Seal([], datagram);
        return other.Receive(datagram, Endpoint) == DropReason.None;
    }

    /// <summary>Forgets another end; what comes of it later is a session of its own.</summary>
    public void Forget(SessionEnd other)
    {
        Layer.Forget(With(other));
        _sessions.Remove(Convert.ToHexString(other.Key));
    }

    /// <summary>Forgets what has outlived its time, of one that was never proven while it has no keys.</summary>
    /// <returns>When to look again.</returns>
    public TimeSpan Expire(SessionEnd other) => Layer.Expire(With(other), With(other).Current is null, _lab.Elapsed);

    public void Dispose()
    {
        Layer.Dispose();
        _identity.Dispose();
    }

    private DropReason OnInitiation(byte[] datagram, Ipv4Endpoint source)
    {
        byte[] reply = new byte[SessionWire.CookieReplyLength];
        DropReason reason = Layer.OnInitiation(datagram, source, source.Address, _lab.Elapsed, reply, out int length);
        if (length > 0)
        {
            Outbox.Enqueue(reply);
        }

        return reason;
    }

    private DropReason OnTransport(byte[] datagram)
    {
        DropReason reason = Layer.OnTransport(datagram, new byte[datagram.Length], _lab.Elapsed, out PeerSession? session, out bool isConfirmation);
        if (isConfirmation)
        {
            Layer.Confirm(session!, _lab.Elapsed);
        }

        return reason;
    }
}
