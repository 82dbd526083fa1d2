using System;

namespace LanPeer.Security;

/// <summary>A token bucket (RFC 2697 §3 in spirit): holds up to a burst, refills at a rate. Starts full.</summary>
internal struct TokenBucket
{
    private double _used;
    private TimeSpan _at;

    /// <summary>Takes <paramref name="cost"/> tokens if they are there.</summary>
    /// <param name="now">Monotonic time; a step back refills nothing.</param>
    /// <param name="cost">What the action costs.</param>
    /// <param name="rate">Tokens a second.</param>
    /// <param name="burst">What the bucket holds.</param>
    public bool TryTake(TimeSpan now, double cost, double rate, double burst)
    {
        if (!Has(now, cost, rate, burst))
        {
            return false;
        }

        _used += cost;
        return true;
    }

    /// <summary>Whether <paramref name="cost"/> tokens are there; takes none.</summary>
    /// <inheritdoc cref="TryTake"/>
    public bool Has(TimeSpan now, double cost, double rate, double burst)
    {
        Refill(now, rate);
        return _used + cost <= burst;
    }

    /// <summary>Whether the bucket is full again, so that forgetting it changes nothing.</summary>
    public bool IsFull(TimeSpan now, double rate)
    {
        Refill(now, rate);
        return _used <= 0;
    }

    private void Refill(TimeSpan now, double rate)
    {
        if (now > _at)
        {
            _used = Math.Max(0, _used - ((now - _at).TotalSeconds * rate));
            _at = now;
        }
    }
}
