using System;
using System.Collections;
using System.Collections.Generic;

namespace LanPeer.VirtualNetwork;

/// <summary>What happened, in order: everything, or the newest of it where a run is long.</summary>
internal sealed class History<T>(int limit = int.MaxValue) : IReadOnlyList<T>
{
    private readonly List<T> _items = [];

    /// <summary>How many it keeps at least; it holds at most twice as many. 0 keeps nothing.</summary>
    public int Limit { get; set; } = limit;

    /// <summary>How many were ever added, also those no longer kept.</summary>
    public long Total { get; private set; }

    public int Count => _items.Count;

    public T this[int index] => _items[index];

    public void Add(T item)
    {
        Total++;
        if (Limit == 0)
        {
            return;
        }

        // Half of it at once: taking the oldest away one by one would move all the others each time.
        if (_items.Count / 2 >= Limit)
        {
            _items.RemoveRange(0, _items.Count - Limit);
        }

        _items.Add(item);
    }

    public void AddRange(IReadOnlyList<T> items)
    {
        foreach (T item in items)
        {
            Add(item);
        }
    }

    public List<T> FindAll(Predicate<T> match) => _items.FindAll(match);

    /// <summary>The newest, oldest of them first.</summary>
    public List<T> Last(int count) => _items.GetRange(Math.Max(0, _items.Count - count), Math.Min(count, _items.Count));

    public void Clear() => _items.Clear();

    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
