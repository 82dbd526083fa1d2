using System;
using System.Collections.Generic;
using LanPeer.Security.Noise;
using LanPeer.Wire;

namespace LanPeer.Security.Sessions;

/// <summary>
/// The handshakes of one peer with all others: what to answer, with what keys, and when to begin anew (WireGuard's rules,
/// docs/protocol.md, "Sessions"). Time and randomness come in as arguments, datagrams go out through the caller, and the
/// arithmetic is handed out as <see cref="HandshakeWork"/>. Whom to trust is the caller's business.
/// </summary>
internal sealed partial class SessionLayer : IDisposable
{
    private readonly HandshakeSuite _suite;
    private readonly RandomSource _random;
    private readonly Identity _identity;
    private readonly EpochClock _epochs;
    private readonly CookieJar _cookies;
    private readonly Dictionary<uint, Slot> _slots = [];
    private readonly Queue<HandshakeWork> _ownWork = new();

    public SessionLayer(Identity identity, PeerNetwork network, EpochClock epochs, HandshakeSuite suite, RandomSource random)
    {
        _identity = identity;
        Network = network;
        _epochs = epochs;
        _suite = suite;
        _random = random;
        _cookies = new CookieJar(identity.Public.AgreementKey, suite.Aead, random);
    }

    public PeerNetwork Network { get; }

    /// <summary>What is said of oneself in handshakes from now on.</summary>
    public HandshakePayload? Own { get; set; }

    /// <summary>Whether there is work to be done outside of the lock.</summary>
    public bool HasWork => _ownWork.Count > 0 || _strangersWork.Count > 0;

    private HandshakeContext Context => new(_suite, _identity.Agreement, Own ?? throw new InvalidOperationException("Not started."));

    /// <summary>Takes the next piece of work: own handshakes first, then those of others, in turn.</summary>
    public HandshakeWork? TakeWork()
        => _ownWork.TryDequeue(out HandshakeWork? own) ? own
            : _strangersWork.TryDequeue(out ReadInitiationWork? other) ? other : null;

    /// <summary>Begins a handshake, unless one is under way.</summary>
    /// <param name="session">With whom.</param>
    /// <param name="to">Where it is thought to be.</param>
    /// <param name="now">Now.</param>
    /// <param name="maxTries">How many initiations may be sent there; at most that of <see cref="SessionTimes.Retries"/>.</param>
    /// <returns>Whether one has begun.</returns>
    public bool Begin(PeerSession session, Ipv4Endpoint to, Moment now, int maxTries)
        => session.Attempt is null && maxTries > 0 && !IsAnswerFresh(session, now.Elapsed) && Initiate(session, to, now, tries: 0, maxTries);

    /// <summary>Whether the other side has begun a moment ago, was answered, and will use the keys any time.</summary>
    public static bool IsAnswerFresh(PeerSession session, TimeSpan now)
        => session.IsAnswering || (session.Next is TransportKeys next && now - next.CreatedAt < SessionTimes.CrossedPatience);

    /// <summary>Makes the next initiation when the last one was not answered in time.</summary>
    /// <returns>False when that was the last one, and the handshake is given up.</returns>
    public bool Retry(PeerSession session, Moment now)
    {
        Attempt attempt = session.Attempt!;
        Abandon(session);
        int tries = attempt.Tries + 1;
        return tries < Math.Min(attempt.MaxTries, SessionTimes.Retries.Length) && Initiate(session, attempt.To, now, tries, attempt.MaxTries);
    }

    /// <summary>The initiation is ready to be sent; false when it is not wanted any more.</summary>
    /// <param name="work">What was done.</param>
    /// <param name="isPatient">Whether the last initiation there may be gets the longest time for its response.</param>
    /// <param name="now">Now.</param>
    public bool Complete(InitiateWork work, bool isPatient, Moment now)
    {
        Attempt attempt = work.Attempt;
        if (attempt.IsAbandoned || work.Session.Attempt != attempt || work.Datagram is null)
        {
            work.Noise?.Dispose();
            if (work.Session.Attempt == attempt)
            {
                Abandon(work.Session);
            }

            return false;
        }

        attempt.Noise = work.Noise;
        attempt.Mac1 = Macs.Mac1Of(work.Datagram).ToArray();
        bool isLast = attempt.Tries + 1 >= attempt.MaxTries;
        attempt.Due = now.Elapsed + (SessionTimes.Retries[isLast && isPatient ? ^1 : attempt.Tries] * _random.NextJitter());
        return true;
    }

