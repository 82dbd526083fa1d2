using System;

namespace LanPeer.Protocol.Delivery;

/// <summary>
/// A queue that is looked into by place: what goes at the front moves nothing behind it. A field and no object, as each of
/// 1,000 that a post passes through is a wait for memory of 50 ns. Empty it has no memory until it is first used.
/// </summary>
/// <typeparam name="T">What is in it.</typeparam>
internal struct Ring<T>
    where T : class
{
    /// <summary>A power of two long; null before the first.</summary>
    private T[]? _items;
    private int _head;

    public int Count { get; private set; }

    /// <summary>The oldest is at 0. There is no look behind the last.</summary>
    public readonly T this[int index] => _items![(_head + index) & (_items.Length - 1)];

    public void Add(T item)
    {
        if (_items is null || Count == _items.Length)
        {
            Grow();
        }

        _items![(_head + Count++) & (_items.Length - 1)] = item;
    }

    /// <summary>Lets go of the oldest, so many.</summary>
    public void RemoveFirst(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _items![_head] = null!;
            _head = (_head + 1) & (_items.Length - 1);
        }

        Count -= count;
    }

    /// <summary>Oldest first, of those that are in it now.</summary>
    public readonly Enumerator GetEnumerator() => new(this);

    private void Grow()
    {
        var items = new T[Math.Max(4, 2 * Count)];
        for (int i = 0; i < Count; i++)
        {
            items[i] = this[i];
        }

        _items = items;
        _head = 0;
    }

    public struct Enumerator(Ring<T> ring)
    {
        private int _next;

        public readonly T Current => ring[_next - 1];

        public bool MoveNext() => _next++ < ring.Count;
    }
}
