using System;
using System.Collections.Generic;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>What a user should be told at the next occasion: events of trust, and warnings, one of a kind a minute.</summary>
internal sealed class EngineNotices
{
    /// <summary>Events kept for the next command; more are a flood, and the first ones say what is going on.</summary>
    private const int MaxEvents = 64;
    private const int MaxWarnings = 16;

    /// <summary>Fewer than these are what a busy start looks like.</summary>
    private const long FloodFrom = 100;

    private static readonly string[] s_floods =
        [nameof(DropReason.RateLimited), nameof(DropReason.UnderLoad), nameof(DropReason.TableFull), nameof(DropReason.InboxFull)];

    private readonly object _gate = new();
    private readonly Queue<LanTrustEventArgs> _events = new();
    private readonly Queue<string> _warnings = new();
    private long _warnedOf;
    private TimeSpan _nextFloodWarning;

    public void Add(LanTrustEventArgs happened)
    {
        lock (_gate)
        {
            if (_events.Count < MaxEvents)
            {
                _events.Enqueue(happened);
            }
        }
    }

    public void Warn(string text)
    {
        lock (_gate)
        {
            if (_warnings.Count < MaxWarnings)
            {
                _warnings.Enqueue(VisibleText.Line(text));
            }
        }
    }

    public List<LanTrustEventArgs> TakeEvents() => Take(_events);

    public List<string> TakeWarnings() => Take(_warnings);

    /// <summary>Warns of datagrams that were dropped because there were too many of them, once a minute at most.</summary>
    /// <param name="counters">What was counted so far.</param>
    /// <param name="now">Time since the start.</param>
    public void WarnOfFlood(LanCounters counters, TimeSpan now)
    {
        long dropped = 0;
        foreach (string reason in s_floods)
        {
            dropped += counters.Dropped.GetValueOrDefault(reason);
        }

        lock (_gate)
        {
            long news = dropped - _warnedOf;
            if (news < FloodFrom || now < _nextFloodWarning)
            {
                return;
            }

            _warnedOf = dropped;
            _nextFloodWarning = now + TimeSpan.FromMinutes(1);
            _warnings.Enqueue($"{news:N0} datagrams were dropped because there were too many of them. The session's Counters tell why.");
        }
    }

    private List<T> Take<T>(Queue<T> queue)
    {
        lock (_gate)
        {
            var all = new List<T>(queue);
            queue.Clear();
            return all;
        }
    }
}
