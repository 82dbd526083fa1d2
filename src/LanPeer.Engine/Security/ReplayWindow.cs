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

    /// <summary>Null as long as every counter up to the newest came, in order: of 1,000 peers at rest nearly all, 288 bytes each.</summary>
    private ulong[]? _seen;
    private ulong _newest;
    private bool _isUsed;

    /// <summary>Whether a counter may still be accepted. Ask before opening, note after it: only what authenticates counts.</summary>
    public bool MayAccept(ulong counter)
        => !_isUsed || counter > _newest || (_seen is not null && _newest - counter < Size && !IsSeen(_seen, counter));

    /// <summary>Notes a counter; false when it was noted before or is too old.</summary>
    public bool TryAccept(ulong counter)
    {
        if (!MayAccept(counter))
        {
            return false;
        }

        if (_seen is null && counter == (_isUsed ? _newest + 1 : 0))
        {
            (_newest, _isUsed) = (counter, true);
            return true;
        }

        _seen ??= MakeSeen();
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

    private static bool IsSeen(ulong[] seen, ulong counter) => (seen[counter / 64 % Words] & (1UL << (int)(counter % 64))) != 0;

    /// <summary>The counters up to the newest, all seen.</summary>
    private ulong[] MakeSeen()
    {
        ulong[] seen = new ulong[Words];
        if (_isUsed)
        {
            Array.Fill(seen, ulong.MaxValue);

            // Those above the newest in its word are still to come; the words above it are cleared when they begin.
            seen[_newest / 64 % Words] = ulong.MaxValue >> (63 - (int)(_newest % 64));
        }

        return seen;
    }
}
