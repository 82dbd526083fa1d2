using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using LanPeer.Security;

namespace LanPeer.Protocol.Presence;

/// <summary>What is known of the presence of one peer with a session, and what others may ask or claim about it.</summary>
internal sealed class PeerWatch(ulong hash, TimeSpan now)
{
    /// <summary>Rounds in a row in which others heard the peer and we never did, before it is suspect all the same.</summary>
    public const int MaxVouchedRounds = 3;

    /// <summary>Others who wait for a sign of life of this peer.</summary>
    private const int MaxQuestions = 8;

    private List<(PeerEntry Asker, ulong Token, TimeSpan Until)>? _questions;
    private List<ulong>? _accusers;
    private TimeSpan _roundTrip;
    private TimeSpan _firstRefusal;
    private int _refusals;
    private LivenessProbe? _answered;

    /// <summary>The name of the peer in frames about it: the first 8 bytes of the SHA-256 of its static key.</summary>
    public ulong Hash => hash;

    /// <summary>When anything authentic last came from it.</summary>
    public TimeSpan Heard { get; private set; } = now;

    /// <summary>The probe under way.</summary>
    public LivenessProbe? Probe { get; set; }

    public Suspicion? Suspicion { get; private set; }

    /// <summary>Rounds in a row in which only others heard it.</summary>
    public int VouchedRounds { get; set; }

    /// <summary>When a claim last made us probe it.</summary>
    public TimeSpan? ProbedOnClaim { get; set; }

    /// <summary>When its host was last asked whether its port is open.</summary>
    public TimeSpan? Checked { get; set; }

    /// <summary>Whether it is to be asked whom it knows.</summary>
    public bool IsToBeAsked { get; set; }

    /// <summary>What it may still claim, have probed, and ask.</summary>
    public TokenBucket Claims;

    /// <inheritdoc cref="Claims"/>
    public TokenBucket Requests;

    /// <inheritdoc cref="Claims"/>
    public TokenBucket Asks;

    /// <summary>When its probe or suspicion has something to do.</summary>
    public TimeSpan Due
    {
        get
        {
            TimeSpan due = Probe?.Due ?? TimeSpan.MaxValue;
            due = Suspicion is { } suspicion && suspicion.End < due ? suspicion.End : due;
            TimeSpan refused = _firstRefusal + PresenceTimes.RefusedPatience;
            return _refusals >= 2 && refused < due ? refused : due;
        }
    }

    /// <summary>Whether others were the first to say that it is not here.</summary>
    public bool IsAccused => _accusers is { Count: > 0 };

    /// <summary>Between two PINGs of a probe: twice what an answer takes, within bounds.</summary>
    public TimeSpan Repeat => TimeSpan.FromTicks(Math.Clamp(
        _roundTrip.Ticks * 2, PresenceTimes.Repeat.Ticks, PresenceTimes.SlowRepeat.Ticks));

    public static ulong HashOf(ReadOnlySpan<byte> remoteStatic)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(remoteStatic, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    /// <summary>Something authentic came: whatever was thought of it is over.</summary>
    /// <returns>Whether it was suspect.</returns>
    public bool IsAlive(TimeSpan now)
    {
        bool wasSuspect = Suspicion is not null;
        Heard = now;
        _answered = Probe ?? _answered;
        Probe = null;
        Suspicion = null;
        VouchedRounds = 0;
        _accusers = null;
        _refusals = 0;
        return wasSuspect;
    }

    /// <summary>A PONG came back to the first and only PING of the probe: later ones cannot be told apart (Karn's algorithm).</summary>
    public void NoteRoundTrip(TimeSpan now, ulong token)
    {
        if (_answered is { Pings: 1 } probe && probe.Token == token)
        {
            _answered = null;
            TimeSpan taken = now - probe.LastPing;
            _roundTrip = _roundTrip == TimeSpan.Zero ? taken : ((_roundTrip * 7) + taken) / 8;
        }
    }

    /// <summary>Begins to suspect it; who has claimed the same before has confirmed it.</summary>
    public void Suspect(TimeSpan now, int members, int scale)
    {
        Suspicion = new Suspicion(now, members, scale);
        _accusers?.ForEach(Suspicion.Confirm);
        Probe?.Linger(now);
    }

    /// <summary>Somebody else has found it silent.</summary>
    public void Accuse(ulong by)
    {
        Suspicion?.Confirm(by);
        _accusers ??= [];
        if (_accusers.Count < Suspicion.Enough && !_accusers.Contains(by))
        {
            _accusers.Add(by);
        }
    }

    /// <summary>Its host says that its port is closed.</summary>
    /// <returns>Whether that is the first time.</returns>
    public bool Refuse(TimeSpan now)
    {
        _firstRefusal = _refusals == 0 ? now : _firstRefusal;
        _refusals++;
        Probe?.Refused(now);
        return _refusals == 1;
    }

    /// <summary>Whether it was refused twice or more, and has not been heard for long enough since.</summary>
    public bool IsRefused(TimeSpan now) => _refusals >= 2 && now >= _firstRefusal + PresenceTimes.RefusedPatience;

    /// <summary>We were stalled: what we did not hear proves nothing.</summary>
    public void Forgive(TimeSpan now, TimeSpan stall)
    {
        _refusals = 0;
        if (Suspicion is { } suspicion)
        {
            suspicion.Forgive(stall + PresenceTimes.RefusedPatience);
            Probe?.Linger(now);
        }
        else
        {
            Probe?.Restart(now);
        }
    }

    /// <summary>Somebody wants to know of the next sign of life.</summary>
    public void Ask(PeerEntry asker, ulong token, TimeSpan now)
    {
        _questions ??= [];
        _ = _questions.RemoveAll(one => one.Until < now || one.Asker == asker);
        if (_questions.Count < MaxQuestions)
        {
            _questions.Add((asker, token, now + PresenceTimes.Patience));
        }
    }

    /// <summary>Takes the next of those to be told that there was a sign of life.</summary>
    public bool TryTakeQuestion(TimeSpan now, out PeerEntry? asker, out ulong token)
    {
        while (_questions is { Count: > 0 })
        {
            (asker, token, TimeSpan until) = _questions[^1];
            _questions.RemoveAt(_questions.Count - 1);
            if (until >= now)
            {
                return true;
            }
        }

        asker = null;
        token = 0;
        return false;
    }
}
