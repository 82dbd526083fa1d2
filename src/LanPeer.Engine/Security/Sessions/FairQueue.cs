using System.Collections.Generic;

namespace LanPeer.Security.Sessions;

/// <summary>
/// A bounded queue that serves its sources in turn: whoever sends most waits longest, and a source that is full crowds out
/// nobody else until the whole queue is.
/// </summary>
/// <param name="capacity">Items in all.</param>
/// <param name="perSource">Items of one source.</param>
internal sealed class FairQueue<T>(int capacity, int perSource)
{
    private readonly Dictionary<ulong, Queue<T>> _bySource = [];
    private readonly Queue<ulong> _turns = new();

    public int Count { get; private set; }

    public bool TryEnqueue(ulong source, T item)
    {
        if (Count >= capacity)
        {
            return false;
        }

        if (!_bySource.TryGetValue(source, out Queue<T>? items))
        {
            _bySource[source] = items = new Queue<T>();
            _turns.Enqueue(source);
        }
        else if (items.Count >= perSource)
        {
            return false;
        }

        items.Enqueue(item);
        Count++;
        return true;
    }

    public bool TryDequeue(out T? item)
    {
        if (!_turns.TryDequeue(out ulong source))
        {
            item = default;
            return false;
        }

        Queue<T> items = _bySource[source];
        item = items.Dequeue();
        Count--;
        if (items.Count > 0)
        {
            _turns.Enqueue(source);
        }
        else
        {
            _bySource.Remove(source);
        }

        return true;
    }
}
