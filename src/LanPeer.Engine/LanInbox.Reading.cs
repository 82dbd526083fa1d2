using System;
using System.Collections.Generic;

namespace LanPeer;

/// <content>How messages are looked for and taken.</content>
public sealed partial class LanInbox
{
    private const int SliceLength = 256;

    /// <summary>
    /// Looks through the inbox in slices: the predicate may be a wildcard that takes its time, and the engine delivers
    /// under the same lock.
    /// </summary>
    private List<LanMessage> Read(Predicate<LanMessage> match, int max, long upTo, bool remove, ref long cursor)
    {
        ArgumentNullException.ThrowIfNull(match);
        var found = new List<LanMessage>();
        var slice = new List<LinkedListNode<LanMessage>>();
        while (found.Count < max && Slice(slice, cursor, upTo))
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

    private bool Slice(List<LinkedListNode<LanMessage>> slice, long cursor, long upTo)
    {
        slice.Clear();
        lock (_messages)
        {
            LinkedListNode<LanMessage>? node = _messages.First;
            if (cursor > 0)
            {
                // Whoever waits has seen all but the last few.
                node = _messages.Last;
                while (node?.Previous is { } previous && previous.Value.Sequence > cursor)
                {
                    node = previous;
                }
            }

            for (; node is not null && slice.Count < SliceLength && node.Value.Sequence <= upTo; node = node.Next)
            {
                if (node.Value.Sequence > cursor)
                {
                    slice.Add(node);
                }
            }
        }

        return slice.Count > 0;
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

            _messages.Remove(node);
            Tally(node.Value, -1);
            return true;
        }
    }
}
