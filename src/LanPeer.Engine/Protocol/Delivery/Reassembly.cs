using System;
using System.Collections.Generic;

namespace LanPeer.Protocol.Delivery;

/// <summary>A message of which pieces are missing, or which waits for the ones before it.</summary>
internal sealed class Reassembly(int total)
{
    /// <summary>Separate stretches of bytes that are kept: an honest sender's losses make a few.</summary>
    private const int MaxStretches = 1_024;

    private readonly List<(int First, int End)> _stretches = [];

    public byte[] Body { get; } = new byte[total];

    /// <summary>When something new last came.</summary>
    public TimeSpan LastGrown { get; private set; }

    public bool IsComplete => _stretches.Count == 1 && _stretches[0] == (0, Body.Length);

    /// <summary>Puts a piece in.</summary>
    /// <returns>False when it would make too many stretches; then it has to come again.</returns>
    public bool Add(int offset, ReadOnlySpan<byte> piece, TimeSpan now)
    {
        (int first, int end) = (offset, offset + piece.Length);
        int i = 0;
        while (i < _stretches.Count && _stretches[i].End < first)
        {
            i++;
        }

        if (i < _stretches.Count && _stretches[i].First <= first && end <= _stretches[i].End)
        {
            return true;
        }

        int last = i;
        while (last < _stretches.Count && _stretches[last].First <= end)
        {
            first = Math.Min(first, _stretches[last].First);
            end = Math.Max(end, _stretches[last].End);
            last++;
        }

        if (last == i && _stretches.Count == MaxStretches)
        {
            return false;
        }

        _stretches.RemoveRange(i, last - i);
        _stretches.Insert(i, (first, end));
        piece.CopyTo(Body.AsSpan(offset));
        LastGrown = now;
        return true;
    }
}
