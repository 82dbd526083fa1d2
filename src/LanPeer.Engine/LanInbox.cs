using System;
using System.Collections.Generic;
using System.Threading;

namespace LanPeer;

/// <summary>
/// What has arrived and was not taken yet. Bounded in messages and bytes; several readers may take at once, each
/// message goes to one of them.
/// </summary>
public sealed partial class LanInbox
{
    private readonly LinkedList<LanMessage> _messages = [];
    private readonly Signal _signal;
    private long _lastSequence;
    private long _putBacks;

    /// <param name="capacity">Messages that fit.</param>
    /// <param name="byteCapacity">Bytes that fit.</param>
    /// <param name="reception">Where messages come from, if who waits for one may receive it itself.</param>
    internal LanInbox(int capacity, long byteCapacity, Reception? reception = null)
    {
        _signal = new Signal(reception);
        Capacity = capacity;
        _byteCapacity = byteCapacity;
    }

    /// <summary>Messages waiting.</summary>
    public int Count
    {
        get
        {
            lock (_messages)
            {
                return _messages.Count;
            }
        }
    }

    /// <summary>Messages that fit.</summary>
    public int Capacity { get; }

    /// <summary>The place of the newest arrival in their order; 0 before the first.</summary>
    public long Newest
    {
        get
        {
            lock (_messages)
            {
                return _lastSequence;
            }
        }
    }

    /// <summary>Grows with arrivals, once for those that came together. Read it before looking, then <see cref="WaitAfter"/>.</summary>
    public long Version => _signal.Version;

    /// <summary>Counts what was put back: whoever reads on from a cursor begins anew when it changes.</summary>
    public long PutBacks => Interlocked.Read(ref _putBacks);

    /// <summary>Takes the oldest messages that match.</summary>
    /// <param name="match">Which messages; it must not throw. It is not called under a lock.</param>
    /// <param name="max">How many at most.</param>
    /// <param name="upTo">None that came after this place; see <see cref="Newest"/>.</param>
    /// <returns>Oldest first; empty when there are none.</returns>
    public IReadOnlyList<LanMessage> Take(Predicate<LanMessage> match, int max, long upTo = long.MaxValue)
    {
        long cursor = 0;
        return Read(match, max, upTo, remove: true, ref cursor);
    }

    /// <summary>Takes the oldest messages that match, and does not look twice at those that do not.</summary>
    /// <param name="match">Which messages; it must not throw. It is not called under a lock.</param>
    /// <param name="max">How many at most.</param>
    /// <param name="cursor">0 to begin with; only messages that came after it are looked at, and it moves on past them.</param>
    /// <param name="upTo">None that came after this place; see <see cref="Newest"/>.</param>
    /// <returns>Oldest first; empty when there are none.</returns>
    public IReadOnlyList<LanMessage> Take(Predicate<LanMessage> match, int max, ref long cursor, long upTo = long.MaxValue)
        => Read(match, max, upTo, remove: true, ref cursor);

    /// <summary>Looks at the oldest messages that match and leaves them where they are.</summary>
    /// <param name="match">Which messages; it must not throw. It is not called under a lock.</param>
    /// <param name="max">How many at most.</param>
    /// <param name="cursor">0 to begin with; only messages that came after it are given, and it moves on past them.</param>
    /// <param name="upTo">None that came after this place; see <see cref="Newest"/>.</param>
    /// <returns>Oldest first; empty when there are none.</returns>
    public IReadOnlyList<LanMessage> Peek(Predicate<LanMessage> match, int max, ref long cursor, long upTo = long.MaxValue)
        => Read(match, max, upTo, remove: false, ref cursor);

    /// <summary>Puts messages that were taken but not used back to where they were in the order of arrival.</summary>
    /// <param name="messages">Oldest first.</param>
    public void PutBack(IReadOnlyList<LanMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        lock (_messages)
        {
            LinkedListNode<LanMessage>? node = _messages.First;
            foreach (LanMessage message in messages)
            {
                while (node is not null && node.Value.Sequence < message.Sequence)
                {
                    node = node.Next;
                }

                _ = node is null ? _messages.AddLast(message) : _messages.AddBefore(node, message);
                Tally(message, 1);
            }
        }

        Interlocked.Increment(ref _putBacks);
        _signal.Raise();
    }

    /// <summary>Waits for an arrival after <paramref name="version"/>, or for the session to stop.</summary>
    /// <param name="version">From <see cref="Version"/>, read before the last look.</param>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="whileWaiting">Called every 50 ms or more often while it waits, on the caller's thread; null for nothing.</param>
    /// <returns>False when the time was up first.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public bool WaitAfter(long version, TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
        => _signal.WaitAfter(version, timeout, cancellation, whileWaiting);

    /// <summary>Count and capacity.</summary>
    public override string ToString() => $"{Count} of {Capacity}";

    /// <summary>Called when messages were taken out, outside of every lock.</summary>
    internal Action? Taken { get; init; }

    /// <summary>Messages that came through sessions.</summary>
    internal int CreditedCount
    {
        get
        {
            lock (_messages)
            {
                return _creditedCount;
            }
        }
    }

    /// <summary>Bytes of them.</summary>
    internal long CreditedBytes
    {
        get
        {
            lock (_messages)
            {
                return _creditedBytes;
            }
        }
    }

    /// <summary>Wakes everyone who waits, to see what has come or that the session ended.</summary>
    internal void Wake() => _signal.Raise();
}
