using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using LanPeer.Protocol;
using LanPeer.Security;

namespace LanPeer;

/// <content>Round trips measured for users.</content>
internal sealed partial class LanPeerEngine
{
    private readonly Dictionary<ulong, PingWait> _pings = [];

    /// <summary>Sends a ping, or begins the handshake it needs; then it is to be tried again.</summary>
    /// <exception cref="LanPeerException">The session was stopped.</exception>
    public void TrySend(PingWait ping)
    {
        Effects effects = RentEffects();
        try
        {
            lock (_gate)
            {
                ThrowIfStopped();
                if (_machine.FindPeer(ping.Id) is PeerEntry peer)
                {
                    Send(ping, peer, effects);
                }

                BeginSending(effects);
            }

            // What the network does not take is as lost as what it loses.
            Carry(effects);
        }
        finally
        {
            ReturnEffects(effects);
        }
    }

    /// <summary>A ping is not waited for any more.</summary>
    public void Forget(PingWait ping)
    {
        lock (_gate)
        {
            _pings.Remove(ping.Token);
        }
    }

    private void Send(PingWait ping, PeerEntry peer, Effects effects)
    {
        ping.See(peer);
        ulong token = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        Moment now = Now();
        if (peer.Contact is not null && _machine.Ping(now, peer, token, effects))
        {
            ping.Sent(peer, token, now.Elapsed);
            _pings[token] = ping;
        }
    }

    /// <summary>Gives answers to those who wait for them. Called under the lock.</summary>
    private void TakePongs(Effects effects)
    {
        foreach (Pong pong in effects.Pongs)
        {
            if (_pings.TryGetValue(pong.Token, out PingWait? ping))
            {
                ping.Answered(pong);
            }
        }
    }
}
