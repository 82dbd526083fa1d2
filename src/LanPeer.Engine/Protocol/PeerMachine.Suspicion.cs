using System;
using LanPeer.Protocol.Presence;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>What follows from silence and from refused ports (docs/protocol.md, "Suspicion").</content>
internal sealed partial class PeerMachine
{
    private TimeSpan _overflowed = TimeSpan.MinValue;

    /// <summary>The host of a place says that nobody listens there. Anybody can forge that: it makes us ask, and no more.</summary>
    /// <param name="now">Now.</param>
    /// <param name="endpoint">The place, one of <see cref="Effects.Checks"/>.</param>
    /// <param name="effects">Receives what is to be done.</param>
    public void Refused(Moment now, Ipv4Endpoint endpoint, Effects effects)
    {
        NoticeStall(now);
        foreach (PeerEntry peer in _members.Members)
        {
            // Late refusals and such that nobody asked for tell of another time.
            if (peer.Endpoint == endpoint && peer.Watch is { Probe: not null, Checked: TimeSpan at } watch
                && now.Elapsed - at <= PresenceTimes.Patience)
            {
                if (watch.Refuse(now.Elapsed))
                {
                    Spread(peer, ClaimKind.Refused, watch.IsAccused ? Confirmers : FirstFinders, now, effects);
                }

                Step(peer, now, effects);
                break;
            }
        }

        SchedulePresence();
    }

    /// <summary>The kernel has thrown away datagrams that we did not read in time: what was not heard may have been among them.</summary>
    /// <param name="now">Now.</param>
    public void Overflowed(Moment now) => _overflowed = now.Elapsed;

    /// <summary>A probe has ended without a sign of life.</summary>
    private void OnSilence(PeerEntry peer, Moment now, Effects effects)
    {
        PeerWatch watch = peer.Watch!;
        if (IsDeaf(now))
        {
            _probed.Remove(peer);
            BeginProbe(peer, now, effects);
            return;
        }

        if (watch.Probe!.IsVouchedFor && ++watch.VouchedRounds < PeerWatch.MaxVouchedRounds)
        {
            // Others hear it: it is as likely us. Their word is no proof, so it is asked again at once.
            _health.MissedWhatOthersHeard();
            _probed.Remove(peer);
            BeginProbe(peer, now, effects);
            return;
        }

        ClaimKind kind = ClaimKind.Suspect;
        int receivers = watch.IsAccused ? Confirmers : FirstFinders;
        watch.Suspect(now.Elapsed, _members.Count, _health.Scale);
        peer.Presence = PeerPresence.Suspect;
        effects.Changes.Add(new PeerChange(PeerChangeKind.Suspected, peer));
        Spread(peer, kind, receivers, now, effects);

        // It may be there and have lost our keys, as it may have thought us gone.
        BeginAt(peer, now);
        Step(peer, now, effects);
    }

    /// <summary>Whether its answer may have been among what was lost at our own port, while a probe would have waited for it.</summary>
    private bool IsDeaf(Moment now) => now.Elapsed - PresenceTimes.Patience <= _overflowed;

    /// <summary>Somebody is given up. If it only lost its way, it is found again.</summary>
    private void Lose(PeerEntry peer, Moment now, Effects effects)
    {
        Spread(peer, ClaimKind.Gone, Confirmers, now, effects);
        _lost.Add(
            new LostMember
            {
                Key = peer.Contact!.RemoteStatic,
                Hash = peer.Watch!.Hash,
                Endpoint = peer.Endpoint,
                Secret = peer.Contact.Secret,
                Until = now.Elapsed + PresenceTimes.LookFor,
            },
            now.Elapsed,
            _random.NextJitter());
        Forget(peer, PeerChangeKind.Expired, effects);
        Hasten(_lost.Due);
    }

    /// <summary>Something authentic came from a peer: it lives, whatever was thought or said of it.</summary>
    private void NoteLife(PeerEntry peer, Moment now, Effects effects)
    {
        PeerWatch watch = peer.Watch!;
        bool wasProbed = watch.Probe is not null;
        if (wasProbed)
        {
            _probed.Remove(peer);
            _health.Succeeded();
        }

        if (watch.IsAlive(now.Elapsed))
        {
            peer.Presence = PeerPresence.Alive;
            effects.Changes.Add(new PeerChange(PeerChangeKind.Recovered, peer));
        }

        while (watch.TryTakeQuestion(now.Elapsed, out PeerEntry? asker, out ulong token))
        {
            if (asker!.Contact!.Entry == asker)
            {
                SealPresence(asker, PresenceFrames.WriteToken(_presenceFrames, FrameType.ProbeAnswer, token), now, effects);
            }
        }
    }
}
