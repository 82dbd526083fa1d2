using System.Collections.Generic;

namespace LanPeer;

/// <content>What finds a place, and who gives way when there is none.</content>
public sealed partial class LanInbox
{
    private readonly InboxShares _shares = new();
    private readonly long _byteCapacity;
    private long _bytes;
    private int _creditedCount;
    private long _creditedBytes;
    private int _toldCount;

    /// <summary>
    /// Puts an arrival in. When there is no place, the sender who holds most gives up its newest messages for one who
    /// holds less: nobody can keep the others out by filling the inbox.
    /// </summary>
    /// <param name="message">What arrived.</param>
    /// <param name="dropped">Messages that had to go; with a false result the arrival itself is not among them.</param>
    /// <param name="wakes">Whether who waits is woken; else the caller does, by <see cref="Wake"/>.</param>
    /// <returns>False when the arrival had to go.</returns>
    internal bool TryAdd(LanMessage message, out int dropped, bool wakes = true)
    {
        dropped = 0;
        lock (_messages)
        {
            while (_messages.Count >= Capacity || _bytes + message.Weight > _byteCapacity)
            {
                if (RemoveOldestTold())
                {
                    continue;
                }

                // What came through a session was let in by credit, and its sender relies on it: it gives way to nothing.
                if (!_shares.TryMakeRoom(message, out string? sender))
                {
                    if (message.IsCredited)
                    {
                        break;
                    }

                    return false;
                }

                dropped++;
                RemoveNewestOf(sender);
            }

            message.Sequence = ++_lastSequence;
            _messages.AddLast(message);
            Tally(message, 1);
        }

        if (wakes)
        {
            _signal.Raise();
        }

        return true;
    }

    /// <summary>
    /// The handlers of an event have a message: it stays as long as there is room, and takes none from senders any more.
    /// </summary>
    internal void Told(LanMessage message)
    {
        lock (_messages)
        {
            if (message.IsTold)
            {
                return;
            }

            // Taken out of the tally as what it was, and in again as what it is.
            int places = message.IsInInbox ? 1 : 0;
            Tally(message, -places);
            message.IsTold = true;
            Tally(message, places);
        }

        Taken?.Invoke();
    }

    private bool RemoveOldestTold()
    {
        LinkedListNode<LanMessage>? node = _toldCount > 0 ? _messages.First : null;
        while (node is { Value.IsTold: false })
        {
            node = node.Next;
        }

        if (node is null)
        {
            return false;
        }

        Remove(node);
        return true;
    }

    private void RemoveNewestOf(string sender)
    {
        LinkedListNode<LanMessage>? node = _messages.Last;
        while (node is not null && (node.Value.IsTold || node.Value.IsCredited || node.Value.ShareKey != sender))
        {
            node = node.Previous;
        }

        if (node is not null)
        {
            Remove(node);
        }
    }

    private void Tally(LanMessage message, int sign)
    {
        message.IsInInbox = sign == 0 ? message.IsInInbox : sign > 0;
        _bytes += sign * message.Weight;
        if (message.IsTold)
        {
            _toldCount += sign;
        }
        else if (message.IsCredited)
        {
            _creditedCount += sign;
            _creditedBytes += sign * message.Weight;
        }
        else
        {
            _shares.Add(message, sign);
        }
    }
}
