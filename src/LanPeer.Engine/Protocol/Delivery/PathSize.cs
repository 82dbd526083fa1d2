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
    /// To a peer on the same host: below what the loopback interface of every system takes (Linux 65,536, macOS 16,384), and
    /// below the 9,216 bytes that macOS lets a program send.
    /// </summary>
    public const int SameHost = 8_192;

    /// <summary>So many time-outs in a row, and large datagrams may be what does not get through: somebody relays them.</summary>
    private const int Patience = 3;

    /// <summary>
    /// PMTU_RAISE_TIMER (RFC 8899, section 5.1.1) is ten times as long; but a process that stood still for a tenth of a second
    /// looks the same, and trying costs no more than that.
    /// </summary>
    private static readonly TimeSpan s_distrust = TimeSpan.FromMinutes(1);

    private TimeSpan _distrustedUntil;

    /// <summary>The size to use now.</summary>
    /// <param name="isSameHost">Whether the peer's endpoint is an address of this host.</param>
    /// <param name="timeouts">Time-outs in a row.</param>
    /// <param name="now">Now.</param>
    public int Choose(bool isSameHost, int timeouts, TimeSpan now)
    {
        if (!isSameHost)
        {
            return Everywhere;
        }

        if (timeouts >= Patience)
        {
            _distrustedUntil = now + s_distrust;
        }

        return now < _distrustedUntil ? Everywhere : SameHost;
    }
}
