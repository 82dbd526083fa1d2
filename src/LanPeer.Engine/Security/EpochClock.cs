using System;

namespace LanPeer.Security;

/// <summary>
/// The numbers an initiator puts into its handshakes, each larger than all before it: a responder takes none that is not
/// larger than the last, so a recorded initiation is worth nothing (WireGuard §5.1 uses a time stamp for it). A clock
/// alone would not do, it steps back. So a range of numbers is reserved on disk before the first of them is used, and
/// numbers are handed out from there: what was used before a crash lies below what is reserved after it.
/// </summary>
/// <remarks>
/// Numbers are Unix milliseconds where the clock allows it: an identity brought back from an old copy then still begins
/// above what it used since. A clock that goes back, or ahead of what is reserved, makes the next number the last plus one.
/// </remarks>
internal sealed class EpochClock
{
    /// <summary>Numbers reserved at once: 4.6 hours of milliseconds, and more handshakes than one start ever makes.</summary>
    public const ulong Reserve = 1UL << 24;

    private ulong _next;
    private ulong _end;

    // Of what was reserved at once. After hours without a clock, as of a machine asleep, the range is far longer.
    private ulong _size;
    private bool _isOvertaken;

    /// <summary>Hands out numbers of a range.</summary>
    /// <param name="first">The lowest; above all that was ever handed out.</param>
    /// <param name="end">The first that is not reserved.</param>
    public EpochClock(ulong first, ulong end)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(end, first);
        _next = first;
        _end = end;
        _size = Math.Min(end - first, Reserve);
    }

    /// <summary>
    /// Whether it is time to reserve more: less than half remains, or the clock has overtaken the range, so that numbers
    /// no longer follow it.
    /// </summary>
    public bool NeedsMore => _isOvertaken || _end == _next || _end - _next < _size - (_size / 2);

    /// <summary>The first number that is not reserved.</summary>
    public ulong End => _end;

    /// <summary>The end of a range to reserve, to be written down before it is used.</summary>
    /// <param name="bound">The end reserved so far, 0 when there is none.</param>
    /// <param name="utcNow">The wall clock.</param>
    public static ulong NextEnd(ulong bound, DateTimeOffset utcNow)
    {
        ulong from = Math.Max(bound, Milliseconds(utcNow));
        return from > ulong.MaxValue - Reserve ? ulong.MaxValue : from + Reserve;
    }

    /// <summary>The numbers of a new start: above all that were reserved before, and not below the clock.</summary>
    /// <param name="bound">The end reserved so far, 0 when there is none.</param>
    /// <param name="utcNow">The wall clock.</param>
    /// <returns>A clock whose <see cref="End"/> is to be written down before the first number is taken from it.</returns>
    public static EpochClock Start(ulong bound, DateTimeOffset utcNow)
        => new(Math.Max(bound, Milliseconds(utcNow)), NextEnd(bound, utcNow));

    /// <summary>The next number.</summary>
    /// <returns>False when nothing reserved is left.</returns>
    public bool TryNext(DateTimeOffset utcNow, out ulong epoch)
    {
        // The clock is followed into all but the last quarter. That is for counting on: a clock that jumped to just below
        // the end would else use up the whole range with one number.
        ulong clock = Milliseconds(utcNow);
        _isOvertaken = clock >= _end - (_size / 4);
        if (_next >= _end)
        {
            epoch = 0;
            return false;
        }

        epoch = _isOvertaken ? _next : Math.Max(_next, clock);
        _next = epoch + 1;
        return true;
    }

    /// <summary>Tells of a longer range, after it was written down. An end that is no later changes nothing.</summary>
    public void Extend(ulong end)
    {
        if (end > _end)
        {
            _end = end;
            _size = Math.Min(end - _next, Reserve);
            _isOvertaken = false;
        }
    }

    private static ulong Milliseconds(DateTimeOffset utcNow) => (ulong)Math.Max(0, utcNow.ToUnixTimeMilliseconds());
}