    /// <summary>Whether an initiation whose sender is now known is to be answered.</summary>
    /// <param name="session">The sender.</param>
    /// <param name="read">The initiation.</param>
    /// <param name="isCrossing">Whether an own initiation is on the way to where it came from.</param>
    /// <param name="now">Now.</param>
    /// <returns>The reason to drop it, or None: then the response is being made.</returns>
    public DropReason Answer(PeerSession session, ReadInitiationWork read, bool isCrossing, TimeSpan now)
    {
        // While an answer waits to be used, nothing older than its initiation is answered: a sniffer has such ones.
        bool isWaiting = session.IsAnswering || session.Next is not null;
        if (read.Epoch <= session.RemoteEpoch || read.Epoch == session.AnsweredEpoch || (isWaiting && read.Epoch < session.AnsweredEpoch))
        {
            read.Noise!.Dispose();
            return DropReason.Replayed;
        }

        // Both have begun at once: the smaller key stays the initiator. Its own initiation is on the way.
        if (isCrossing && IsSmaller(_identity.Public.AgreementKey, session.RemoteStatic))
        {
            read.Noise!.Dispose();
            return DropReason.Crossed;
        }

        session.AnsweredEpoch = read.Epoch;
        session.IsAnswering = true;
        _ownWork.Enqueue(new RespondWork(Context, session, read, NewIndex(), now));
        return DropReason.None;
    }

    /// <summary>The response is ready to be sent. Its keys count when the initiator has used them.</summary>
    public bool Complete(RespondWork work, TimeSpan now)
    {
        PeerSession session = work.Session;
        session.IsAnswering = false;
        if (work.Datagram is null || session.IsForgotten)
        {
            work.Keys?.Dispose();
            return false;
        }

        Discard(session.Next);
        session.Next = work.Keys;
        session.NextEpoch = work.Read.Epoch;
        session.NextPlace = work.Read.Source;
        session.NextSecret = work.Read.Secret;
        _slots[work.Keys!.LocalIndex] = new Slot(session, work.Keys, null);
        if (session.Attempt is { Noise: not null } own)
        {
            // Its initiator will confirm it in a moment; ours is made anew only if that does not happen.
            own.Due = Max(own.Due, now + SessionTimes.CrossedPatience);
        }

        return true;
    }

    /// <summary>A response was opened; false when it was not authentic, and then the handshake goes on waiting.</summary>
    public bool Complete(ReadResponseWork work, TimeSpan now)
    {
        work.Attempt.IsBusy = false;
        if (work.Keys is null || work.Attempt.IsAbandoned || work.Session.Attempt != work.Attempt)
        {
            work.Keys?.Dispose();
            if (work.Attempt.IsAbandoned)
            {
                work.Attempt.Noise?.Dispose();
            }

            return false;
        }

        work.Attempt.Noise!.Dispose();
        work.Session.Attempt = null;
        Install(work.Session, work.Keys, now);
        work.Session.ConfirmTries = 0;
        work.Session.ConfirmDue = now + SessionTimes.Retries[0];
        return true;
    }

    /// <summary>The initiator has used the keys of our response: from now on they are the session's.</summary>
    /// <returns>Whether they seal now; not when they lost against those of a handshake that crossed.</returns>
    public bool Confirm(PeerSession session, TimeSpan now)
    {
        TransportKeys keys = session.Next!;
        session.Next = null;
        session.Secret = session.NextSecret;
        session.RemoteEpoch = Math.Max(session.RemoteEpoch, session.NextEpoch);
        Abandon(session);
        Install(session, keys, now);
        return session.Current == keys;
    }

    /// <summary>
    /// Whether the keys of an own initiation are to be used again: the other side believes in them only when it has seen
    /// them used, and what used them first may be lost.
    /// </summary>
    /// <param name="session">With whom.</param>
    /// <param name="now">Now.</param>
    /// <param name="isGivenUp">Whether they were used often enough in vain for a new handshake.</param>
    public static bool IsConfirmDue(PeerSession session, TimeSpan now, out bool isGivenUp)
    {
        isGivenUp = false;
        if (session.Current is not { IsInitiator: true, HasReceived: false } || now < session.ConfirmDue)
        {
            return false;
        }

        session.ConfirmTries++;
        isGivenUp = session.ConfirmTries >= SessionTimes.Retries.Length;
        session.ConfirmDue = isGivenUp ? TimeSpan.MaxValue : now + SessionTimes.Retries[session.ConfirmTries];
        return true;
    }

