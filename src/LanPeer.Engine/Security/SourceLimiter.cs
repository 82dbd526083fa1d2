using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace LanPeer.Security;

/// <summary>One token bucket per source, in a table that cannot grow without bound.</summary>
/// <typeparam name="TKey">What counts as one source: an address or an endpoint.</typeparam>
/// <param name="rate">Tokens a second for each source.</param>
/// <param name="burst">What each bucket holds.</param>
/// <param name="capacity">Sources remembered. When that many have used tokens lately, further ones share one bucket:
/// a flood of invented sources starves other unknown ones, but costs no memory.</param>
internal sealed class SourceLimiter<TKey>(double rate, double burst, int capacity = 1_024)
    where TKey : notnull
{
    private readonly Dictionary<TKey, TokenBucket> _buckets = [];
    private TokenBucket _shared;
    private TimeSpan _lastSweep = TimeSpan.MinValue;

    /// <summary>Sources remembered now.</summary>
    public int Count => _buckets.Count;

    public bool TryTake(TKey source, TimeSpan now, double cost = 1)
        => IsCrowdedOut(source, now)
            ? _shared.TryTake(now, cost, rate, burst)
            : CollectionsMarshal.GetValueRefOrAddDefault(_buckets, source, out _).TryTake(now, cost, rate, burst);

    /// <summary>Whether <see cref="TryTake"/> would succeed; takes and remembers nothing.</summary>
    public bool Has(TKey source, TimeSpan now, double cost = 1)
        => IsCrowdedOut(source, now)
            ? _shared.Has(now, cost, rate, burst)
            : !_buckets.TryGetValue(source, out TokenBucket bucket) || bucket.Has(now, cost, rate, burst);

    /// <summary>Whether a source has no bucket of its own and can get none.</summary>
    private bool IsCrowdedOut(TKey source, TimeSpan now)
        => !_buckets.ContainsKey(source) && _buckets.Count >= capacity && !Sweep(now);

    /// <summary>Forgets full buckets, at most once a second: a sweep visits the whole table.</summary>
    private bool Sweep(TimeSpan now)
    {
        if (_lastSweep != TimeSpan.MinValue && now - _lastSweep < TimeSpan.FromSeconds(1))
        {
            return false;
        }

        _lastSweep = now;
        foreach (TKey source in new List<TKey>(_buckets.Keys))
        {
            if (CollectionsMarshal.GetValueRefOrNullRef(_buckets, source).IsFull(now, rate))
            {
                _buckets.Remove(source);
            }
        }

        return _buckets.Count < capacity;
    }
}
