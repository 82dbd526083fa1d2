using System;
using System.Buffers.Binary;
using LanPeer.Security;

namespace LanPeer.Protocol;

/// <content>Round trips measured for a user.</content>
internal sealed partial class PeerMachine
{
    /// <summary>Asks a peer with a session for a PONG. Without keys it begins the handshake that gives them instead.</summary>
    /// <param name="now">Now.</param>
    /// <param name="peer">Whom.</param>
    /// <param name="token">Random; the PONG returns it.</param>
    /// <param name="effects">Receives the datagram.</param>
    /// <returns>Whether it was sent.</returns>
    public bool Ping(Moment now, PeerEntry peer, ulong token, Effects effects)
    {
        Span<byte> body = stackalloc byte[Frames.TokenLength];
        BinaryPrimitives.WriteUInt64BigEndian(body, token);
        int before = effects.Sends.Count;
        SendFrame(peer, FrameType.Ping, body, now, effects);
        return effects.Sends.Count > before;
    }

    /// <summary>A PONG has come; whose question it answers is for those who asked to see.</summary>
    private static void NotePong(ReadOnlySpan<byte> body, in Inbound inbound)
    {
        if (body.Length == Frames.TokenLength)
        {
            inbound.Effects.Pongs.Add(new Pong(inbound.Peer!, BinaryPrimitives.ReadUInt64BigEndian(body), inbound.Now.Elapsed));
        }
    }
}