    /// <summary>Forgets what has outlived its time.</summary>
    /// <param name="session">Whose.</param>
    /// <param name="isStranger">Whether nothing was ever proven: then what waits to be used does not wait long.</param>
    /// <param name="now">Now.</param>
    /// <returns>When to look again.</returns>
    public TimeSpan Expire(PeerSession session, bool isStranger, TimeSpan now)
    {
        if (session.Previous is not null && now >= session.PreviousUntil)
        {
            Discard(session.Previous);
            session.Previous = null;
        }

        TimeSpan nextUntil = session.Next is null ? TimeSpan.MaxValue
            : session.Next.CreatedAt + (isStranger ? SessionTimes.KeepUnconfirmed : SessionTimes.RejectAfter);
        if (now >= nextUntil)
        {
            Discard(session.Next);
            session.Next = null;
            nextUntil = TimeSpan.MaxValue;
        }

        if (session.Current is TransportKeys current && now >= current.EndsAt)
        {
            Discard(current);
            session.Current = null;
        }

        // While a response is being opened nothing is due: its end tells how it goes on.
        TimeSpan next = session.Attempt is { IsBusy: false } attempt ? attempt.Due : TimeSpan.MaxValue;
        next = session.Previous is null ? next : Min(next, session.PreviousUntil);
        next = Min(next, nextUntil);
        if (session.Current is { IsInitiator: true, HasReceived: false })
        {
            next = Min(next, session.ConfirmDue);
        }

        return session.Current is null ? next : Min(next, session.Current.EndsAt);
    }

    /// <summary>Whether the session's keys are old enough for a new handshake, seen from this side.</summary>
    public static bool IsRekeyDue(PeerSession session, TimeSpan now)
        => session.Current is TransportKeys keys
            && (keys.NextCounter >= TransportKeys.RekeyAfterMessages
                || now - keys.CreatedAt >= (keys.CarriedMessage ? SessionTimes.RekeyAfter : SessionTimes.RekeyIdleAfter)
                    + (keys.IsInitiator ? TimeSpan.Zero : SessionTimes.ResponderPatience));

    /// <summary>Gives up the own handshake under way, if there is one.</summary>
    public void Abandon(PeerSession session)
    {
        if (session.Attempt is Attempt attempt)
        {
            attempt.IsAbandoned = true;
            session.Attempt = null;
            _slots.Remove(attempt.Index);
            if (!attempt.IsBusy)
            {
                attempt.Noise?.Dispose();
            }
        }
    }

    /// <summary>Forgets a session and its keys.</summary>
    public void Forget(PeerSession session)
    {
        session.IsForgotten = true;
        Abandon(session);
        Discard(session.Previous);
        Discard(session.Current);
        Discard(session.Next);
        session.Previous = session.Current = session.Next = null;
    }

    public void Dispose()
    {
        foreach (Slot slot in _slots.Values)
        {
            slot.Keys?.Dispose();
            if (slot.Attempt is { IsBusy: false } attempt)
            {
                attempt.Noise?.Dispose();
            }
        }

        _slots.Clear();
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static bool IsSmaller(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => one.SequenceCompareTo(other) < 0;

    private bool Initiate(PeerSession session, Ipv4Endpoint to, Moment now, int tries, int maxTries)
    {
        if (!_epochs.TryNext(now.Utc, out ulong epoch))
        {
            return false;
        }

        var attempt = new Attempt { Index = NewIndex(), Secret = session.Secret ?? Network.Newest, To = to, Tries = tries, MaxTries = maxTries };
        session.Attempt = attempt;
        _slots[attempt.Index] = new Slot(session, null, attempt);
        byte[] cookie = now.Elapsed < session.CookieUntil ? session.Cookie : [];
        _ownWork.Enqueue(new InitiateWork(Context, session, attempt, epoch, cookie));
        return true;
    }

    private void Install(PeerSession session, TransportKeys keys, TimeSpan now)
    {
        Discard(session.Previous);
        _slots[keys.LocalIndex] = new Slot(session, keys, null);
        session.PreviousUntil = now + SessionTimes.KeepOld;
        if (IsOutranked(session, keys))
        {
            session.Previous = keys;
            return;
        }

        session.Previous = session.Current;
        session.Current = keys;
    }

    /// <summary>
    /// Two handshakes that crossed have both ended, one begun by each side. Both sides keep to that of the smaller key:
    /// else each might keep to another one, and after a minute neither would understand the other.
    /// </summary>
    private bool IsOutranked(PeerSession session, TransportKeys keys)
        => session.Current is TransportKeys current && current.IsInitiator != keys.IsInitiator
            && (keys.CreatedAt - current.CreatedAt).Duration() < SessionTimes.CrossedPatience * 2
            && current.IsInitiator == IsSmaller(_identity.Public.AgreementKey, session.RemoteStatic);

    private void Discard(TransportKeys? keys)
    {
        if (keys is not null)
        {
            _slots.Remove(keys.LocalIndex);
            keys.Dispose();
        }
    }

    /// <summary>A random index that is free: who guesses it can address a datagram to it, and nothing more.</summary>
    private uint NewIndex()
    {
        while (true)
        {
            uint index = (uint)_random.NextUInt64();
            if (index != 0 && !_slots.ContainsKey(index))
            {
                return index;
            }
        }
    }

    /// <summary>What a local index stands for: keys, or an initiation that waits.</summary>
    private readonly record struct Slot(PeerSession Session, TransportKeys? Keys, Attempt? Attempt);
}
