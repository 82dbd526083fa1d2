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
    /// <summary>Bytes of an announcement that asks: no smaller than the answer to it, which has 290 to 430.</summary>
    internal const int AskSize = 512;

    /// <summary>Bytes of an announcement at least: three times of it are two initiations, so that one may be lost.</summary>
    private const int HintSize = 280;

    /// <summary>The first announcements of a start or network change; then every AnnounceInterval.</summary>
    private static readonly TimeSpan[] s_burst =
        [TimeSpan.Zero, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2)];

    private TimeSpan _nextAnnouncement = TimeSpan.MaxValue;
    private TimeSpan _burstBegan;
    /// <summary>Between announcements out of turn: doubled each time, up to the longest.</summary>
    private static readonly TimeSpan s_firstExtra = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_maxExtra = TimeSpan.FromSeconds(32);

    /// <summary>When the next one goes out, about: all that miss somebody at once should not speak at once.</summary>
    private static readonly TimeSpan s_extraSpread = TimeSpan.FromSeconds(0.2);

    private TimeSpan _extraInterval = s_firstExtra;
    private TimeSpan _nextExtra;
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

        // Announcements of those with a session are no signs of life; what they seal is.
        foreach (PeerEntry peer in _peers.Entries)
        {
            if (peer.Contact is not null)
            {
                SendPing(peer, now, effects);
            }
        }
    }

    /// <summary>Asks a peer with a session for a sign of life.</summary>
    private void SendPing(PeerEntry peer, Moment now, Effects effects)
    {
        Span<byte> token = stackalloc byte[Frames.TokenLength];
        _random.Fill(token);
        SendFrame(peer, FrameType.Ping, token, now, effects);
    }

    /// <summary>Asks one endpoint to announce itself to us.</summary>
    public void Ask(Moment now, Ipv4Endpoint endpoint, Effects effects)
        => effects.Send(WriteAnnouncement(now, effects, ask: CurrentNonce(now), answer: default), endpoint);

    /// <summary>
    /// A handshake with somebody on the link came to nothing. It may have been lost, and no more initiations than these may
    /// answer one announcement; but ours lets the other side begin. Whoever invents announcements has 6 of ours a minute
    /// for it at most, and 2 later on.
    /// </summary>
    private void AnnounceSooner(Moment now)
    {
        if (now.Elapsed < _nextExtra || _burstStep < s_burst.Length)
        {
            return;
        }

        _nextExtra = now.Elapsed + _extraInterval;
        _extraInterval = _extraInterval * 2 < s_maxExtra ? _extraInterval * 2 : s_maxExtra;
        TimeSpan soon = now.Elapsed + (s_extraSpread * _random.NextJitter());
        _nextAnnouncement = soon < _nextAnnouncement ? soon : _nextAnnouncement;
    }

    private void BeginBurst(Moment now)
    {
        _extraInterval = s_firstExtra;
        _nextExtra = TimeSpan.Zero;
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
        if (_burstStep >= s_burst.Length)
        {
            CareForPaths(now, effects);
        }
    }

    /// <summary>Asks where everyone with a session is that may be reached elsewhere, and tells our user id to who does not know it.</summary>
    private void CareForPaths(Moment now, Effects effects)
    {
        foreach (PeerEntry peer in _peers.Entries)
        {
            if (peer.Contact is not null)
            {
                ProbePlaces(peer, now, effects);
                if (peer.Contact.Current is { } keys && keys.IntroducedAs != _sessions.Own)
                {
                    // The handshake that was to tell it our new user id came to nothing.
                    BeginAt(peer, now);
                }
            }
        }
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

    /// <param name="now">Now.</param>
    /// <param name="effects">Where it is written.</param>
    /// <param name="ask">The nonce of a question; empty for none.</param>
    /// <param name="answer">The nonce of the question it answers; empty for none.</param>
    /// <param name="isForPlain">Whether it answers somebody whom keys mean nothing: it is then shorter, as it has to be.</param>
    private (int Start, int Length) WriteAnnouncement(
        Moment now, Effects effects, ReadOnlySpan<byte> ask, ReadOnlySpan<byte> answer, bool isForPlain = false)
    {
        var details = new AnnouncementDetails
        {
            Port = _port,
            Boot = Boot,
            PeerId = isForPlain ? default : _peerId,
            Key = isForPlain ? default : _key,
            Ask = ask,
            Answer = answer,
            PadTo = isForPlain ? 0 : ask.IsEmpty && answer.IsEmpty ? HintSize : ask.IsEmpty ? 0 : AskSize,
        };
        if (_announcementSeal is null)
        {
            return effects.Commit(MessageWriter.Announcement(effects.Room(), NewEnvelope(now), details));
        }

        Span<byte> room = TextRoom();
        int length = MessageWriter.Announcement(room, NewEnvelope(now), details);
        return effects.Commit(_announcementSeal.Seal(room[..length], effects.Room()));
    }

    private DropReason OnDiscovery(in Datagram datagram, in Inbound inbound)
    {
        if (_security.RequireTrust && !datagram.HasValue(Field.Key))
        {
            return DropReason.Untrusted;
        }

        if (datagram.Sender.IsEmpty)
        {
            return OnScan(datagram, inbound);
        }

        if (datagram.Proto == 0 && datagram.Sender.SequenceEqual(UserIds.SeedScanner))
        {
            return OnSeedScan(inbound);
        }

        var endpoint = new Ipv4Endpoint(inbound.Source.Address, datagram.Port != 0 ? datagram.Port : inbound.Source.Port);
        return datagram.HasValue(Field.Key) ? OnHint(datagram, inbound, endpoint) : Meet(datagram, inbound, endpoint);
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
