using System;
using LanPeer.Protocol;
using LanPeer.Security;

namespace LanPeer.VirtualNetwork;

/// <summary>
/// What time it is for one peer. Its oscillator may run too fast or too slow, which both its clocks show; its wall
/// clock may be wrong and may step; its monotonic clock never does.
/// </summary>
internal sealed class PeerClock(DateTimeOffset epoch)
{
    private TimeSpan _networkThen;
    private TimeSpan _localThen;

    /// <summary>Seconds it counts in one second of the network; 1 is exact. A quartz is within 1 ± 0.0002.</summary>
    public double Rate { get; private set; } = 1;

    /// <summary>What its wall clock shows beyond epoch plus counted time.</summary>
    public TimeSpan UtcOffset { get; private set; }

    public Moment At(TimeSpan network)
    {
        TimeSpan local = ToLocal(network);
        return new Moment(local, epoch + local + UtcOffset);
    }

    public TimeSpan ToLocal(TimeSpan network)
        => Rate == 1 ? _localThen + (network - _networkThen) : _localThen + ((network - _networkThen) * Rate);

    /// <summary>The first time of the network at which its monotonic clock shows this, or later.</summary>
    public TimeSpan ToNetwork(TimeSpan local)
    {
        if (local == TimeSpan.MaxValue)
        {
            return local;
        }

        if (Rate == 1)
        {
            return _networkThen + (local - _localThen);
        }

        // Rounding must not wake it before its time: it would find nothing to do and be woken again for ever.
        TimeSpan network = _networkThen + ((local - _localThen) / Rate);
        while (ToLocal(network) < local)
        {
            network += TimeSpan.FromTicks(1);
        }

        return network;
    }

    /// <summary>Sets its wall clock forward, or back.</summary>
    public void Step(TimeSpan by) => UtcOffset += by;

    /// <summary>Lets it run at another rate from now on.</summary>
    public void SetRate(TimeSpan network, double rate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        _localThen = ToLocal(network);
        _networkThen = network;
        Rate = rate;
    }

    /// <summary>Lets its monotonic clock begin elsewhere: it counts from the start of the machine, and those differ.</summary>
    public void StartAt(TimeSpan local)
    {
        _localThen += local;
        UtcOffset -= local;
    }
}
