using System;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>What is answered, to whom and how often (docs/protocol.md, "What is answered").</content>
internal sealed partial class PeerMachine
{
    /// <summary>How long after its start a peer is answered again: its burst lasts 2 s, and an answer may be lost.</summary>
    private static readonly TimeSpan s_burstEcho = TimeSpan.FromSeconds(5);

    /// <summary>At most one answer to one sender in this time (REFERENCE D1).</summary>
    private static readonly TimeSpan s_answerInterval = TimeSpan.FromSeconds(1);

    /// <summary>Answers to those not in the table, and to asking ones: 20 a second for each address.</summary>
    private readonly SourceLimiter<uint> _answers = new(rate: 20, burst: 40);

    /// <summary>The same for one endpoint: one a second, five at once.</summary>
    private readonly SourceLimiter<Ipv4Endpoint> _answersToEndpoint = new(rate: 1, burst: 5);

    private void Answer(PeerEntry peer, in Datagram datagram, in Inbound inbound, bool isFresh)
    {
        TimeSpan now = inbound.Now.Elapsed;
        if (datagram.Has(Field.Answer) || datagram.Dialect == Dialect.Rfc || datagram.Type != MessageType.PeerDiscovery)
        {
            return;
        }

        if (datagram.HasValue(Field.Ask))
        {
            if (datagram.Length >= AskSize && MayAnswer(inbound))
            {
                NoteAnswer(peer, now, SendAnswer(inbound, peer.Endpoint, datagram[Field.Ask]));
            }

            return;
        }

        // Never answer what came to the unicast port: it may be an answer, and two of the seed's peers answering each
        // other's answers make 35,000 packets a second for ever. LanPeer peers that know us need no further answer.
        bool isUseful = isFresh || peer.Proto == 0 || now - peer.RunSince < s_burstEcho;
        if (inbound.Inlet == Inlet.Discovery && isUseful
            && (peer.LastAnswered is not TimeSpan last || now - last >= s_answerInterval))
        {
            NoteAnswer(peer, now, SendAnswer(inbound, peer.Endpoint, default));
        }
    }

    /// <summary>Sends our announcement to one endpoint, unless that would be more than three times what it sent.</summary>
    private bool SendAnswer(in Inbound inbound, Ipv4Endpoint to, ReadOnlySpan<byte> nonce, bool isForPlain = true)
    {
        (int Start, int Length) answer = WriteAnnouncement(inbound.Now, inbound.Effects, default, nonce, isForPlain);
        bool isInProportion = answer.Length <= Amplification * inbound.Length;
        if (isInProportion)
        {
            inbound.Effects.Send(answer, to);
        }

        return isInProportion;
    }

    private static void NoteAnswer(PeerEntry peer, TimeSpan now, bool isSent)
        => peer.LastAnswered = isSent ? now : peer.LastAnswered;

    /// <summary>Someone who is no peer asks who is here: answered, with the seed peers we know, and not remembered.</summary>
    private DropReason OnScan(in Datagram datagram, in Inbound inbound)
    {
        if (datagram.Has(Field.Answer) || datagram.Length < AskSize)
        {
            return DropReason.Ignored;
        }

        if (!MayAnswer(inbound))
        {
            return DropReason.RateLimited;
        }

        (int Start, int Length) answer = WriteAnnouncement(inbound.Now, inbound.Effects, default, datagram[Field.Ask]);
        inbound.Effects.Send(answer, inbound.Source);
        int budget = Math.Min((Amplification * datagram.Length) - answer.Length, ListSize);
        SendPeerList(inbound, budget, seedsOnly: true);
        return DropReason.None;
    }

    /// <summary>
    /// The seed's discovery tool announces a peer that does not exist (REFERENCE D2, D3). It listens on the port it
    /// sends from, so the answer goes there, and nothing is remembered.
    /// </summary>
    private DropReason OnSeedScan(in Inbound inbound)
    {
        if (inbound.Inlet != Inlet.Discovery)
        {
            return DropReason.Ignored;
        }

        if (!MayAnswer(inbound))
        {
            return DropReason.RateLimited;
        }

        SendAnswer(inbound, inbound.Source, default);
        return DropReason.None;
    }

    /// <summary>
    /// A message came from a plausible sender that is not in the table. An announcement straight to it lets a seed peer
    /// answer with its own, so that it can be written back to.
    /// </summary>
    private void Introduce(in Inbound inbound)
    {
        if (MayAnswer(inbound))
        {
            SendAnswer(inbound, inbound.Source, default);
        }
    }

    /// <summary>Whether this source may have another answer now. Peers of this host share addresses and cost no network.</summary>
    private bool MayAnswer(in Inbound inbound)
        => (_network.IsOwn(inbound.Source.Address) || _answers.TryTake(inbound.Source.Address, inbound.Now.Elapsed))
            && _answersToEndpoint.TryTake(inbound.Source, inbound.Now.Elapsed);
}
