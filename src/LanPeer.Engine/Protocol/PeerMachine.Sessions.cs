using System;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Handshakes: the work they are, taken and handed back (docs/protocol.md, "Sessions").</content>
internal sealed partial class PeerMachine
{
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

            _contacts.Add(contact = new Contact(key, read.Source, _pool));
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
            // The other side believes nothing until we have used the keys. A message that waited does it as well.
            Heard(contact.Entry!, work.Source, now, effects);
            if (!Pump(contact, now, effects))
            {
                SendPing(contact.Entry!, now, effects);
            }
        }

        return reason;
    }

    private static void SendCopy(byte[] datagram, Ipv4Endpoint to, Effects effects)
    {
        datagram.CopyTo(effects.Room());
        effects.Send(effects.Commit(datagram.Length), to);
    }
}
