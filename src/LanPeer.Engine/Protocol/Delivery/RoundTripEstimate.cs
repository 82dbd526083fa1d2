using System;

namespace LanPeer.Protocol.Delivery;

/// <summary>What is known of the time to a peer and back (RFC 9002, section 5).</summary>
internal struct RoundTripEstimate
{
    /// <summary>
    /// Before the first sample. RFC 9002 takes 333 ms for any path of the Internet; this is a link, and what is lost at first
    /// is missed for three times as long as this.
    /// </summary>
    private static readonly TimeSpan s_initial = TimeSpan.FromMilliseconds(50);

    /// <summary>kGranularity: no timer here is finer.</summary>
    private static readonly TimeSpan s_granularity = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// How long a receiver may take to say what has come. It says so at the end of each batch it reads, so this is what its
    /// thread may wait for a core.
    /// </summary>
    public static readonly TimeSpan MaxAckDelay = TimeSpan.FromMilliseconds(10);

    private TimeSpan _smoothed;
    private TimeSpan _variation;
    private TimeSpan _latest;
    private TimeSpan _least;
    private bool _hasSample;

    public readonly TimeSpan Smoothed => _hasSample ? _smoothed : s_initial;

    private readonly TimeSpan Variation => _hasSample ? _variation : s_initial / 2;

    /// <summary>How much later than one that has arrived a datagram may be before it counts as lost: 9/8 of a round trip.</summary>
    public readonly TimeSpan LossDelay
    {
        get
        {
            TimeSpan trip = _latest > Smoothed ? _latest : Smoothed;
            TimeSpan delay = trip + (trip / 8);
            return delay > s_granularity ? delay : s_granularity;
        }
    }

    /// <summary>PTO: without any sign for this long something is sent to provoke one.</summary>
    public readonly TimeSpan ProbeTimeout
    {
        get
        {
            TimeSpan spread = Variation * 4;
            return Smoothed + (spread > s_granularity ? spread : s_granularity) + MaxAckDelay;
        }
    }

    /// <summary>Takes a sample.</summary>
    /// <param name="trip">From sending to the acknowledgement.</param>
    /// <param name="delay">What the receiver says it took of that.</param>
    public void Add(TimeSpan trip, TimeSpan delay)
    {
        _latest = trip;
        if (!_hasSample)
        {
            _hasSample = true;
            _least = _smoothed = trip;
            _variation = trip / 2;
            return;
        }

        _least = trip < _least ? trip : _least;
        delay = delay < MaxAckDelay ? delay : MaxAckDelay;
        TimeSpan adjusted = trip - delay >= _least ? trip - delay : trip;
        _variation = ((_variation * 3) + (_smoothed - adjusted).Duration()) / 4;
        _smoothed = ((_smoothed * 7) + adjusted) / 8;
    }
}
