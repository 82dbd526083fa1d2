using System;
using System.Collections.Generic;

namespace LanPeer.Protocol.Presence;

/// <summary>
/// How long somebody silent is still thought to be here. The more others have found the same for themselves, the
/// shorter, by the logarithm (Lifeguard, "dynamic suspicion time-outs"): from <c>max</c> down to <c>min</c>.
/// </summary>
internal sealed class Suspicion
{
    /// <summary>Confirmations that make it as short as it gets.</summary>
    public const int Enough = 3;

    private readonly List<ulong> _by = [];
    private readonly TimeSpan _began;
    private readonly TimeSpan _min;
    private readonly TimeSpan _max;
    private readonly int _expected;
    private TimeSpan _forgiven;

    /// <param name="now">Now.</param>
    /// <param name="members">How many there are besides us, the one suspected included.</param>
    /// <param name="scale">By how much we are slow ourselves.</param>
    public Suspicion(TimeSpan now, int members, int scale)
    {
        double size = Math.Max(1, Math.Log10(members + 1)) * scale;
        _began = now;
        _min = PresenceTimes.ShortestSuspicion * size;
        _max = PresenceTimes.LongestSuspicion * size;
        _expected = Math.Min(Enough, members - 1);
    }

    public int Confirmations => _by.Count;

    /// <summary>When it is certainty.</summary>
    public TimeSpan End => _began + _forgiven + Length;

    /// <summary>With nobody there who could confirm it, it takes the middle of the two.</summary>
    private TimeSpan Length => _expected <= 0 ? (_min + _max) / 2
        : _max - ((_max - _min) * (Math.Log(_by.Count + 1) / Math.Log(_expected + 1)));

    /// <summary>Somebody else has found the same.</summary>
    /// <param name="who">Counts once.</param>
    public void Confirm(ulong who)
    {
        if (_by.Count < _expected && !_by.Contains(who))
        {
            _by.Add(who);
        }
    }

    /// <summary>We were stalled, and could not have heard anything meanwhile.</summary>
    public void Forgive(TimeSpan stall) => _forgiven += stall;
}
