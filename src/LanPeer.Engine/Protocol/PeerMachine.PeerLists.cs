using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>PEER_LIST_REQUEST and PEER_LIST_RESPONSE (docs/protocol.md, "Peer lists").</content>
internal sealed partial class PeerMachine
{
    /// <summary>No answer to a stranger is larger than this many times its question.</summary>
    private const int Amplification = 3;

    /// <summary>Bytes of a request: its answer may then have <see cref="ListSize"/>.</summary>
    private const int ListRequestSize = 1_200;

    /// <summary>The largest answer: about 90 peers with their endpoints, three Ethernet frames.</summary>
    private const int ListSize = 3_600;

    /// <summary>Peers asked in one go, and newcomers approached on one peer's word.</summary>
    private const int MaxAsked = 256;
    private const int MaxIntroductions = 32;

    private static readonly TimeSpan s_listPatience = TimeSpan.FromSeconds(10);

    /// <summary>Asks all known peers whom they know.</summary>
    /// <returns>How many were asked.</returns>
    public int AskForLists(Moment now, Effects effects)
    {
        (int, int) payload = effects.Commit(MessageWriter.PeerListRequest(effects.Room(), NewEnvelope(now), ListRequestSize));
        int asked = 0;
        foreach (PeerEntry peer in _peers.Entries)
        {
            if (asked == MaxAsked)
            {
                break;
            }

            if (peer.Contact is not null)
            {
                peer.ListAsked = now.Elapsed;
                Span<byte> room = TextRoom();
                int length = MessageWriter.PeerListRequest(room, NewEnvelope(now), padTo: 0);
                Queue(NewMessage(peer, "", room[..length], now, s_listPatience), now, effects);
                asked++;
            }
            else if (peer.Dialect == Dialect.Lean)
            {
                peer.ListAsked = now.Elapsed;
                effects.Send(payload, peer.Endpoint, peer);
                asked++;
            }
        }

        return asked;
    }

    private DropReason OnPeerListRequest(in Datagram datagram, in Inbound inbound)
    {
        DropReason reason = FindSender(datagram, inbound, out PeerEntry? peer);
        if (reason is not (DropReason.None or DropReason.UnknownSender))
        {
            return reason;
        }

        TimeSpan now = inbound.Now.Elapsed;
        if (!MayAnswer(inbound))
        {
            return DropReason.RateLimited;
        }

        int budget = Amplification * datagram.Length;
        if (inbound.Peer is not null)
        {
            // Its address is proven: nothing can be amplified towards anybody else.
            budget = ListSize;
        }
        else if (budget < ListSize && peer is { Proto: 0 } && MaySendUnasked(peer, now, ListSize))
        {
            budget = ListSize;
        }

        SendPeerList(inbound, Math.Min(budget, ListSize), seedsOnly: false);
        return DropReason.None;
    }

    /// <summary>Sends as much of the table as fits the budget; COUNT says how many there are.</summary>
    private void SendPeerList(in Inbound inbound, int budget, bool seedsOnly)
    {
        var ids = new StringBuilder("[");
        var endpoints = new StringBuilder("[");
        int count = 0;

        // The frame of the message: keys, id, timestamp, message id, brackets.
        int size = 140 + _userId.Length;
        bool isFull = false;
        foreach (PeerEntry peer in _peers.Entries)
        {
            bool isAsker = peer.Endpoint == inbound.Source;
            if (isAsker || (seedsOnly && peer.Proto != 0))
            {
                continue;
            }

            count++;
            if (isFull)
            {
                continue;
            }

            string id = JsonEncodedText.Encode(peer.UserId).Value;
            string endpoint = peer.Endpoint.ToString();
            size += Encoding.UTF8.GetByteCount(id) + endpoint.Length + 6;
            isFull = size > budget;
            if (!isFull)
            {
                ids.Append(ids.Length > 1 ? ",\"" : "\"").Append(id).Append('"');
                endpoints.Append(endpoints.Length > 1 ? ",\"" : "\"").Append(endpoint).Append('"');
            }
        }

        if (seedsOnly && count == 0)
        {
            return;
        }

        var list = new PeerListText(ids.Append(']').ToString(), endpoints.Append(']').ToString(), count);
        if (inbound.Peer is not null)
        {
            Span<byte> room = TextRoom();
            int written = MessageWriter.PeerListResponse(room, NewEnvelope(inbound.Now), list);
            Queue(NewMessage(inbound.Peer, "", room[..written], inbound.Now, s_listPatience), inbound.Now, inbound.Effects);
            return;
        }

        int length = budget <= 0 ? 0
            : MessageWriter.PeerListResponse(inbound.Effects.Room()[..budget], NewEnvelope(inbound.Now), list);
        if (length > 0)
        {
            inbound.Effects.Send(inbound.Effects.Commit(length), inbound.Source);
        }
    }

    private DropReason OnPeerListResponse(in Datagram datagram, in Inbound inbound)
    {
        DropReason reason = FindSender(datagram, inbound, out PeerEntry? peer);
        if (reason != DropReason.None)
        {
            return reason;
        }

        if (peer?.ListAsked is not TimeSpan asked || inbound.Now.Elapsed - asked > s_listPatience)
        {
            return DropReason.Unsolicited;
        }

        peer.ListAsked = null;
        List<ReportedPeer> reported = PeerListJson.Read(datagram);
        reported.RemoveAll(r => Encoding.UTF8.GetBytes(r.UserId).AsSpan().SequenceEqual(_userId));
        Approach(reported, inbound);
        inbound.Effects.Lists.Add(new ListAnswer(peer, reported));
        return DropReason.None;
    }

    private bool MayApproach(Ipv4Endpoint endpoint)
        => endpoint.IsUsable && _network.IsOnLink(endpoint.Address) && !_network.IsBroadcast(endpoint.Address)
            && !(_network.IsLoopbackOnly && !endpoint.IsLoopback)
            && !(endpoint.Port == _port && _network.IsOwn(endpoint.Address));

    /// <summary>
    /// Introduces us to those we did not know, so that they become known at first hand. Somebody's word directs our
    /// datagrams here, so: only on our own links, and few.
    /// </summary>
    private void Approach(List<ReportedPeer> reported, in Inbound inbound)
    {
        int approached = 0;
        foreach (ReportedPeer other in reported)
        {
            if (approached < MaxIntroductions && MayApproach(other.Endpoint)
                && FindPeer(other.UserId) is null)
            {
                approached++;
                Ask(inbound.Now, other.Endpoint, inbound.Effects);
            }
        }
    }
}
