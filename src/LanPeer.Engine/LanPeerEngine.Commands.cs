using System;
using System.Collections.Generic;
using System.Net.Sockets;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Transport;
using LanPeer.Wire;

namespace LanPeer;

/// <content>What users ask of a peer. Each takes the lock once, and sends after it has left it.</content>
internal sealed partial class LanPeerEngine
{
    /// <summary>Sends a post to all known peers.</summary>
    /// <returns>One delivery for each peer.</returns>
    public IReadOnlyList<LanDelivery> Post(string text)
    {
        TextRules.CheckMessage(text);
        return Send((now, effects) => _machine.Post(now, text, _machine.Peers, effects)
            ?? throw TextRules.TooLarge("The message"));
    }

    /// <summary>Sends a direct message.</summary>
    public LanDelivery DM(string userId, string text)
    {
        TextRules.CheckMessage(text);
        List<LanDelivery> deliveries = Send((now, effects) =>
        {
            PeerEntry? peer = _machine.FindPeer(userId);
            return peer is null ? "" : _machine.DM(now, peer, text, effects) ?? throw TextRules.TooLarge("The message");
        });
        return deliveries.Count > 0 ? deliveries[0] : new LanDelivery("", userId)
        {
            State = LanDeliveryState.Failed,
            Reason = "It is not a known peer any more.",
        };
    }

    /// <summary>Sets the own profile and sends it to all known peers.</summary>
    /// <param name="displayName">One line.</param>
    /// <param name="status">One line.</param>
    /// <param name="avatar">A validated image, or null for none.</param>
    public IReadOnlyList<LanDelivery> SetProfile(string displayName, string status, byte[]? avatar)
    {
        TextRules.CheckProfile(displayName, status);
        TextRules.CheckAvatar(avatar);
        return Send((now, effects) =>
        {
            string id = _machine.SetProfile(now, ProfileForWire(displayName, status, avatar), effects)
                ?? throw TextRules.TooLarge("The profile");
            _ownProfile = new LanProfile(_machine.UserId, displayName, status, avatar);
            return id;
        });
    }

    /// <summary>Asks everyone who is there to answer now.</summary>
    public void Find()
    {
        List<RunEntry> neighbours = _nextNeighbourCall != TimeSpan.MaxValue ? _runFolder?.Others() ?? [] : [];
        Effects effects = RentEffects();
        lock (_gate)
        {
            ThrowIfStopped();
            _machine.Find(Now(), effects);
            AskNeighbours(neighbours, effects);
            BeginSending(effects);
        }

        Finish(effects);
        ReturnEffects(effects);
    }

    /// <summary>Asks all known peers whom they know.</summary>
    /// <returns>Gathers the answers until it is disposed.</returns>
    public ListQuery AskForLists()
    {
        Effects effects = RentEffects();
        ListQuery query;
        lock (_gate)
        {
            ThrowIfStopped();
            query = new ListQuery(Remove);
            _queries.Add(query);
            query.Asked = _machine.AskForLists(Now(), effects);
            BeginSending(effects);
        }

        Finish(effects);
        ReturnEffects(effects);
        return query;
    }

    /// <summary>While watched, every datagram raises <see cref="PeersChanged"/>, not only news.</summary>
    public IDisposable Watch()
    {
        lock (_gate)
        {
            _watchers++;
        }

        return new Watcher(this);
    }

    private static ProfileDetails ProfileForWire(string displayName, string status, byte[]? avatar)
        => new(displayName, status, avatar is null ? null : AvatarImage.Recognise(avatar),
            avatar is null ? default : System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(avatar)));

    private List<LanDelivery> Send(Func<Moment, Effects, string> write)
    {
        Effects effects = RentEffects();
        try
        {
            string messageId;
            lock (_gate)
            {
                ThrowIfStopped();
                messageId = write(Now(), effects);
                BeginSending(effects);
            }

            var deliveries = new List<LanDelivery>(effects.Sends.Count);
            foreach (WaitingMessage waiting in effects.Waiting)
            {
                deliveries.Add(new LanDelivery(messageId, waiting.Peer.UserId)
                {
                    State = waiting.IsWaiting ? LanDeliveryState.Unconfirmed : LanDeliveryState.Failed,
                    Reason = waiting.IsWaiting ? "Waits for a handshake with it." : "Too much waits for a handshake with it.",
                });
            }

            Carry(effects, (send, error) => deliveries.Add(new LanDelivery(messageId, send.Peer?.UserId ?? "")
            {
                State = error == SocketError.Success ? LanDeliveryState.Unconfirmed : LanDeliveryState.Failed,
                Tries = 1,
                Reason = error == SocketError.Success ? "" : new SocketException((int)error).Message,
            }));
            return deliveries;
        }
        finally
        {
            ReturnEffects(effects);
        }
    }

    private void Remove(ListQuery query)
    {
        lock (_gate)
        {
            _queries.Remove(query);
        }
    }

    private void ThrowIfStopped()
    {
        if (_isStopped)
        {
            throw new LanPeerException(LanErrorId.SessionStopped,
                $"The session '{_options.Name}' was stopped.", "Start another one with Start-LanPeer.");
        }
    }

    private sealed class Watcher(LanPeerEngine engine) : IDisposable
    {
        private bool _isDisposed;

        public void Dispose()
        {
            lock (engine._gate)
            {
                engine._watchers -= _isDisposed ? 0 : 1;
                _isDisposed = true;
            }
        }
    }
}
