using System;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Announcements that name keys: hints to begin a handshake, and nothing else (docs/protocol.md, "Announcing an identity").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Handshakes begun on the word of one source, and of all together: 400 a second are a tenth of a core.</summary>
    private const double HintRate = 20;
    private const double HintBurst = 100;
    private const double AllHintsRate = 400;
    private const double AllHintsBurst = 1_200;

    /// <summary>How often a claim to have restarted is followed for one peer.</summary>
    private static readonly TimeSpan s_doubtInterval = TimeSpan.FromSeconds(1);

    /// <summary>Of them, those each source on the link has for itself: a /24 full of them is 254 a second.</summary>
    private const double OwnHintRate = 1;
    private const double OwnHintBurst = 4;

    private readonly SourceLimiter<ulong> _ownHints = new(OwnHintRate, OwnHintBurst, MaxRemembered);
    private readonly SourceLimiter<ulong> _hints = new(HintRate, HintBurst, MaxRemembered);
    private TokenBucket _allHints;
    private TimeSpan _nextTwinChallenge;

    private DropReason OnHint(in Datagram datagram, in Inbound inbound, Ipv4Endpoint endpoint)
    {
        // Before anything is decoded: a flood of invented keys is to cost as little as possible.
        bool isQuestion = datagram.HasValue(Field.Ask);
        if (!isQuestion && !MayFollow(inbound, isTaken: false))
        {
            return DropReason.RateLimited;
        }

        if (!PeerId.IsValid(datagram[Field.PeerId])
            || PostSignature.TryDecode(datagram[Field.Key], P256Agreement.PointLength) is not byte[] key)
        {
            return DropReason.BadKey;
        }

        DropReason reason = JudgeHint(datagram.Text(Field.PeerId));
        if (reason != DropReason.None)
        {
            return reason;
        }

        if (isQuestion)
        {
            // Whoever asks begins the handshake when it has our answer: it knows then that we can hear it.
            bool isAnswered = !datagram.Has(Field.Answer) && datagram.Length >= AskSize && MayAnswer(inbound)
                && SendAnswer(inbound, endpoint, datagram[Field.Ask], isForPlain: false);
            return isAnswered ? DropReason.None : DropReason.RateLimited;
        }

        Contact? contact = _contacts.Find(key);
        bool isProven = IsOurNonce(datagram[Field.Answer]);
        return contact?.Entry is PeerEntry peer
            ? FollowDoubt(contact, peer, datagram.Boot, endpoint, inbound, isProven)
            : FollowHint(contact, key, endpoint, inbound, isProven);
    }

    private DropReason JudgeHint(string peerId) => _security.Pins.Find(peerId) switch
    {
        { State: PinState.Blocked } => DropReason.Blocked,
        null when _security.RequireTrust => DropReason.Untrusted,
        _ => DropReason.None,
    };

    /// <summary>Somebody unknown: the handshake is our answer, and shows whether there is anybody.</summary>
    private DropReason FollowHint(Contact? contact, byte[] key, Ipv4Endpoint endpoint, in Inbound inbound, bool isProven)
    {
        // A hint from another place takes the handshake there: else whoever repeats this announcement from elsewhere
        // first would hold it up until it is given up.
        if ((contact is not null && SessionLayer.IsAnswerFresh(contact, inbound.Now.Elapsed))
            || (contact?.Attempt is { } attempt && IsSamePlace(attempt.To, endpoint)))
        {
            return DropReason.None;
        }

        if (!MayFollow(inbound))
        {
            return DropReason.RateLimited;
        }

        if (contact is null)
        {
            if (!_contacts.HasPlace(_sealedPeers) || !_peers.HasPlace(endpoint.Address, isProven: true))
            {
                return DropReason.TableFull;
            }

            _contacts.Add(contact = new Contact(key, endpoint, _pool));
        }

        Hear(contact, inbound);

        BeginAnew(contact, endpoint, inbound.Now, TriesFor(inbound, isProven));
        return DropReason.None;
    }

    /// <summary>
    /// Somebody with a session. Its announcements are no signs of life and move nothing. One of another start may mean
    /// that it lost its keys, or be a repetition of an old one: a handshake tells, and until then all stays as it is. So
    /// does one of somebody who does not answer where it was.
    /// </summary>
    private DropReason FollowDoubt(
        Contact contact, PeerEntry peer, uint boot, Ipv4Endpoint endpoint, in Inbound inbound, bool isProven)
    {
        TimeSpan now = inbound.Now.Elapsed;
        Hear(contact, inbound);
        if (boot == peer.Boot && contact.Current is not null && peer.Presence == PeerPresence.Alive)
        {
            return DropReason.None;
        }

        bool isOldNews = boot == contact.DoubtedBoot && now < contact.NextDoubt + _settings.AnnounceInterval;
        bool isUnderWay = contact.Attempt is { } attempt
            ? IsSamePlace(attempt.To, endpoint) || IsSamePlace(attempt.To, peer.Endpoint) : now < contact.NextDoubt;
        if (isUnderWay || (isOldNews && now - peer.PathHeard < PathPatience))
        {
            return DropReason.None;
        }

        if (!MayFollow(inbound))
        {
            return DropReason.RateLimited;
        }

        contact.DoubtedBoot = boot;
        contact.NextDoubt = now + s_doubtInterval;
        BeginAnew(contact, endpoint, inbound.Now, TriesFor(inbound, isProven));
        return DropReason.None;
    }

    /// <summary>Somebody announces our own PEER_ID: a repetition of an earlier run of ours, or a copy of our keys.</summary>
    private void ChallengeTwin(in Inbound inbound)
    {
        TimeSpan now = inbound.Now.Elapsed;
        byte[] own = Identity.AgreementKey.ToArray();
        if (now < _nextTwinChallenge || _contacts.Find(own) is not null || !_contacts.HasPlace(_sealedPeers))
        {
            return;
        }

        // A copy that can open this tells its user, as we do when it challenges us. Nobody answers it.
        _nextTwinChallenge = now + TimeSpan.FromMinutes(1);
        var contact = new Contact(own, inbound.Source, _pool);
        _contacts.Add(contact);
        Begin(contact, inbound.Source, inbound.Now, TriesFor(inbound, isProven: false));
    }

    /// <summary>
    /// How many initiations an announcement may cause: as many as fit three times its bytes, unless it returned our nonce
    /// and so is known to be from where it says.
    /// </summary>
    private static int TriesFor(in Inbound inbound, bool isProven)
        => isProven ? int.MaxValue : Amplification * inbound.Length / SessionWire.InitiationLength;

    private void Hear(Contact contact, in Inbound inbound)
    {
        if (inbound.Secret is not null)
        {
            contact.Hear(inbound.Secret, _security.Network.Newest);
        }
    }

    private bool MayFollow(in Inbound inbound, bool isTaken = true)
    {
        TimeSpan now = inbound.Now.Elapsed;
        ulong source = SourceKey(inbound.Source);

        // Each host of the link has a little of its own, whatever others send in however many names.
        if (_network.IsOnLink(inbound.Source.Address) && (isTaken ? _ownHints.TryTake(source, now) : _ownHints.Has(source, now)))
        {
            return true;
        }

        return isTaken
            ? _hints.Has(source, now) && _allHints.TryTake(now, 1, AllHintsRate, AllHintsBurst) && _hints.TryTake(source, now)
            : _hints.Has(source, now) && _allHints.Has(now, 1, AllHintsRate, AllHintsBurst);
    }
}
