using System;
using System.Collections.Generic;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol.Presence;

/// <summary>Who went without a word, and may only have lost its way.</summary>
internal sealed class LostMember
{
    public required byte[] Key { get; init; }

    public required ulong Hash { get; init; }

    /// <summary>Where it was last.</summary>
    public required Ipv4Endpoint Endpoint { get; init; }

    /// <summary>The network's key that was used with it.</summary>
    public required NetworkSecret? Secret { get; init; }

    public required TimeSpan Until { get; init; }

    public TimeSpan Next { get; set; }

    public TimeSpan Interval { get; set; }
}

/// <summary>The lately gone, to each of whom a handshake is tried at growing intervals. Bounded: the one gone longest gives way.</summary>
internal sealed class LostMembers
{
    public const int Capacity = 256;

    private readonly List<LostMember> _lost = [];

    public int Count => _lost.Count;

    /// <summary>When the next is to be tried.</summary>
    public TimeSpan Due { get; private set; } = TimeSpan.MaxValue;

    public void Add(LostMember member, TimeSpan now, double jitter)
    {
        _ = Remove(member.Hash);
        if (_lost.Count >= Capacity)
        {
            _lost.RemoveAt(0);
        }

        member.Interval = PresenceTimes.FirstLook;
        member.Next = now + (member.Interval * jitter);
        _lost.Add(member);
        Due = member.Next < Due ? member.Next : Due;
    }

    /// <summary>It is back.</summary>
    public bool Remove(ulong hash) => _lost.RemoveAll(member => member.Hash == hash) > 0;

    /// <summary>Those to be tried now; when they are next is settled by that.</summary>
    /// <param name="now">Now.</param>
    /// <param name="random">So that two who lost each other do not always try at once.</param>
    public List<LostMember> TakeDue(TimeSpan now, RandomSource random)
    {
        _ = _lost.RemoveAll(member => member.Until <= now);
        List<LostMember> due = _lost.FindAll(member => member.Next <= now);
        foreach (LostMember member in due)
        {
            TimeSpan longer = member.Interval * 2;
            member.Interval = longer < PresenceTimes.LastLook ? longer : PresenceTimes.LastLook;
            member.Next = now + (member.Interval * random.NextJitter());
        }

        Due = TimeSpan.MaxValue;
        foreach (LostMember member in _lost)
        {
            Due = member.Next < Due ? member.Next : Due;
        }

        return due;
    }
}
