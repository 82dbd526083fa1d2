using System;
using System.Collections.Generic;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Handshakes: with whom, and what follows from them (docs/protocol.md, "Sessions").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Strangers whose handshake is tried again when it is not answered.</summary>
    private const int MaxPatientStrangers = 64;

    private readonly PeerSecurity _security;
    private readonly SessionLayer _sessions;
    private readonly ContactTable _contacts = new();
    private TimeSpan _nextSessionCare = TimeSpan.MaxValue;
    private int _sealedPeers;

    /// <summary>Who this peer is.</summary>
    public PublicIdentity Identity => _security.Identity.Public;

    /// <summary>Whether <see cref="TakeWork"/> has something.</summary>
    public bool HasWork => _sessions.HasWork;

    /// <summary>Arithmetic to be run outside of the lock and handed back finished; null when there is none.</summary>
    public HandshakeWork? TakeWork() => _sessions.TakeWork();

    /// <summary>Takes finished work back.</summary>
    /// <returns>Why the datagram behind it was dropped, or None.</returns>
    public DropReason Complete(Moment now, HandshakeWork work, Effects effects)
    {
        _nextSessionCare = now.Elapsed;
        return work switch
        {
            InitiateWork initiate => Complete(initiate, now, effects),
            ReadInitiationWork read => Complete(read, now, effects),
            RespondWork respond => Complete(respond, now, effects),
            ReadResponseWork response => Complete(response, now, effects),
            _ => throw new ArgumentException("Unknown work.", nameof(work)),
        };
    }

    private DropReason Complete(InitiateWork work, Moment now, Effects effects)
    {
        bool isPatient = ((Contact)work.Session).Entry is not null || !IsCrowded;
        if (_sessions.Complete(work, isPatient, now))
        {
            SendCopy(work.Datagram!, work.Attempt.To, effects);
        }

        return DropReason.None;
    }

    private DropReason Complete(ReadInitiationWork read, Moment now, Effects effects)
    {
        if (read.Noise is null)
        {
            return DropReason.NotAuthentic;
        }

        DropReason reason = Admit(read.Who!, read.Said!);
        if (reason == DropReason.OwnId && read.Said!.Boot != Boot && read.Epoch > _firstEpoch)
        {
            // Made with our keys since we started, and not by us: somebody has a copy of them.
            WarnOfTwin(now, effects);
        }

        if (reason != DropReason.None)
        {
            read.Noise.Dispose();
            return reason;
        }

        byte[] key = read.Who!.AgreementKey.ToArray();
        Contact? contact = _contacts.Find(key);
        if (contact is null)
        {
            if (!_contacts.HasPlace(_sealedPeers) || !_peers.HasPlace(read.Source.Address, isProven: true))
            {
                read.Noise.Dispose();
                return DropReason.TableFull;
            }

            _contacts.Add(contact = new Contact(key, read.Source));
        }

        bool isCrossing = contact.Attempt is { Noise: not null } own && IsSamePlace(own.To, read.Source);
        return _sessions.Answer(contact, read, isCrossing, now.Elapsed);
    }

    private DropReason Complete(RespondWork work, Moment now, Effects effects)
    {
        if (_sessions.Complete(work, now.Elapsed))
        {
            var contact = (Contact)work.Session;
            contact.NextWho = work.Read.Who;
            contact.NextSaid = work.Read.Said;
            SendCopy(work.Datagram!, work.Read.Source, effects);
        }

        return DropReason.None;
    }

    private DropReason Complete(ReadResponseWork work, Moment now, Effects effects)
    {
        if (!_sessions.Complete(work, now.Elapsed))
        {
            return DropReason.NotAuthentic;
        }

        var contact = (Contact)work.Session;
        DropReason reason = Admit(work.Who!, work.Said!);
        if (reason != DropReason.None)
        {
            Dismiss(contact, effects);
            return reason;
        }

        reason = Establish(contact, work.Who!, work.Said!,
            new Place(work.Source, work.Attempt.To), contact.Current == work.Keys, now, effects);
        if (reason == DropReason.None)
        {
            // The other side believes nothing until we have used the keys. A message that waited does it too.
            Heard(contact.Entry!, work.Source, now, effects);
            if (!FlushWaiting(contact.Entry!, now, effects))
            {
                SendPing(contact.Entry!, now, effects);
            }
        }

        return reason;
    }

    /// <summary>Whether somebody who has shown its keys is to be talked to.</summary>
    private DropReason Admit(PublicIdentity who, HandshakePayload said)
    {
        if (who.Equals(Identity))
        {
            return DropReason.OwnId;
        }

        return _security.Pins.Judge(who, UserIdText(said)) switch
        {
            PinVerdict.Blocked => DropReason.Blocked,
            PinVerdict.New or PinVerdict.Conflict when _security.RequireTrust => DropReason.Untrusted,
            _ => DropReason.None,
        };
    }

    /// <summary>A handshake is complete and proven: the contact is a peer from now on.</summary>
    /// <param name="contact">With whom.</param>
    /// <param name="who">Who it has proven to be.</param>
    /// <param name="said">What it says of itself.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="isCurrent">Whether its keys are those of the session now; of two that crossed only one says what holds.</param>
    /// <param name="now">Now.</param>
    /// <param name="effects">Receives what is to be done.</param>
    private DropReason Establish(
        Contact contact, PublicIdentity who, HandshakePayload said, Place place, bool isCurrent, Moment now, Effects effects)
    {
        // A decision of the user may have come while the handshake was under way.
        DropReason reason = Admit(who, said);
        if (reason == DropReason.None && contact.Who is not null && !contact.Who.Equals(who))
        {
            reason = DropReason.NotAuthentic;
        }

        if (reason == DropReason.None && contact.Entry is null && !_peers.HasPlace(place.Asked.Address, isProven: true))
        {
            reason = DropReason.TableFull;
        }

        if (reason != DropReason.None)
        {
            Dismiss(contact, effects);
            return reason;
        }

        contact.Who = who;
        contact.DoubtedBoot = 0;
        if (contact.Entry is not null && !isCurrent)
        {
            return DropReason.None;
        }

        if (contact.Entry is PeerEntry known)
        {
            Renew(known, said, place, now, effects);
        }
        else
        {
            Join(contact, said, place, now, effects);
        }

        if (contact.Current?.IntroducedAs != _sessions.Own)
        {
            // We got another user id while this handshake was on its way.
            BeginAt(contact.Entry!, now);
        }

        return DropReason.None;
    }

    /// <param name="contact">Who has proven itself.</param>
    /// <param name="said">What it says of itself.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="now">Now.</param>
    /// <param name="effects">Receives what is to be done.</param>
    private void Join(Contact contact, HandshakePayload said, Place place, Moment now, Effects effects)
    {
        var peer = new PeerEntry(said.UserId, place.Asked) { Contact = contact, Proto = WireLimits.ProtocolVersion, MetUtc = now.Utc };
        contact.Entry = peer;
        _peers.Add(peer);
        _sealedPeers++;
        TakeOver(peer, said, now);
        peer.RunSince = now.Elapsed;
        Settle(peer, place, now);
        effects.Changes.Add(new PeerChange(PeerChangeKind.Joined, peer));
        Meet(peer, now, effects);
        if (peer.Key.AsSpan().SequenceEqual(_userId))
        {
            WarnOfTwin(now, effects);
        }

        ProbePlaces(peer, now, effects);
        Welcome(peer, now, effects);
    }

    /// <summary>A peer has made a new handshake: new keys, and perhaps a new start or a new user id.</summary>
    /// <inheritdoc cref="Join"/>
    private void Renew(PeerEntry peer, HandshakePayload said, Place place, Moment now, Effects effects)
    {
        bool isRestart = peer.Boot != said.Boot;
        bool isRenamed = !peer.Key.AsSpan().SequenceEqual(said.UserId);
        bool isElsewhere = isRestart || isRenamed || peer.Claimed.Port != said.Port;
        if (isRestart)
        {
            NoteRestart(peer, said.Boot, said.Port, now.Elapsed, effects);
            peer.RunSince = now.Elapsed;
        }

        if (isRenamed)
        {
            _peers.Rename(peer, said.UserId);
        }

        TakeOver(peer, said, now);
        if (!isElsewhere)
        {
            if (IsProven(place))
            {
                Proven(peer, place.Asked, now, effects);
            }

            if (peer.IsAddressMatched && peer.Verdict != PinVerdict.Conflict && _security.Pins.Find(peer.Who!.PeerId) is not null)
            {
                // Whoever is here is met all the time: its pin is the last to go when there are too many.
                _ = _security.Pins.Meet(peer.Who, peer.UserId, now.Utc);
            }

            return;
        }

        // It came back elsewhere: the place it had is nobody's.
        _peers.Move(peer, place.Asked);
        Settle(peer, place, now);
        effects.Changes.Add(new PeerChange(PeerChangeKind.Updated, peer));
        Meet(peer, now, effects);
        ProbePlaces(peer, now, effects);
        if (isRestart)
        {
            Welcome(peer, now, effects);
        }
    }

    private static void TakeOver(PeerEntry peer, HandshakePayload said, Moment now)
    {
        peer.Boot = said.Boot;
        uint address = UserIds.TryGetAddress(said.UserId, out uint named) ? named : 0;
        peer.Claimed = new Ipv4Endpoint(address, said.Port);
        peer.LastSeen = now.Elapsed;
        peer.LastSeenUtc = now.Utc;
    }

    private void Welcome(PeerEntry peer, Moment now, Effects effects)
    {
        if (_profile is ProfileDetails profile)
        {
            SendSealedProfile(peer, NewEnvelope(now), profile, now, effects);
        }
    }

    /// <summary>Says goodbye to those who know us by a response of ours, and whose confirmation has not come yet.</summary>
    private void LeaveUnconfirmed(Effects effects)
    {
        Span<byte> frame = stackalloc byte[Frames.Header];
        _ = Frames.WriteHeader(frame, FrameType.Leave, 0);
        foreach (Contact contact in _contacts.All)
        {
            if (contact.Next is TransportKeys keys)
            {
                effects.Send(effects.Commit(keys.Seal(frame, effects.Room())), contact.NextPlace);
            }
        }
    }

    /// <summary>Begins a handshake, unless one is under way.</summary>
    private void Begin(Contact contact, Ipv4Endpoint to, Moment now, int maxTries = int.MaxValue)
    {
        if (_sessions.Begin(contact, to, now, maxTries))
        {
            _nextSessionCare = now.Elapsed;
        }
    }

    /// <summary>Begins a handshake with a peer where it is; one under way that was begun on somebody's word elsewhere gives way.</summary>
    private void BeginAt(PeerEntry peer, Moment now)
    {
        if (peer.Contact!.Attempt is { } other && !IsSamePlace(other.To, peer.Endpoint))
        {
            _sessions.Abandon(peer.Contact);
        }

        Begin(peer.Contact, peer.Endpoint, now);
    }

    /// <summary>Begins a handshake in the place of one under way, if there is one.</summary>
    private void BeginAnew(Contact contact, Ipv4Endpoint to, Moment now, int maxTries = int.MaxValue)
    {
        _sessions.Abandon(contact);
        Begin(contact, to, now, maxTries);
    }

    /// <summary>Makes initiations anew that were not answered, and forgets what has outlived its time.</summary>
    private void CareForSessions(Moment now, Effects effects)
    {
        TimeSpan next = TimeSpan.MaxValue;
        List<Contact>? gone = null;
        foreach (Contact contact in _contacts.All)
        {
            if (contact.Attempt is { } attempt && attempt.Due <= now.Elapsed && !attempt.IsBusy)
            {
                TryAgain(contact, now);
            }

            if (contact.Entry is PeerEntry peer)
            {
                CareFor(peer, contact, now, effects);
            }

            TimeSpan due = _sessions.Expire(contact, contact.Entry is null, now.Elapsed);
            next = due < next ? due : next;
            if (contact.Entry is null && contact.Attempt is null && contact.Next is null && !contact.IsAnswering)
            {
                (gone ??= []).Add(contact);
            }
        }

        foreach (Contact contact in gone ?? [])
        {
            Dismiss(contact, effects);
        }

        _nextSessionCare = next;
    }

    private void CareFor(PeerEntry peer, Contact contact, Moment now, Effects effects)
    {
        if (SessionLayer.IsConfirmDue(contact, now.Elapsed, out bool isGivenUp))
        {
            if (isGivenUp)
            {
                BeginAt(peer, now);
            }
            else
            {
                SendPing(peer, now, effects);
            }
        }
        else if (contact.WaitingCount > 0 && contact.Attempt is null && contact.Current?.IntroducedAs != _sessions.Own)
        {
            BeginAt(peer, now);
        }
    }

    private bool IsCrowded => _contacts.All.Count - _sealedPeers > MaxPatientStrangers;

    private void TryAgain(Contact contact, Moment now)
    {
        // So many strangers at once are a flood, or a network that starts: then those who are there announce again, and
        // those who are not cost one initiation each and not six.
        if (contact.Entry is null && IsCrowded)
        {
            _sessions.Abandon(contact);
        }
        else if (!_sessions.Retry(contact, now))
        {
            contact.ForgetWaiting();
        }
    }

    /// <summary>Forgets a contact with its keys, and the peer it was.</summary>
    private void Dismiss(Contact contact, Effects effects)
    {
        if (contact.Entry is PeerEntry peer)
        {
            Forget(peer, PeerChangeKind.Left, effects);
            return;
        }

        _sessions.Forget(contact);
        _contacts.Remove(contact);
    }

    private static string UserIdText(HandshakePayload said) => System.Text.Encoding.UTF8.GetString(said.UserId);

    private static void SendCopy(byte[] datagram, Ipv4Endpoint to, Effects effects)
    {
        datagram.CopyTo(effects.Room());
        effects.Send(effects.Commit(datagram.Length), to);
    }
}
