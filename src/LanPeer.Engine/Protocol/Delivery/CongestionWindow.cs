using System;

namespace LanPeer.Protocol.Delivery;

/// <summary>
/// How much may be on the way to one peer: NewReno as RFC 9002, section 7, has it, with pacing (7.7). In bytes of UDP
/// payload.
/// </summary>
internal sealed class CongestionWindow
{
    /// <summary>RFC 9002, section 7.2: ten datagrams, but not more than this unless two are.</summary>
    private const int InitialBytes = 14_720;

    /// <summary>
    /// Datagrams the window has at least. RFC 9002 goes down to two. On a link that loses a third of everything for other
    /// reasons than congestion two are often lost together, and then a time-out passes before anything moves; four seldom are.
    /// </summary>
    private const int Least = 4;

    /// <summary>A quarter of the receive buffer that is asked of the kernel.</summary>
    private const int Most = 1_048_576;

    /// <summary>What may go out within this time goes out at once: the kernel takes many datagrams for little more than one.</summary>
    private static readonly TimeSpan s_burst = TimeSpan.FromMilliseconds(2);

    /// <summary>Who has to wait waits for what this time gives, as it costs a wake-up.</summary>
    private static readonly TimeSpan s_quantum = TimeSpan.FromMilliseconds(1);

    private int _window = InitialFor(PathSize.Everywhere);
    private int _threshold = int.MaxValue;
    private TimeSpan _recoverySince = TimeSpan.MinValue;
    private double _allowance = InitialFor(PathSize.Everywhere);
    private TimeSpan _allowanceAt;

    /// <summary>Bytes on the way.</summary>
    public int InFlight { get; private set; }

    public int Window => _window;

    /// <summary>Bytes of a full datagram on the path there.</summary>
    public int DatagramSize { get; private set; } = PathSize.Everywhere;

    /// <summary>Whether another full datagram has a place in the window.</summary>
    public bool HasRoom => InFlight + DatagramSize <= _window;

    /// <summary>From now on full datagrams have another size. The window is at least what it would be at first with that one.</summary>
    public void SetDatagramSize(int size)
    {
        DatagramSize = size;
        _window = Math.Max(_window, InitialFor(size));
    }

    /// <summary>When pacing allows another datagram.</summary>
    public TimeSpan NextSend(TimeSpan now, TimeSpan roundTrip)
    {
        Refill(now, roundTrip);
        if (_allowance >= DatagramSize)
        {
            return now;
        }

        double rate = Rate(roundTrip);
        double enough = Math.Max(DatagramSize, rate * s_quantum.TotalSeconds);
        return now + TimeSpan.FromSeconds((enough - _allowance) / rate);
    }

    public void Sent(int bytes)
    {
        InFlight += bytes;
        _allowance -= bytes;
    }

    /// <summary>A datagram has arrived.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="sentAt">When it was sent.</param>
    /// <param name="wasLimited">Whether the window held something back then: one that is not used does not grow (7.8).</param>
    public void Acknowledged(int bytes, TimeSpan sentAt, bool wasLimited)
    {
        InFlight -= bytes;
        if (sentAt <= _recoverySince || !wasLimited)
        {
            return;
        }

        int growth = _window < _threshold ? bytes : (int)((long)DatagramSize * bytes / _window);
        _window = Math.Min(_window + growth, Most);
    }

    /// <summary>A datagram is lost: the window is halved, once for all that were sent before that.</summary>
    public void Lost(int bytes, TimeSpan sentAt, TimeSpan now)
    {
        InFlight -= bytes;
        if (sentAt > _recoverySince)
        {
            _recoverySince = now;
            _window = Math.Max(_window / 2, Least * DatagramSize);
            _threshold = _window;
        }
    }

    /// <summary>A datagram does not count any more.</summary>
    public void Forgotten(int bytes) => InFlight -= bytes;

    private static int InitialFor(int datagram) => Math.Min(10 * datagram, Math.Max(2 * datagram, InitialBytes));

    private double Rate(TimeSpan roundTrip)
        => 1.25 * _window / Math.Max(roundTrip.TotalSeconds, 1e-5);

    private void Refill(TimeSpan now, TimeSpan roundTrip)
    {
        double rate = Rate(roundTrip);
        _allowance += rate * (now - _allowanceAt).TotalSeconds;
        _allowanceAt = now;
        _allowance = Math.Min(_allowance, Math.Max(InitialFor(DatagramSize), rate * s_burst.TotalSeconds));
    }
}
