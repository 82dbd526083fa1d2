using System;
using System.Text;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Pins: what they protect, and what the user decides about them (docs/protocol.md, "Trust").</content>
internal sealed partial class PeerMachine
{
    /// <summary>New pins of one other host: 64 at once, as many as it may have peers, and one a minute.</summary>
    private readonly SourceLimiter<uint> _newPins = new(rate: 1 / 60.0, burst: 64, MaxRemembered);

    /// <summary>Who is known, and how far trusted.</summary>
    public PinBook Pins => _security.Pins;

    /// <summary>Whether a name belongs to somebody who can prove who he is, so that nobody in the clear is meant by it.</summary>
    public bool IsProtectedName(string name) => !_security.AllowUnsigned && _security.Pins.HasName(name);

    /// <summary>Approves an identity; a user id given becomes its own.</summary>
    public PinChange Approve(Moment now, string peerId, string? userId, Effects effects)
    {
        PinChange change = _security.Pins.Approve(peerId, _peers.FindIdentity(peerId)?.Who, userId, now.Utc);
        JudgeAnew(effects);
        return change;
    }

    /// <summary>Blocks an identity: it is gone at once, and whatever it sends is dropped.</summary>
    public PinChange Block(Moment now, string peerId, Effects effects)
    {
        PeerEntry? peer = _peers.FindIdentity(peerId);
        PinChange change = _security.Pins.Block(peerId, peer?.Who, now.Utc);
        if (peer is not null && change.After is not null)
        {
            Forget(peer, PeerChangeKind.Left, effects);
        }

        return change;
    }

    /// <summary>Undoes <see cref="Block"/>.</summary>
    public PinChange Unblock(string peerId) => _security.Pins.Unblock(peerId);

    /// <summary>Forgets an identity; if it is here, it is new again.</summary>
    public PinChange RemovePin(string peerId, Effects effects)
    {
        PinChange change = _security.Pins.Remove(peerId);
        JudgeAnew(effects);
        return change;
    }

    /// <summary>Adds pins that others made.</summary>
    public PinMerge Import(System.Collections.Generic.IEnumerable<Pin> pins, Effects effects)
    {
        PinMerge merge = _security.Pins.Merge(pins);
        JudgeAnew(effects);
        return merge;
    }

    /// <summary>
    /// Whether a user id was ever proven to be somebody's: then nothing in the clear is taken as his (no downgrade).
    /// </summary>
    private bool IsProtected(ReadOnlySpan<byte> userId)
        => !_security.AllowUnsigned
            && (_peers.FindProven(userId) is { IsAddressMatched: true, Verdict: not PinVerdict.Conflict } || _security.Pins.HasUserId(Encoding.UTF8.GetString(userId)));

    /// <summary>
    /// Notes a meeting. A user id is pinned only to whoever was proven to receive at the address in it: else one machine
    /// could claim the ids of all others before they come.
    /// </summary>
    /// <param name="peer">Who was met.</param>
    /// <param name="now">Now.</param>
    /// <param name="effects">Receives what is to be told.</param>
    /// <param name="isReturn">Whether it comes back after a restart, and so is judged as if it had left and come again.</param>
    private void Meet(PeerEntry peer, Moment now, Effects effects, bool isReturn = false)
    {
        PeerEntry? plain = _security.AllowUnsigned ? null : _peers.Find(peer.Key);
        if (plain is not null && (peer.IsAddressMatched || !plain.IsAddressMatched))
        {
            // Whoever spoke under this id without proof either was this peer, or not at the address in it. Only one who
            // does speak from there, while the one who proves something does not, may be somebody else.
            Forget(plain, PeerChangeKind.Left, effects);
        }

        if (!_security.AllowUnsigned && _peers.FindAt(peer.Endpoint, isProven: false) is PeerEntry samePlace)
        {
            Forget(samePlace, PeerChangeKind.Left, effects);
        }

        PinVerdict before = peer.Verdict;
        PinVerdict judged = _security.Pins.Judge(peer.Who!, peer.UserId);
        peer.Verdict = judged is PinVerdict.Conflict or PinVerdict.Blocked ? judged
            : IsTaken(peer) ? PinVerdict.Conflict
            : judged == PinVerdict.New && !MayPin(peer, now) ? PinVerdict.New
            : _security.Pins.Meet(peer.Who!, peer.IsAddressMatched ? peer.UserId : "", now.Utc) switch
            {
                // Pinned by ourselves a moment ago: it is still new to the user.
                PinVerdict.Pinned when !isReturn && before == PinVerdict.New && _security.Pins.Find(peer.Who!.PeerId)?.FirstSeen >= peer.MetUtc => PinVerdict.New,
                PinVerdict verdict => verdict,
            };
        if (peer.Verdict != before)
        {
            TellOfConflict(peer, now, effects);
        }

        JudgeOthers(peer, now, effects);
    }

