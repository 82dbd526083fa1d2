using System;
using System.Threading;
using LanPeer.Protocol;

namespace LanPeer;

/// <summary>One question to one peer, and its answer.</summary>
/// <param name="id">The peer's user id or PEER_ID.</param>
/// <param name="sequence">Which of the questions to it.</param>
internal sealed class PingWait(string id, int sequence)
{
    private long _roundTrip = -1;
    private PeerEntry? _asked;
    private TimeSpan _sentAt;
    private string? _userId;
    private string? _peerId;
    private string _address = "";

    /// <summary>Whom, as the engine finds it.</summary>
    public string Id => id;

    /// <summary>What the PONG has to return; 0 when nothing was sent yet.</summary>
    public ulong Token { get; private set; }

    public bool IsSent => _asked is not null;

    /// <summary>Whether the peer has no session, and answers no ping.</summary>
    public bool IsUnsupported { get; private set; }

    public bool IsAnswered => Volatile.Read(ref _roundTrip) >= 0;

    /// <summary>What is known of the peer now. Called under the engine's lock.</summary>
    public void See(PeerEntry peer)
    {
        LanPeer view = PublicViews.Peer(peer);
        (_userId, _peerId, _address) = (view.UserId, view.PeerId, view.Address);
        IsUnsupported = peer.Contact is null;
    }

    /// <summary>It is on its way. Called under the engine's lock.</summary>
    public void Sent(PeerEntry peer, ulong token, TimeSpan now) => (_asked, Token, _sentAt) = (peer, token, now);

    /// <summary>The answer is there. Called under the engine's lock; only the first one counts.</summary>
    public void Answered(in Pong pong)
    {
        if (pong.From == _asked && _roundTrip < 0)
        {
            Volatile.Write(ref _roundTrip, (pong.At - _sentAt).Ticks);
        }
    }

    /// <summary>What has become of it.</summary>
    public LanPing Result()
    {
        long roundTrip = Volatile.Read(ref _roundTrip);
        return new LanPing(_userId ?? id, sequence)
        {
            PeerId = _peerId,
            Address = _address,
            State = IsUnsupported ? LanPingState.Unsupported : roundTrip >= 0 ? LanPingState.Answered : LanPingState.Lost,
            RoundTrip = roundTrip >= 0 ? TimeSpan.FromTicks(roundTrip) : null,
        };
    }
}
