using System;
using System.Text;
using LanPeer.Security.Noise;
using LanPeer.Wire;

namespace LanPeer.Security.Sessions;

/// <summary>What a handshake needs and nothing changes while it runs: the own keys, the functions, what is said of oneself.</summary>
internal sealed record HandshakeContext(HandshakeSuite Suite, AgreementKey OwnStatic, HandshakePayload Own)
{
    private static readonly byte[] s_prologue = Encoding.ASCII.GetBytes("LanPeer session 1");

    /// <summary>Binds the header of the initiation to the handshake.</summary>
    public static byte[] Prologue(ReadOnlySpan<byte> initiation)
    {
        byte[] prologue = new byte[s_prologue.Length + SessionWire.InitiationHeader];
        s_prologue.CopyTo(prologue, 0);
        initiation[..SessionWire.InitiationHeader].CopyTo(prologue.AsSpan(s_prologue.Length));
        return prologue;
    }
}

/// <summary>
/// A step of a handshake that takes a fraction of a millisecond of arithmetic: made under the engine's lock, run outside
/// of it, and handed back under it. It knows no state of the peer and touches no input or output.
/// </summary>
internal abstract class HandshakeWork
{
    public abstract void Run();
}

/// <summary>Makes an initiation.</summary>
internal sealed class InitiateWork(HandshakeContext context, PeerSession session, Attempt attempt, ulong epoch, byte[] cookie) : HandshakeWork
{
    public PeerSession Session => session;

    public Attempt Attempt => attempt;

    /// <summary>The datagram; null when the other side's key is none.</summary>
    public byte[]? Datagram { get; private set; }

    /// <summary>The handshake, ready for the response.</summary>
    public Handshake? Noise { get; private set; }

    public override void Run()
    {
        byte[] datagram = new byte[SessionWire.InitiationLength];
        SessionWire.Begin(datagram, SealedType.Initiation);
        SessionWire.WriteUInt32(datagram, 4, attempt.Secret.KeyId);
        SessionWire.WriteUInt32(datagram, 8, attempt.Index);
        Span<byte> payload = stackalloc byte[HandshakePayload.InitiationLength];
        context.Own.WriteInitiation(payload, epoch);
        var noise = Handshake.Initiate(
            context.Suite, HandshakeContext.Prologue(datagram), context.OwnStatic, session.RemoteStatic, attempt.Secret.PresharedKey);
        if (noise.WriteInitiation(payload, datagram.AsSpan(SessionWire.InitiationHeader)) == 0)
        {
            noise.Dispose();
            return;
        }

        Macs.Write(datagram, Macs.Mac1Key(session.RemoteStatic, attempt.Secret), cookie);
        Noise = noise;
        Datagram = datagram;
    }
}

/// <summary>Opens an initiation and learns who sent it.</summary>
internal sealed class ReadInitiationWork(HandshakeContext context, NetworkSecret secret, byte[] datagram, Ipv4Endpoint source) : HandshakeWork
{
    public Ipv4Endpoint Source => source;

    public NetworkSecret Secret => secret;

    /// <summary>The index its sender wants to be written to under.</summary>
    public uint SenderIndex => SessionWire.ReadUInt32(datagram, 8);

    /// <summary>Ready to write the response; null when the datagram is not authentic.</summary>
    public Handshake? Noise { get; private set; }

    public PublicIdentity? Who { get; private set; }

    public HandshakePayload? Said { get; private set; }

    public ulong Epoch { get; private set; }

    public override void Run()
    {
        Span<byte> payload = stackalloc byte[HandshakePayload.InitiationLength];
        var noise = Handshake.Respond(context.Suite, HandshakeContext.Prologue(datagram), context.OwnStatic, secret.PresharedKey);
        if (noise.TryReadInitiation(datagram.AsSpan(SessionWire.InitiationHeader, SessionWire.InitiationNoise), payload)
            && HandshakePayload.ReadInitiation(payload, out ulong epoch) is HandshakePayload said
            && P256Agreement.IsPoint(said.SigningKey))
        {
            (Noise, Who, Said, Epoch) = (noise, PublicIdentity.Of(noise.RemoteStatic, said.SigningKey), said, epoch);
            return;
        }

        noise.Dispose();
    }
}

