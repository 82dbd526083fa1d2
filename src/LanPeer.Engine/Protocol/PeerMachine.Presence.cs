using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using LanPeer.Protocol.Presence;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Who is here: probes, suspicion, refused ports (docs/protocol.md, "Presence").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Others that are asked to try, each time.</summary>
    private const int Helpers = 3;

    /// <summary>Frames of presence in one datagram of 1,200 bytes.</summary>
    private const int PresenceRoom = 1_200 - SessionWire.TransportOverhead;

    private readonly ProbeOrder<PeerEntry> _members = new();
    private readonly Dictionary<ulong, PeerEntry> _memberByHash = [];
    private readonly List<PeerEntry> _probed = [];
    private readonly LocalHealth _health = new();

    /// <summary>Of its own: a text that goes to many may lie in the other buffer.</summary>
    private readonly byte[] _presenceFrames = new byte[PresenceRoom];
    private TimeSpan _nextPresence = TimeSpan.MaxValue;
    private TimeSpan _nextRound;
    /// <summary>How slow this peer thinks it is itself, 0 to 8.</summary>
    public int Trouble => _health.Trouble;

    /// <summary>A peer has proven itself, and is watched from now on.</summary>
    private void Watch(PeerEntry peer, Moment now)
    {
        if (_members.Count == 0)
        {
            _nextRound = now.Elapsed + (PresenceTimes.Round * _random.NextJitter());
        }

        _members.Add(peer, _random);
        _ = _memberByHash.TryAdd(peer.Watch!.Hash, peer);
        NoteMember(peer, now);
        Hasten(_nextRound);
    }

    private void Unwatch(PeerEntry peer)
    {
        if (_members.Remove(peer))
        {
            _probed.Remove(peer);
            _toBeAsked.Remove(peer);
            if (_memberByHash.TryGetValue(peer.Watch!.Hash, out PeerEntry? known) && known == peer)
            {
                _memberByHash.Remove(peer.Watch.Hash);
            }
        }
    }

    private void CareForPresence(Moment now, Effects effects)
    {
        NoticeStall(now);
        if (_members.Count > 0 && now.Elapsed >= _nextRound)
        {
            _nextRound = now.Elapsed + (PresenceTimes.Round * _random.NextJitter());
            if (NextToProbe() is { Watch.Probe: null } peer)
            {
                BeginProbe(peer, now, effects);
            }
        }

        // From the end: who is given up is taken out.
        for (int i = _probed.Count - 1; i >= 0; i--)
        {
            if (_probed[i].Watch!.Due <= now.Elapsed)
            {
                Step(_probed[i], now, effects);
            }
        }

        CareForMembership(now, effects);
        SchedulePresence();
    }

    private void SchedulePresence()
    {
        TimeSpan next = _lost.Due;
        if (_members.Count > 0)
        {
            next = _nextRound < next ? _nextRound : next;
            next = _nextTelling < next ? _nextTelling : next;
        }

        foreach (PeerEntry peer in _probed)
        {
            next = peer.Watch!.Due < next ? peer.Watch.Due : next;
        }

        _nextPresence = next;
    }

    private void Hasten(TimeSpan due) => _nextPresence = due < _nextPresence ? due : _nextPresence;

    /// <summary>
    /// We come late: this process did not run, and heard nobody because it did not listen. What is under way begins anew.
    /// </summary>
    private void NoticeStall(Moment now)
    {
        if (_nextPresence == TimeSpan.MaxValue || now.Elapsed - _nextPresence <= PresenceTimes.Late)
        {
            return;
        }

        TimeSpan stall = now.Elapsed - _nextPresence;
        _nextPresence = now.Elapsed;
        foreach (PeerEntry peer in _probed)
        {
            peer.Watch!.Forgive(now.Elapsed, stall);
        }

        if (stall > PresenceTimes.VeryLate && _nextAnnouncement != TimeSpan.MaxValue)
        {
            // Others may have given us up meanwhile, and with us the keys. They begin a handshake when we announce ourselves.
            BeginBurst(now);
        }
    }

    private void BeginProbe(PeerEntry peer, Moment now, Effects effects)
    {
        PeerWatch watch = peer.Watch!;
        watch.Probe = new LivenessProbe(now.Elapsed, _random.NextUInt64() | 1, _health.Scale, watch.Repeat);
        _probed.Add(peer);
        Step(peer, now, effects);
        Hasten(watch.Due);
    }

    /// <summary>Does what is due about somebody who is being probed.</summary>
    private void Step(PeerEntry peer, Moment now, Effects effects)
    {
        PeerWatch watch = peer.Watch!;
        if (watch.IsRefused(now.Elapsed) || (watch.Suspicion is { } suspicion && now.Elapsed >= suspicion.End))
        {
            if (!IsDeaf(now))
            {
                Lose(peer, now, effects);
                return;
            }

            watch.Forgive(now.Elapsed, PresenceTimes.Patience);
        }

        ProbeStep step = watch.Probe!.Step(now.Elapsed);
        if (step.HasFlag(ProbeStep.Over))
        {
            OnSilence(peer, now, effects);
            return;
        }

        if (step.HasFlag(ProbeStep.Ping))
        {
            SendProbe(peer, watch.Probe.Token, now, effects);
        }

        if (step.HasFlag(ProbeStep.Check))
        {
            watch.Checked = now.Elapsed;
            effects.Checks.Add(peer.Endpoint);
        }

        if (step.HasFlag(ProbeStep.AskHelpers))
        {
            int length = PresenceFrames.WriteRequest(_presenceFrames, watch.Hash, watch.Probe.Token);
            foreach (PeerEntry helper in _members.Pick(Helpers, other => other != peer && IsTalkative(other), _random))
            {
                SealPresence(helper, length, now, effects);
            }
        }
    }

    /// <summary>A PING, and what else is to be told.</summary>
    private void SendProbe(PeerEntry peer, ulong token, Moment now, Effects effects)
    {
        int length = PresenceFrames.WriteToken(_presenceFrames, FrameType.Ping, token);
        length += WriteNews(peer, _presenceFrames.AsSpan(length), now);
        SealPresence(peer, length, now, effects);
    }

    private void AnswerPing(PeerEntry peer, ReadOnlySpan<byte> token, Moment now, Effects effects)
    {
        int length = PresenceFrames.WriteToken(_presenceFrames, FrameType.Pong, BinaryPrimitives.ReadUInt64BigEndian(token));
        length += WriteNews(peer, _presenceFrames.AsSpan(length), now);
        SealPresence(peer, length, now, effects);
    }

    /// <summary>Seals the first bytes of the buffer for presence; without keys there is a handshake in its place.</summary>
    private void SealPresence(PeerEntry peer, int length, Moment now, Effects effects)
    {
        if (peer.Contact!.Current is TransportKeys keys && keys.MaySeal(now.Elapsed))
        {
            effects.Send(effects.Commit(keys.Seal(_presenceFrames.AsSpan(0, length), effects.Room())), peer.Endpoint);
        }
        else
        {
            BeginAt(peer, now);
        }
    }

    /// <summary>Whether more than PINGs and PONGs may go to a peer: its place is proven, there are keys, and it answers.</summary>
    private static bool IsTalkative(PeerEntry peer)
        => peer is { IsReachable: true, Presence: PeerPresence.Alive, Contact.Current: not null };
}
