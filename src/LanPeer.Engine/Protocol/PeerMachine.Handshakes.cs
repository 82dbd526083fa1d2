using System;
using System.Collections.Generic;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Handshakes: when they begin, are tried again and end (docs/protocol.md, "Sessions").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Strangers whose handshake is tried again when it is not answered.</summary>
    private const int MaxPatientStrangers = 64;

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
        else if (contact.Channel.Outbound.Count > 0 && contact.Attempt is null && contact.Current?.IntroducedAs != _sessions.Own)
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
        else
        {
            Ipv4Endpoint to = contact.Attempt!.To;
            if (!_sessions.Retry(contact, now) && contact.Entry is null && _network.IsOnLink(to.Address))
            {
                AnnounceSooner(now);
            }
        }
    }
}
