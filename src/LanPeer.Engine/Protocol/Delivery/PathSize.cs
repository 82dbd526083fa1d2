using System;

namespace LanPeer.Protocol.Delivery;

/// <summary>
/// How large a sealed datagram may be on the way to a peer, in bytes of UDP payload. No path is probed (RFC 8899): on a
/// network the size is one that passes everywhere, and on the same host it is known.
/// </summary>
internal struct PathSize
{
    /// <summary>It passes every link unfragmented that QUIC passes (RFC 9000, section 14).</summary>
    public const int Everywhere = 1_200;

    /// <summary>
    /// To a peer on the same host: half of what the loopback interface of Linux takes (65,536), so that a loss does not cost
    /// more than that, and Windows takes more. Larger ones are not quicker.
    /// </summary>
    public const int SameHost = 32_768;

    /// <summary>The same on macOS, whose loopback interface takes 16,384 bytes and which lets a program send 9,216.</summary>
    public const int SameHostOnMacOS = 8_192;

    /// <summary>So many time-outs in a row, and large datagrams may be what does not get through: somebody relays them.</summary>
    private const int Patience = 3;

    /// <summary>
    /// PMTU_RAISE_TIMER (RFC 8899, section 5.1.1) is ten times as long; but a process that stood still for a tenth of a second
    /// looks the same, and trying costs no more than that.
    /// </summary>
    private static readonly TimeSpan s_distrust = TimeSpan.FromMinutes(1);

    private TimeSpan _distrustedUntil;

    /// <summary>The size to use now.</summary>
    /// <param name="most">What the way there takes: <see cref="Everywhere"/>, or more to the same host.</param>
    /// <param name="timeouts">Time-outs in a row.</param>
    /// <param name="now">Now.</param>
    public int Choose(int most, int timeouts, TimeSpan now)
    {
        if (most <= Everywhere)
        {
            return Everywhere;
        }

        if (timeouts >= Patience)
        {
            _distrustedUntil = now + s_distrust;
        }

        return now < _distrustedUntil ? Everywhere : most;
    }
}
