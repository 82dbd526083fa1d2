using System;
using System.Collections.Generic;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>
/// Somebody a handshake is made with, found by its static key. It becomes a peer, with an entry in the table, when it has
/// proven to own that key.
/// </summary>
internal sealed class Contact(byte[] remoteStatic, Ipv4Endpoint endpoint) : PeerSession(remoteStatic)
{
    /// <summary>Frames that wait for keys, at most.</summary>
    public const int MaxWaiting = 256;

    /// <summary>Bytes of them, at most.</summary>
    public const int MaxWaitingBytes = 1_048_576;

    private readonly Queue<byte[]> _waiting = new();

    /// <summary>Where it was first heard of; where its entry says, once it has one.</summary>
    public Ipv4Endpoint Endpoint { get; } = endpoint;

    /// <summary>Its entry; null until it has proven itself.</summary>
    public PeerEntry? Entry { get; set; }

    /// <summary>Who it has proven to be.</summary>
    public PublicIdentity? Who { get; set; }

    /// <summary>What it said in the initiation whose response it has not confirmed yet.</summary>
    public HandshakePayload? NextSaid { get; set; }

    /// <summary>Who said that.</summary>
    public PublicIdentity? NextWho { get; set; }

    /// <summary>A BOOT its announcements claim and no handshake has confirmed: a replay, unless it restarted.</summary>
    public uint DoubtedBoot { get; set; }

    /// <summary>When a claim of that kind is next followed.</summary>
    public TimeSpan NextDoubt { get; set; }

    public int WaitingCount => _waiting.Count;

    /// <summary>Bytes of what waits.</summary>
    public int WaitingBytes { get; private set; }

    /// <summary>Keeps frames until there are keys. False when there is no room for them.</summary>
    public bool TryWait(ReadOnlySpan<byte> frames)
    {
        if (_waiting.Count >= MaxWaiting || WaitingBytes + frames.Length > MaxWaitingBytes)
        {
            return false;
        }

        _waiting.Enqueue(frames.ToArray());
        WaitingBytes += frames.Length;
        return true;
    }

    public bool TryTakeWaiting(out byte[]? frames)
    {
        if (_waiting.TryDequeue(out frames))
        {
            WaitingBytes -= frames.Length;
            return true;
        }

        return false;
    }

    public void ForgetWaiting()
    {
        _waiting.Clear();
        WaitingBytes = 0;
    }
}
