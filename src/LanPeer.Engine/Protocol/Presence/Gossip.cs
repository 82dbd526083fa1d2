using System;
using System.Collections.Generic;
using LanPeer.Wire;

namespace LanPeer.Protocol.Presence;

/// <summary>
/// What rides on PINGs and PONGs: each frame a few times, those that were told least first (SWIM, 4.1). Bounded: what is
/// oldest gives way.
/// </summary>
internal sealed class Gossip
{
    public const int Capacity = 256;

    /// <summary>Times a piece is told, times the decimal logarithm of the members.</summary>
    private const int Lambda = 3;

    /// <summary>Longer than it takes to tell a thousand; what could be told to nobody until then is old news.</summary>
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(1);

    private readonly List<Item> _items = [];

    public int Count => _items.Count;

    /// <summary>How often a piece of news is told.</summary>
    public static int TimesFor(int members) => Lambda * (int)Math.Ceiling(Math.Log10(members + 2));

    /// <summary>Tells something from now on, in place of what was told before of the same.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="about">Whom it is about: that one is not told it.</param>
    /// <param name="place">Where a member is that is told of; default in a claim.</param>
    /// <param name="members">How many members there are.</param>
    /// <param name="now">Now.</param>
    public void Add(byte[] frame, ulong about, Ipv4Endpoint place, int members, TimeSpan now)
    {
        _ = _items.RemoveAll(item => (item.About == about && item.Frame[0] == frame[0]) || item.Until < now);
        if (_items.Count >= Capacity)
        {
            _items.RemoveAt(0);
        }

        _items.Add(new Item { Frame = frame, About = about, Place = place, Left = TimesFor(members), Until = now + s_lifetime });
    }

    /// <summary>Copies some frames behind what is already in a datagram.</summary>
    /// <param name="buffer">Room for them.</param>
    /// <param name="receiver">Whom they go to.</param>
    /// <param name="max">How many at most.</param>
    /// <param name="isNews">Whether a member at a place is to be told to this receiver.</param>
    /// <param name="now">Now.</param>
    /// <returns>How many bytes were written.</returns>
    public int Take(Span<byte> buffer, ulong receiver, int max, Predicate<Ipv4Endpoint> isNews, TimeSpan now)
    {
        int length = 0;
        for (int i = 0; i < _items.Count && max > 0; i++)
        {
            Item item = _items[i];
            if (item.Until < now)
            {
                _items.RemoveAt(i--);
            }
            else if (item.About != receiver && item.Frame.Length <= buffer.Length - length
                && (item.Place == default || isNews(item.Place)))
            {
                item.Frame.CopyTo(buffer[length..]);
                length += item.Frame.Length;
                max--;
                if (--item.Left == 0)
                {
                    _items.RemoveAt(i--);
                }
            }
        }

        if (length > 0)
        {
            // Stable in what is equal, so that a run can be repeated: List.Sort is not.
            for (int i = 1; i < _items.Count; i++)
            {
                for (int j = i; j > 0 && _items[j].Left > _items[j - 1].Left; j--)
                {
                    (_items[j], _items[j - 1]) = (_items[j - 1], _items[j]);
                }
            }
        }

        return length;
    }

    private sealed class Item
    {
        public required byte[] Frame { get; init; }

        public required ulong About { get; init; }

        public required Ipv4Endpoint Place { get; init; }

        public required TimeSpan Until { get; init; }

        public required int Left { get; set; }
    }
}
