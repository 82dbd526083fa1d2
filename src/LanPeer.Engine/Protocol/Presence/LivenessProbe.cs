using System;

namespace LanPeer.Protocol.Presence;

/// <summary>What a probe wants done now.</summary>
[Flags]
internal enum ProbeStep
{
    None = 0,

    /// <summary>Send a PING.</summary>
    Ping = 1,

    /// <summary>Ask the host whether the port is open.</summary>
    Check = 2,

    /// <summary>Ask others to try.</summary>
    AskHelpers = 4,

    /// <summary>The time is up.</summary>
    Over = 8,
}

/// <summary>One probe of one peer: when to do what until it answers or the time is up. After that it goes on asking.</summary>
internal sealed class LivenessProbe
{
    private readonly int _scale;
    private readonly TimeSpan _usualRepeat;
    private TimeSpan _nextPing;
    private TimeSpan _nextCheck;
    private TimeSpan _nextHelpers;
    private TimeSpan _end;
    private TimeSpan _repeat;

    /// <param name="now">Now.</param>
    /// <param name="token">What the PINGs of this probe give to be returned.</param>
    /// <param name="scale">By how much we are slow ourselves.</param>
    /// <param name="repeat">Between two PINGs.</param>
    public LivenessProbe(TimeSpan now, ulong token, int scale, TimeSpan repeat)
    {
        Token = token;
        _scale = scale;
        _usualRepeat = repeat;
        Restart(now);
    }

    public ulong Token { get; }

    public TimeSpan Began { get; private set; }

    /// <summary>When the last PING went, and how many did.</summary>
    public TimeSpan LastPing { get; private set; }

    /// <inheritdoc cref="LastPing"/>
    public int Pings { get; private set; }

    /// <summary>Whether somebody else has heard the peer meanwhile.</summary>
    public bool IsVouchedFor { get; set; }

    /// <summary>When <see cref="Step"/> has something.</summary>
    public TimeSpan Due => Min(Min(_nextPing, _nextCheck), Min(_nextHelpers, _end));

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    public ProbeStep Step(TimeSpan now)
    {
        if (now >= _end)
        {
            return ProbeStep.Over;
        }

        ProbeStep step = ProbeStep.None;
        if (now >= _nextPing)
        {
            _nextPing = now + _repeat;
            LastPing = now;
            Pings++;
            step |= ProbeStep.Ping;
        }

        if (now >= _nextCheck)
        {
            // A host limits how many refusals it sends (Linux: icmp_ratelimit), so not with each PING.
            _nextCheck = _repeat == PresenceTimes.RefusedRepeat ? now + _repeat : now + PresenceTimes.SuspectRepeat;
            step |= ProbeStep.Check;
        }

        if (now >= _nextHelpers)
        {
            // Once more, others: their answer to us may be what was lost.
            TimeSpan more = Began + (PresenceTimes.AskMoreHelpersAfter * _scale);
            _nextHelpers = more > now ? more : TimeSpan.MaxValue;
            step |= ProbeStep.AskHelpers;
        }

        return step;
    }

    /// <summary>Somebody says that the port is closed: the host is asked at once.</summary>
    public void HastenCheck(TimeSpan now)
    {
        if (_repeat != PresenceTimes.RefusedRepeat)
        {
            _nextCheck = now;
        }
    }

    /// <summary>The port was refused: asks more often, and again at once.</summary>
    public void Refused(TimeSpan now)
    {
        _repeat = PresenceTimes.RefusedRepeat;
        _nextPing = now;
        _nextCheck = now + _repeat;
    }

    /// <summary>Begins from the start: what was missed was missed because we were stalled.</summary>
    public void Restart(TimeSpan now)
    {
        Began = now;
        _nextPing = now;
        _nextCheck = now + PresenceTimes.CheckAfter;
        _nextHelpers = now + (PresenceTimes.AskHelpersAfter * _scale);
        _end = now + (PresenceTimes.Patience * _scale);
        _repeat = _usualRepeat;
    }

    /// <summary>The peer is suspect: asks on, without an end of its own and without others.</summary>
    public void Linger(TimeSpan now)
    {
        _end = _nextHelpers = TimeSpan.MaxValue;
        if (_repeat != PresenceTimes.RefusedRepeat)
        {
            _repeat = PresenceTimes.SuspectRepeat;
            _nextPing = now;
        }
    }
}
