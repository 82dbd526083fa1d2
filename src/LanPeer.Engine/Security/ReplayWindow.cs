using System;

namespace LanPeer.Security;

/// <summary>
/// Which counters of a peer's datagrams were seen (RFC 6479): the last 2,048 and everything before them. A datagram that
/// the network reorders by less than that still counts, one that comes twice never does.
/// </summary>
internal sealed class ReplayWindow
{
    /// <summary>Counters remembered.</summary>
    public const int Size = 2_048;

    /// <summary>One word more than the window has, so that the word being filled is never one still asked for.</summary>
    private const int Words = (Size / 64) + 1;

    private readonly ulong[] _seen = new ulong[Words];
    private ulong _newest;
    private bool _isUsed;

    /// <summary>Whether a counter may still be accepted. Ask before opening, note after it: only what authenticates counts.</summary>
    public bool MayAccept(ulong counter)
        => !_isUsed || counter > _newest || (_newest - counter < Size && !IsSeen(counter));

    /// <summary>Notes a counter; false when it was noted before or is too old.</summary>
    public bool TryAccept(ulong counter)
    {
        if (!MayAccept(counter))
        {
            return false;
        }

        if (!_isUsed || counter > _newest)
        {
            ulong from = _isUsed ? _newest / 64 : 0;
            ulong steps = Math.Min((counter / 64) - from, Words);
            for (ulong i = 1; i <= steps; i++)
            {
                _seen[(from + i) % Words] = 0;
            }

            _newest = counter;
            _isUsed = true;
        }

        _seen[counter / 64 % Words] |= 1UL << (int)(counter % 64);
        return true;
    }

    private bool IsSeen(ulong counter) => (_seen[counter / 64 % Words] & (1UL << (int)(counter % 64))) != 0;
}
