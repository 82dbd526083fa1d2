using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace LanPeer.SeedStandIn;

/// <summary>
/// Keeps what happened, within bounds of number and bytes. Discovery has a shelf of its own,
/// so that a discovery storm does not push out the messages a test waits for.
/// </summary>
internal sealed class SeedHappeningLog(int maxKept, SeedCounters counters)
{
    private const long MaxBytesPerShelf = 32L * 1024 * 1024;

    private readonly object _gate = new();
    private readonly Shelf _messages = new(maxKept - (maxKept / 4));
    private readonly Shelf _discoveries = new(maxKept / 4);
    private long _sequence;
    private bool _closed;

    public SeedHappening Add(SeedHappening happening)
    {
        counters.CountHappening(happening);
        lock (_gate)
        {
            happening = happening with { Sequence = ++_sequence };
            Shelf shelf = happening.Kind == SeedHappeningKind.Discovery ? _discoveries : _messages;
            for (int gone = shelf.Add(happening); gone > 0; gone--)
            {
                counters.CountDropped();
            }

            Monitor.PulseAll(_gate);
            return happening;
        }
    }

    public SeedHappening[] Since(long sequence)
    {
        lock (_gate)
        {
            return Collect(sequence);
        }
    }

    /// <summary>The first happening after the given one that fits, kept or yet to come; null when time runs out.</summary>
    public SeedHappening? WaitFor(Func<SeedHappening, bool> predicate, TimeSpan timeout, long after)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            SeedHappening[] fresh;
            lock (_gate)
            {
                fresh = Collect(after);
                while (fresh.Length == 0)
                {
                    TimeSpan left = timeout - Stopwatch.GetElapsedTime(started);
                    if (left <= TimeSpan.Zero || _closed)
                    {
                        return null;
                    }

                    Monitor.Wait(_gate, left);
                    fresh = Collect(after);
                }
            }

            // The predicate is foreign code: it runs outside the lock so that it may ask the stand-in things.
            if (Array.Find(fresh, h => predicate(h)) is { } found)
            {
                return found;
            }

            after = fresh[^1].Sequence;
        }
    }

    /// <summary>Lets every waiting thread go: nothing more will come.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private SeedHappening[] Collect(long after)
    {
        var found = new List<SeedHappening>();
        if (after < _sequence)
        {
            _messages.CopyNewer(after, found);
            _discoveries.CopyNewer(after, found);
            found.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        }

        return [.. found];
    }

    // A ring, read from its young end: a waiting thread looks at each happening once, also in a storm.
    private sealed class Shelf(int capacity)
    {
        private readonly SeedHappening?[] _ring = new SeedHappening?[Math.Max(1, capacity)];
        private int _next;
        private int _count;
        private long _bytes;

        /// <summary>Takes one in and returns how many had to go.</summary>
        public int Add(SeedHappening happening)
        {
            int gone = 0;
            _bytes += happening.Raw.Length;
            while (_count > 0 && (_count == _ring.Length || _bytes > MaxBytesPerShelf))
            {
                int oldest = Index(_count);
                _bytes -= _ring[oldest]!.Raw.Length;
                _ring[oldest] = null;
                _count--;
                gone++;
            }

            _ring[_next] = happening;
            _next = (_next + 1) % _ring.Length;
            _count++;
            return gone;
        }

        public void CopyNewer(long after, List<SeedHappening> target)
        {
            for (int back = 1; back <= _count && _ring[Index(back)]!.Sequence > after; back++)
            {
                target.Add(_ring[Index(back)]!);
            }
        }

        private int Index(int back) => (_next - back + _ring.Length) % _ring.Length;
    }
}
