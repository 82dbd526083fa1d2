using System;
using System.Collections.Generic;
using LanPeer.Security;

namespace LanPeer.Protocol.Presence;

/// <summary>
/// Whose turn it is to be probed: all in a random order, then all in another one (SWIM, 4.3). So nobody waits longer than
/// two rounds through all, and nobody can foresee its turn. Who is new comes in at a random place.
/// </summary>
internal sealed class ProbeOrder<T>
    where T : class
{
    private readonly List<T> _members = [];
    private int _next;

    public int Count => _members.Count;

    /// <summary>In the order of this round.</summary>
    public IReadOnlyList<T> Members => _members;

    public void Add(T member, RandomSource random)
    {
        int place = Below(_members.Count + 1, random);
        _members.Insert(place, member);
        if (place < _next)
        {
            _next++;
        }
    }

    public bool Remove(T member)
    {
        int place = _members.IndexOf(member);
        if (place < 0)
        {
            return false;
        }

        _members.RemoveAt(place);
        if (place < _next)
        {
            _next--;
        }

        return true;
    }

    /// <summary>The next one; null when there is nobody.</summary>
    public T? Next(RandomSource random)
    {
        if (_next >= _members.Count)
        {
            Shuffle(_members, _members.Count, random);
            _next = 0;
        }

        return _members.Count == 0 ? null : _members[_next++];
    }

    /// <summary>Some of the members, each at most once, in random order.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="isFit">Who may be among them.</param>
    /// <param name="random">Decides.</param>
    public List<T> Pick(int count, Predicate<T> isFit, RandomSource random)
    {
        List<T> fit = _members.FindAll(isFit);
        int taken = Math.Min(count, fit.Count);
        Shuffle(fit, taken, random);
        fit.RemoveRange(taken, fit.Count - taken);
        return fit;
    }

    /// <summary>Fisher and Yates, for the first places only.</summary>
    private static void Shuffle(List<T> list, int places, RandomSource random)
    {
        for (int i = 0; i < places; i++)
        {
            int other = i + Below(list.Count - i, random);
            (list[i], list[other]) = (list[other], list[i]);
        }
    }

    private static int Below(int limit, RandomSource random) => (int)(random.NextUInt64() % (ulong)limit);
}
