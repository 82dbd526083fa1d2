using System;
using System.Collections.Generic;

namespace LanPeer.VirtualNetwork;

/// <summary>One thing that is going to happen: a datagram arrives, a node's deadline passes, or an action is due.</summary>
internal readonly record struct Happening(Transit? Arrival, VirtualNode? Node, Action? Action);

/// <summary>What is going to happen, by time; what is due at the same time in the order it was put in, arrivals before deadlines.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Happening, Due> _queue = new();
    private long _order;

    public int Count => _queue.Count;

    public void Add(TimeSpan at, Happening happening)
        => _queue.Enqueue(happening, new Due(at, happening.Node is not null, _order++));

    /// <summary>Takes the next one when it is due by <paramref name="until"/>.</summary>
    public bool TryTake(TimeSpan until, out TimeSpan at, out Happening happening)
    {
        if (!_queue.TryPeek(out happening, out Due due) || due.At > until)
        {
            at = default;
            return false;
        }

        at = due.At;
        _queue.Dequeue();
        return true;
    }

    /// <param name="At">When.</param>
    /// <param name="IsDeadline">What has arrived is seen before what is done because nothing has.</param>
    /// <param name="Order">The queue itself is not stable.</param>
    private readonly record struct Due(TimeSpan At, bool IsDeadline, long Order) : IComparable<Due>
    {
        public int CompareTo(Due other)
        {
            int order = At.CompareTo(other.At);
            order = order != 0 ? order : IsDeadline.CompareTo(other.IsDeadline);
            return order != 0 ? order : Order.CompareTo(other.Order);
        }
    }
}