/// <summary>Makes the response to an initiation, and the keys with it.</summary>
internal sealed class RespondWork(HandshakeContext context, PeerSession session, ReadInitiationWork read, uint index, TimeSpan now) : HandshakeWork
{
    public PeerSession Session => session;

    public ReadInitiationWork Read => read;

    public byte[]? Datagram { get; private set; }

    public TransportKeys? Keys { get; private set; }

    public override void Run()
    {
        using Handshake noise = read.Noise!;
        byte[] datagram = new byte[SessionWire.ResponseLength];
        SessionWire.Begin(datagram, SealedType.Response);
        SessionWire.WriteUInt32(datagram, 4, index);
        SessionWire.WriteUInt32(datagram, 8, read.SenderIndex);
        Span<byte> payload = stackalloc byte[HandshakePayload.ResponseLength];
        context.Own.WriteResponse(payload, index);
        if (noise.WriteResponse(payload, datagram.AsSpan(SessionWire.ResponseHeader)) == 0)
        {
            return;
        }

        Macs.Write(datagram, Macs.Mac1Key(session.RemoteStatic, read.Secret), default);
        Keys = SessionKeys.Split(context, noise, isInitiator: false, index, read.SenderIndex, now);
        Datagram = datagram;
    }
}

/// <summary>Opens the response to an own initiation.</summary>
internal sealed class ReadResponseWork(
    HandshakeContext context, PeerSession session, Attempt attempt, byte[] datagram, Ipv4Endpoint source, TimeSpan now) : HandshakeWork
{
    public PeerSession Session => session;

    public Attempt Attempt => attempt;

    public Ipv4Endpoint Source => source;

    /// <summary>Null when the datagram is not authentic.</summary>
    public TransportKeys? Keys { get; private set; }

    public PublicIdentity? Who { get; private set; }

    public HandshakePayload? Said { get; private set; }

    public override void Run()
    {
        Span<byte> payload = stackalloc byte[HandshakePayload.ResponseLength];
        uint index = SessionWire.ReadUInt32(datagram, 4);
        if (!attempt.Noise!.TryReadResponse(datagram.AsSpan(SessionWire.ResponseHeader, SessionWire.ResponseNoise), payload))
        {
            return;
        }

        // The index in the header is outside of the Noise message: anybody can change it, and make mac1 right again.
        if (HandshakePayload.ReadResponse(payload, index) is not HandshakePayload said || !P256Agreement.IsPoint(said.SigningKey))
        {
            attempt.Noise.UnreadResponse();
            return;
        }

        (Who, Said) = (PublicIdentity.Of(session.RemoteStatic, said.SigningKey), said);
        Keys = SessionKeys.Split(context, attempt.Noise, isInitiator: true, attempt.Index, index, now);
    }
}

/// <summary>From a finished handshake to the keys of its two directions.</summary>
internal static class SessionKeys
{
    public static TransportKeys Split(HandshakeContext context, Handshake noise, bool isInitiator, uint local, uint remote, TimeSpan now)
    {
        Span<byte> keys = stackalloc byte[2 * Aead.KeyLength];
        Span<byte> fromInitiator = keys[..Aead.KeyLength];
        Span<byte> fromResponder = keys[Aead.KeyLength..];
        noise.Split(fromInitiator, fromResponder);
        var transport = new TransportKeys(
            context.Suite.Aead, isInitiator ? fromInitiator : fromResponder, isInitiator ? fromResponder : fromInitiator, isInitiator)
        {
            LocalIndex = local,
            RemoteIndex = remote,
            CreatedAt = now,
            IntroducedAs = context.Own,
        };
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(keys);
        return transport;
    }
}