    /// <summary>One machine may invent identities by the thousand; it is not to fill the book with them.</summary>
    private bool MayPin(PeerEntry peer, Moment now)
        => _network.IsOwn(peer.Endpoint.Address) || _newPins.TryTake(peer.Endpoint.Address, now.Elapsed);

    /// <summary>A user id has found its owner: others who use it are in conflict from now on.</summary>
    private void JudgeOthers(PeerEntry owner, Moment now, Effects effects)
    {
        foreach (PeerEntry other in _peers.Entries)
        {
            if (other != owner && other.Who is PublicIdentity who && other.Verdict != PinVerdict.Conflict
                && other.Key.AsSpan().SequenceEqual(owner.Key) && _security.Pins.Judge(who, other.UserId) == PinVerdict.Conflict)
            {
                other.Verdict = PinVerdict.Conflict;
                TellOfConflict(other, now, effects);
            }
        }
    }

    private void TellOfConflict(PeerEntry peer, Moment now, Effects effects)
    {
        if (peer.Key.AsSpan().SequenceEqual(_userId))
        {
            // Nobody's key has changed, and approving whoever uses our own user id would settle nothing.
            WarnOfTwin(now, effects);
        }
        else if (peer.Verdict == PinVerdict.Conflict)
        {
            effects.Changes.Add(new PeerChange(PeerChangeKind.KeyChanged, peer));
        }
    }

    /// <summary>After a decision: who is here is what the pins say now, and in conflict whoever uses an id that somebody else has here.</summary>
    private void JudgeAnew(Effects effects)
    {
        for (int i = _peers.Count - 1; i >= 0; i--)
        {
            PeerEntry peer = _peers.Entries[i];
            if (peer.Who is null && !_security.AllowUnsigned && _security.Pins.HasUserId(peer.UserId))
            {
                Forget(peer, PeerChangeKind.Left, effects);
            }
        }

        for (int i = _peers.Count - 1; i >= 0; i--)
        {
            PeerEntry peer = _peers.Entries[i];
            if (peer.Who is not PublicIdentity who)
            {
                continue;
            }

            PinVerdict verdict = _security.Pins.Judge(who, peer.UserId);
            if (verdict == PinVerdict.Blocked)
            {
                Forget(peer, PeerChangeKind.Left, effects);
                continue;
            }

            verdict = IsTaken(peer) ? PinVerdict.Conflict : verdict;
            if (verdict != peer.Verdict && !(verdict == PinVerdict.Pinned && peer.Verdict == PinVerdict.New))
            {
                peer.Verdict = verdict;
                effects.Changes.Add(new PeerChange(PeerChangeKind.Updated, peer));
            }
        }
    }

    /// <summary>Whether the user id of a proven peer is our own, or somebody's who speaks in the clear: no pin tells of either.</summary>
    private bool IsTaken(PeerEntry peer)
        => peer.Key.AsSpan().SequenceEqual(_userId) || (!_security.AllowUnsigned && _peers.Find(peer.Key) is not null);

    /// <summary>What handshakes say of this peer from now on.</summary>
    private void IntroduceAs() => _sessions.Own = new HandshakePayload
    {
        Boot = Boot,
        Port = _port,
        SigningKey = Identity.SigningKey.ToArray(),
        UserId = _userId,
    };
}
