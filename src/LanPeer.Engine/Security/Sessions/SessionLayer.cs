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
