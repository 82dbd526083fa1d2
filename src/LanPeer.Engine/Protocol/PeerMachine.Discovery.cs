using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Announcing, answering, scanning (docs/protocol.md, "Discovery").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Bytes of an announcement that asks: no smaller than the answer to it, which has 190 to 300.</summary>
    internal const int AskSize = 400;

    /// <summary>How long after its start a peer is answered again: its burst lasts 2 s, and an answer may be lost.</summary>
    private static readonly TimeSpan s_burstEcho = TimeSpan.FromSeconds(5);

    /// <summary>At most one answer to one sender in this time (REFERENCE D1).</summary>
    private static readonly TimeSpan s_answerInterval = TimeSpan.FromSeconds(1);

    /// <summary>The first announcements of a start or network change; then every AnnounceInterval.</summary>
    private static readonly TimeSpan[] s_burst =
        [TimeSpan.Zero, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2)];

    /// <summary>Answers to those not in the table, and to asking ones: 20 a second for each address.</summary>
    private readonly SourceLimiter<uint> _answers = new(rate: 20, burst: 40);

    /// <summary>The same for one endpoint: one a second, five at once.</summary>
    private readonly SourceLimiter<Ipv4Endpoint> _answersToEndpoint = new(rate: 1, burst: 5);

    private TimeSpan _nextAnnouncement = TimeSpan.MaxValue;
    private TimeSpan _burstBegan;
    private int _burstStep;
    private byte[] _nonce = [];
    private byte[] _lastNonce = [];
    private TimeSpan _nonceAge = TimeSpan.MinValue;

    /// <summary>Asks the whole network to answer now. Answers come as announcements with our nonce.</summary>
    public void Find(Moment now, Effects effects)
    {
        (int, int) payload = WriteAnnouncement(now, effects, ask: CurrentNonce(now), answer: default);
        Broadcast(payload, effects);
        AskSeeds(now, effects);
    }

    /// <summary>Asks one endpoint to announce itself to us.</summary>
    public void Ask(Moment now, Ipv4Endpoint endpoint, Effects effects)
        => effects.Send(WriteAnnouncement(now, effects, ask: CurrentNonce(now), answer: default), endpoint);

    private void BeginBurst(Moment now)
    {
        _burstStep = 0;
        _burstBegan = now.Elapsed;
        _nextAnnouncement = now.Elapsed;
    }

    private void Announce(Moment now, Effects effects)
    {
        _burstStep++;
        _nextAnnouncement = _burstStep < s_burst.Length
            ? _burstBegan + s_burst[_burstStep] : now.Elapsed + (_settings.AnnounceInterval * _random.NextJitter());
        Broadcast(WriteAnnouncement(now, effects, ask: default, answer: default), effects);
        AskSeeds(now, effects);
    }

    private void Broadcast((int, int) payload, Effects effects)
    {
        foreach (uint address in _network.Broadcasts)
        {
            effects.Send(payload, new Ipv4Endpoint(address, _settings.DiscoveryPort));
        }
    }

    private void AskSeeds(Moment now, Effects effects)
    {
        foreach (Ipv4Endpoint seed in _settings.Seeds)
        {
            Ask(now, seed, effects);
        }
    }

    private (int Start, int Length) WriteAnnouncement(Moment now, Effects effects, ReadOnlySpan<byte> ask, ReadOnlySpan<byte> answer)
        => effects.Commit(MessageWriter.Announcement(effects.Room(), NewEnvelope(now), new AnnouncementDetails
        {
            Port = _port,
            Boot = Boot,
            Ask = ask,
            Answer = answer,
            PadTo = ask.IsEmpty ? 0 : AskSize,
        }));

    private DropReason OnDiscovery(in Datagram datagram, in Inbound inbound)
    {
        if (datagram.Sender.IsEmpty)
        {
            return OnScan(datagram, inbound);
        }

        if (datagram.Proto == 0 && datagram.Sender.SequenceEqual(UserIds.SeedScanner))
        {
            return OnSeedScan(inbound);
        }

        return Meet(datagram, inbound, new Ipv4Endpoint(
            inbound.Source.Address, datagram.Port != 0 ? datagram.Port : inbound.Source.Port));
    }

    /// <summary>
    /// PING is how the seed's later version and the RFC's peers announce themselves. It is never answered with an
    /// announcement; a new one of them gets the profile, as a new seed peer does.
    /// </summary>
    private DropReason OnPing(in Datagram datagram, in Inbound inbound)
    {
        ushort port = datagram.Dialect == Dialect.Rfc ? PortOfRfcPeer(datagram)
            : datagram.Port != 0 ? datagram.Port : inbound.Source.Port;
        DropReason reason = Meet(datagram, inbound with { Inlet = Inlet.Unicast }, new Ipv4Endpoint(inbound.Source.Address, port));
        if (reason == DropReason.None)
        {
            _peers.Find(datagram.Sender)!.UsesTokens = true;
        }

        return reason;
    }

    /// <summary>An announcement: the only thing that adds a peer to the table or moves it.</summary>
    private DropReason Meet(in Datagram datagram, in Inbound inbound, Ipv4Endpoint endpoint)
    {
        AddressMatch match = AddressRule.Match(_network, datagram.Sender, inbound.Source);
        PeerEntry? peer = _peers.Find(datagram.Sender);
        bool isNew = peer is null;
        if (peer is null)
        {
            if (!_peers.HasPlace(endpoint.Address))
            {
                return DropReason.TableFull;
            }

            peer = new PeerEntry(datagram.Sender, endpoint);
            _peers.Add(peer);
        }
        else if (!AddressRule.MayAnnounce(_network, peer, match, inbound.Source))
        {
            return DropReason.AddressMismatch;
        }
        else if (peer.Endpoint.Address != endpoint.Address && !_peers.HasPlaceAt(endpoint.Address))
        {
            return DropReason.TableFull;
        }

        if (!isNew && match == AddressMatch.Same && !peer.IsAddressMatched && !AddressRule.SpeaksFor(_network, peer, inbound.Source))
        {
            // The owner of the address takes the id over; what was said under it before was somebody else's.
            SetProfileOf(peer, null);
        }

        bool isFresh = Update(peer, datagram, inbound, endpoint, isNew);
        peer.IsAddressMatched |= match == AddressMatch.Same;
        if (!peer.IsReachable && IsOurNonce(datagram[Field.Answer]))
        {
            peer.IsReachable = true;
            _nextProfile = peer.NeedsProfile ? inbound.Now.Elapsed : _nextProfile;
        }

        if (isNew || isFresh)
        {
            inbound.Effects.Changes.Add(new PeerChange(isNew ? PeerChangeKind.Joined : PeerChangeKind.Updated, peer));
            ForgetFormerIdOf(peer, inbound.Effects);
            Greet(peer, inbound);
        }

        Answer(peer, datagram, inbound, isFresh);
        SendDueProfiles(inbound.Now, inbound.Effects);
        return DropReason.None;
    }

    /// <summary>Takes over what an announcement says; true when the peer is new, restarted or moved.</summary>
    private bool Update(PeerEntry peer, in Datagram datagram, in Inbound inbound, Ipv4Endpoint endpoint, bool isNew)
    {
        TimeSpan now = inbound.Now.Elapsed;
        peer.LastSeen = now;
        peer.LastSeenUtc = inbound.Now.Utc;
        peer.Dialect = datagram.Dialect;

        // One peer of this host is heard from 127.0.0.1 and from the host's address: the same port is the same peer.
        bool isSamePlace = peer.Endpoint == endpoint || (peer.Endpoint.Port == endpoint.Port
            && _network.IsSameHost(peer.Endpoint.Address, endpoint.Address));
        bool isSameRun = isSamePlace && peer.Boot == datagram.Boot;
        if (!isNew && isSameRun)
        {
            peer.Proto = datagram.Proto;
            return false;
        }

        if (!isNew)
        {
            NoteRestart(peer, datagram.Boot, endpoint.Port, now, inbound.Effects);
            if (!isSamePlace)
            {
                _peers.Move(peer, endpoint);
            }
        }

        peer.Boot = datagram.Boot;
        peer.Proto = datagram.Proto;
        peer.RunSince = now;
        peer.IsReachable = false;
        return true;
    }

    /// <summary>A peer that returns to a run or port it had left is two peers of one id (REFERENCE D12).</summary>
    private void NoteRestart(PeerEntry peer, uint boot, ushort port, TimeSpan now, Effects effects)
    {
        bool isReturn = now < peer.Previous.Until && peer.Previous.Boot == boot && peer.Previous.Port == port;
        peer.Previous = (peer.Boot, peer.Endpoint.Port, now + _settings.PeerTimeout);
        if (isReturn && !peer.IsConflicting)
        {
            peer.IsConflicting = true;
            effects.Changes.Add(new PeerChange(PeerChangeKind.Conflict, peer));
        }
    }

    /// <summary>The same run at the same endpoint under another id: its host's address changed, and the old id with it.</summary>
    private void ForgetFormerIdOf(PeerEntry peer, Effects effects)
    {
        for (int i = _peers.Count - 1; peer.Boot != 0 && i >= 0; i--)
        {
            PeerEntry other = _peers.Entries[i];
            if (other != peer && other.Boot == peer.Boot && other.Endpoint == peer.Endpoint)
            {
                Forget(other, PeerChangeKind.Left, effects);
            }
        }
    }

    /// <summary>What a new or restarted peer is to get besides an answer.</summary>
    private void Greet(PeerEntry peer, in Inbound inbound)
    {
        peer.NeedsProfile = _profile is not null || peer.Dialect == Dialect.Rfc;
        if (peer.NeedsProfile && _nextProfile > inbound.Now.Elapsed)
        {
            _nextProfile = inbound.Now.Elapsed;
        }

        // Behind a router an address may be forged; a returned nonce proves it can receive before anything large is sent.
        if (peer.Proto != 0 && inbound.Length >= AskSize && !peer.IsReachable && !_network.IsOnLink(peer.Endpoint.Address)
            && MayAnswer(inbound))
        {
            Ask(inbound.Now, peer.Endpoint, inbound.Effects);
        }
    }

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
    private bool SendAnswer(in Inbound inbound, Ipv4Endpoint to, ReadOnlySpan<byte> nonce)
    {
        (int Start, int Length) answer = WriteAnnouncement(inbound.Now, inbound.Effects, default, nonce);
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

    /// <summary>The nonce of our questions: a new one each minute, the one before still counts.</summary>
    private byte[] CurrentNonce(Moment now)
    {
        if (_nonce.Length == 0 || now.Elapsed - _nonceAge >= TimeSpan.FromMinutes(1))
        {
            _lastNonce = _nonce;
            _nonce = Encoding.ASCII.GetBytes(_random.NextUInt64().ToString("x16", CultureInfo.InvariantCulture));
            _nonceAge = now.Elapsed;
        }

        return _nonce;
    }

    private bool IsOurNonce(ReadOnlySpan<byte> nonce)
        => !nonce.IsEmpty && (nonce.SequenceEqual(_nonce) || nonce.SequenceEqual(_lastNonce));
}
