using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>The inbox, which goes on from where somebody was, against a list that is gone through from its beginning each time.</summary>
public sealed class InboxModelTests
{
    private const int Readers = 4;

    private readonly LanInbox _inbox = new(capacity: 2_000, byteCapacity: 10_000_000);
    private readonly SortedDictionary<long, LanMessage> _model = [];
    private readonly long[] _cursors = new long[Readers];
    private readonly List<LanMessage> _taken = [];
    private int _made;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Readers_at_different_places_find_what_is_there(int seed)
    {
        var random = new Random(seed);
        for (int step = 0; step < 4_000; step++)
        {
            switch (random.Next(12))
            {
                case < 3:
                    Add(random.Next(random.Next(4) == 0 ? 400 : 6));
                    break;
                case 3:
                    PutBack(random);
                    break;
                case 4:
                    // Who begins anew begins in front.
                    _cursors[random.Next(Readers)] = 0;
                    break;
                default:
                    Read(random);
                    break;
            }

            Assert.Equal(_model.Count, _inbox.Count);
        }
    }

    private void Add(int count)
    {
        for (int i = 0; i < count && _model.Count < _inbox.Capacity; i++)
        {
            LanMessage message = new(LanMessageType.Post, "bob@127.0.0.1", $"{_made++}");
            Assert.True(_inbox.TryAdd(message, out int dropped));
            Assert.Equal(0, dropped);
            _model.Add(message.Sequence, message);
        }
    }

    private void Read(Random random)
    {
        int reader = random.Next(Readers);
        bool takes = random.Next(2) == 0;
        int max = random.Next(3) switch { 0 => 1, 1 => random.Next(1, 100), _ => int.MaxValue };
        int share = random.Next(1, 6);
        bool Match(LanMessage message) => message.Sequence % share == 0;
        long upTo = random.Next(3) == 0 ? _inbox.Newest - random.Next(50) : long.MaxValue;

        long cursor = _cursors[reader];
        List<LanMessage> wanted = [.. _model.Values.Where(message => message.Sequence > cursor && message.Sequence <= upTo && Match(message)).Take(max)];
        IReadOnlyList<LanMessage> found = takes
            ? _inbox.Take(Match, max, ref _cursors[reader], upTo) : _inbox.Peek(Match, max, ref _cursors[reader], upTo);

        Assert.Equal(wanted, found);
        if (takes)
        {
            found.ToList().ForEach(message => _model.Remove(message.Sequence));
            _taken.AddRange(found);
        }
    }

    private void PutBack(Random random)
    {
        List<LanMessage> back = [.. _taken.TakeLast(random.Next(20)).Where(_ => random.Next(2) == 0).OrderBy(message => message.Sequence)];
        back = back[..Math.Min(back.Count, _inbox.Capacity - _model.Count)];
        _inbox.PutBack(back);
        back.ForEach(message => _model.Add(message.Sequence, message));
        _taken.Clear();
    }
}
