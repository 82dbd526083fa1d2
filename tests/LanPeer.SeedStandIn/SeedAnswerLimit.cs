using System;

namespace LanPeer.SeedStandIn;

/// <summary>
/// The bound on discovery answers within one second. Two stand-ins storm like two of the seed's programs (D1):
/// each datagram on the way causes the next. An answer swallowed here ends that chain, so a storm
/// that reaches the bound is over until one of the two announces itself again.
/// </summary>
/// <param name="perSecond">The most answers in one second of the system's clock; 0 swallows all.</param>
internal sealed class SeedAnswerLimit(int perSecond)
{
    private const int MillisecondsPerSecond = 1000;

    private readonly object _gate = new();
    private long _second;
    private int _used;

    /// <summary>Takes one answer out of this second's share; false when it is used up.</summary>
    public bool TryTake()
    {
        long second = Environment.TickCount64 / MillisecondsPerSecond;
        lock (_gate)
        {
            if (second != _second)
            {
                _second = second;
                _used = 0;
            }

            if (_used >= perSecond)
            {
                return false;
            }

            _used++;
            return true;
        }
    }
}
