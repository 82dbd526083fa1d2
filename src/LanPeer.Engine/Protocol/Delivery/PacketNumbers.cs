using System;
using System.Collections.Generic;

namespace LanPeer.Protocol.Delivery;

/// <summary>The packet numbers that came under one key, as ranges, newest first: what an ACK tells.</summary>
internal sealed class PacketNumbers
{
    /// <summary>Ranges kept. What falls out was told in many ACKs before.</summary>
    public const int MaxRanges = 32;

    // One range is all there is where nothing is lost.
    private readonly List<(ulong First, ulong Last)> _ranges = new(1);

    /// <summary>Under which index the sender writes: that of the key they were sealed with.</summary>
    public uint Index { get; private set; }

    /// <summary>When the newest came.</summary>
    public TimeSpan LargestAt { get; private set; }

    /// <summary>Whether something came since the last ACK that wants one.</summary>
    public bool IsDue { get; set; }

    public IReadOnlyList<(ulong First, ulong Last)> Ranges => _ranges;

    /// <summary>Begins anew for another key.</summary>
    public void Begin(uint index)
    {
        Index = index;
        IsDue = false;
        _ranges.Clear();
    }

    /// <summary>Notes a number; each comes once, the replay window sees to that.</summary>
    public void Add(ulong number, TimeSpan now)
    {
        if (_ranges.Count == 0 || number > _ranges[0].Last)
        {
            LargestAt = now;
        }

        for (int i = 0; i < _ranges.Count; i++)
        {
            (ulong first, ulong last) = _ranges[i];
            if (number > last + 1)
            {
                Insert(i, number);
                return;
            }

            if (number >= first)
            {
                _ranges[i] = (first, Math.Max(last, number));
                return;
            }

            if (number + 1 == first)
            {
                _ranges[i] = (number, last);
                Join(i);
                return;
            }
        }

        Insert(_ranges.Count, number);
    }

    /// <summary>Closes the gap to the next range, if there is none.</summary>
    private void Join(int i)
    {
        if (i + 1 < _ranges.Count && _ranges[i + 1].Last + 1 == _ranges[i].First)
        {
            _ranges[i] = (_ranges[i + 1].First, _ranges[i].Last);
            _ranges.RemoveAt(i + 1);
        }
    }

    private void Insert(int i, ulong number)
    {
        _ranges.Insert(i, (number, number));
        if (_ranges.Count > MaxRanges)
        {
            _ranges.RemoveAt(MaxRanges);
        }
    }
}
