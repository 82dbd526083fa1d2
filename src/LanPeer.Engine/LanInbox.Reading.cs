using System;
using System.Collections.Generic;

namespace LanPeer;

/// <content>How messages are looked for and taken.</content>
public sealed partial class LanInbox
{
    private const int SliceLength = 256;

    /// <summary>So few are looked at for less than a call costs, also when only one is wanted.</summary>
    private const int LeastSlice = 32;

    /// <summary>Where some reader was last, if that is still here: a place to go on from.</summary>
    private LinkedListNode<LanMessage>? _lookedAt;

    /// <summary>
    /// Looks through the inbox in slices: the predicate may be a wildcard that takes its time, and the engine delivers
    /// under the same lock.
    /// </summary>
    private List<LanMessage> Read(Predicate<LanMessage> match, int max, long upTo, bool remove, ref long cursor)
    {
        ArgumentNullException.ThrowIfNull(match);
        var found = new List<LanMessage>();
        var slice = new List<LinkedListNode<LanMessage>>();
        while (found.Count < max && Slice(slice, cursor, upTo, max - found.Count))
        {
            foreach (LinkedListNode<LanMessage> node in slice)
            {
                if (found.Count == max)
                {
                    break;
                }

                cursor = node.Value.Sequence;
                if (match(node.Value) && (!remove || TryRemove(node)))
                {
                    found.Add(node.Value);
                }
            }
        }

        if (remove && found.Count > 0)
        {
            Taken?.Invoke();
        }

        return found;
    }

    /// <param name="slice">Receives the next messages that were not looked at.</param>
    /// <param name="cursor">The last that was.</param>
    /// <param name="upTo">None behind this one.</param>
    /// <param name="wanted">How many are still wanted: to go through more of them would be in vain when all match.</param>
    private bool Slice(List<LinkedListNode<LanMessage>> slice, long cursor, long upTo, int wanted)
    {
        slice.Clear();
        lock (_messages)
        {
            int length = Math.Clamp(wanted, LeastSlice, SliceLength);
            slice.EnsureCapacity(Math.Min(_messages.Count, length));
            LinkedListNode<LanMessage>? node = FirstAfter(cursor);
            for (; node is not null && slice.Count < length && node.Value.Sequence <= upTo; node = node.Next)
            {
                slice.Add(node);
            }

            _lookedAt = slice.Count > 0 ? slice[^1] : _lookedAt;
        }

        return slice.Count > 0;
    }

    /// <summary>
    /// The oldest message behind a cursor. Readers take what is in front, go on where they were, or have seen all but the last few:
    /// whoever walked there from one end each time would meet 20,000 messages 150 times each.
    /// </summary>
    private LinkedListNode<LanMessage>? FirstAfter(long cursor)
    {
        LinkedListNode<LanMessage>? node = _messages.First;
        if (node is null || node.Value.Sequence > cursor)
        {
            return node;
        }

        node = _lookedAt is { } place && place.Value.Sequence <= cursor ? place : node;
        if (_messages.Last!.Value.Sequence - cursor < cursor - node.Value.Sequence)
        {
            node = _messages.Last;
            while (node!.Value.Sequence > cursor)
            {
                node = node.Previous;
            }
        }

        while (node is not null && node.Value.Sequence <= cursor)
        {
            node = node.Next;
        }

        return node;
    }

    /// <summary>False when another reader was faster.</summary>
    private bool TryRemove(LinkedListNode<LanMessage> node)
    {
        lock (_messages)
        {
            if (node.List is null)
            {
                return false;
            }

            Remove(node);
            return true;
        }
    }

    /// <summary>Takes a message out. Called under the lock.</summary>
    private void Remove(LinkedListNode<LanMessage> node)
    {
        _lookedAt = _lookedAt == node ? node.Previous : _lookedAt;
        _messages.Remove(node);
        Tally(node.Value, -1);
    }
}
