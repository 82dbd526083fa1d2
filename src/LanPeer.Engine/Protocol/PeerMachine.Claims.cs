using System;
using System.Buffers.Binary;
using LanPeer.Protocol.Presence;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>What others say of who is here: reasons to look for oneself (docs/protocol.md, "Claims").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Others who are told at once by who finds something first, and by who confirms it.</summary>
    private const int FirstFinders = 8;
    private const int Confirmers = 3;

    /// <summary>In a network of this size or smaller all are told at once.</summary>
    private const int FewMembers = 16;

    /// <summary>Claims in one datagram.</summary>
    private const int MaxClaims = 8;

    /// <summary>Claims taken from each peer.</summary>
    private const double ClaimRate = 20;
    private const double ClaimBurst = 100;

    /// <summary>Probes made for each peer.</summary>
    private const double RequestRate = 10;
    private const double RequestBurst = 30;

    /// <summary>How often claims make us probe one peer that answers.</summary>
    private static readonly TimeSpan s_claimInterval = TimeSpan.FromSeconds(0.5);

    private readonly Gossip _claims = new();

    private DropReason OnClaim(PeerEntry from, ReadOnlySpan<byte> body, Moment now, Effects effects)
    {
        if (body.Length != PresenceFrames.ClaimLength)
        {
            return DropReason.BadFrame;
        }

        if (!from.Watch!.Claims.TryTake(now.Elapsed, 1, ClaimRate, ClaimBurst))
        {
            return DropReason.RateLimited;
        }

        if (!PresenceFrames.TryReadClaim(body, out Claim claim) || !_memberByHash.TryGetValue(claim.Subject, out PeerEntry? peer)
            || peer == from || peer.Boot != claim.Boot)
        {
            return DropReason.None;
        }

        PeerWatch watch = peer.Watch!;
        if (watch.Probe is null)
        {
            if (now.Elapsed - watch.ProbedOnClaim < s_claimInterval)
            {
                return DropReason.None;
            }

            watch.ProbedOnClaim = now.Elapsed;
            BeginProbe(peer, now, effects);
        }

        if (claim.Kind != ClaimKind.Left)
        {
            watch.Accuse(from.Watch.Hash);
        }

        if (claim.Kind != ClaimKind.Suspect && now.Elapsed - (watch.Checked ?? TimeSpan.MinValue / 2) >= PresenceTimes.RefusedRepeat)
        {
            watch.Probe!.HastenCheck(now.Elapsed);
            Step(peer, now, effects);
        }

        SchedulePresence();
        return DropReason.None;
    }

    /// <summary>Somebody cannot hear a peer, and asks whether we can: our own probe tells both of us.</summary>
    private DropReason OnProbeRequest(PeerEntry from, ReadOnlySpan<byte> body, Moment now, Effects effects)
    {
        if (body.Length != PresenceFrames.RequestLength)
        {
            return DropReason.BadFrame;
        }

        if (!from.Watch!.Requests.TryTake(now.Elapsed, 1, RequestRate, RequestBurst))
        {
            return DropReason.RateLimited;
        }

        if (!_memberByHash.TryGetValue(BinaryPrimitives.ReadUInt64BigEndian(body), out PeerEntry? peer) || peer == from)
        {
            return DropReason.None;
        }

        peer.Watch!.Ask(from, BinaryPrimitives.ReadUInt64BigEndian(body[8..]), now.Elapsed);
        if (peer.Watch.Probe is null)
        {
            BeginProbe(peer, now, effects);
        }

        return DropReason.None;
    }

    /// <summary>Somebody we asked has heard the peer we cannot hear. The token, which nobody else knows, says whom.</summary>
    private DropReason OnProbeAnswer(ReadOnlySpan<byte> body)
    {
        if (body.Length != PresenceFrames.AnswerLength)
        {
            return DropReason.BadFrame;
        }

        ulong token = BinaryPrimitives.ReadUInt64BigEndian(body);
        if (_probed.Find(peer => peer.Watch!.Probe!.Token == token) is PeerEntry found)
        {
            found.Watch!.Probe!.IsVouchedFor = true;
        }

        return DropReason.None;
    }

    /// <summary>Tells some others at once what we have found ourselves, and more of them along with PINGs and PONGs.</summary>
    private void Spread(PeerEntry subject, ClaimKind kind, int receivers, Moment now, Effects effects)
    {
        receivers = receivers == FirstFinders && _members.Count <= FewMembers ? FewMembers : receivers;
        int length = PresenceFrames.WriteClaim(_presenceFrames, new Claim(kind, subject.Watch!.Hash, subject.Boot));
        foreach (PeerEntry other in _members.Pick(receivers, other => other != subject && IsTalkative(other), _random))
        {
            SealPresence(other, length, now, effects);
        }

        Tell(subject, kind, now);
    }

    /// <summary>Tells others along with PINGs and PONGs.</summary>
    private void Tell(PeerEntry subject, ClaimKind kind, Moment now)
    {
        byte[] frame = new byte[Frames.Header + PresenceFrames.ClaimLength];
        _ = PresenceFrames.WriteClaim(frame, new Claim(kind, subject.Watch!.Hash, subject.Boot));
        _claims.Add(frame, subject.Watch.Hash, default, _members.Count, now.Elapsed);
    }
}
