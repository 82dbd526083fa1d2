using System;
using System.Collections.Generic;
using System.Net;

namespace LanPeer.SeedStandIn;

/// <summary>How one stand-in behaves. The defaults are those of the seed's program.</summary>
public sealed record SeedPeerOptions
{
    /// <summary>The port every peer of the seed's program announces itself at.</summary>
    public const int DefaultDiscoveryPort = 50999;

    /// <summary>The part of the user id before the at sign. Not checked, as in the seed's program.</summary>
    public required string UserName { get; init; }

    /// <summary>
    /// The address of the unicast socket. The discovery socket is always bound to any address,
    /// because a socket bound to one address hears no broadcast on Linux.
    /// </summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Any;

    /// <summary>The address in the user id; null finds it as the seed's program does.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>
    /// Where announcements go; null means 255.255.255.255 and 127.0.0.1 (with <see cref="Loopback"/>:
    /// 127.255.255.255 and 127.0.0.1). The order counts: the first failure skips the rest (D16).
    /// </summary>
    public IReadOnlyList<IPAddress>? AnnounceTargets { get; init; }

    /// <summary>The port announcements are sent to and heard at.</summary>
    public int DiscoveryPort { get; init; } = DefaultDiscoveryPort;

    /// <summary>Stay inside 127.0.0.0/8: nothing is sent elsewhere, datagrams from elsewhere are ignored.</summary>
    public bool Loopback { get; init; }

    /// <summary>Time between announcements, and between looks for expired peers.</summary>
    public TimeSpan AnnounceInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A peer not heard of for longer than this is forgotten.</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>
    /// The most discovery answers sent within one second. The seed's program has no such bound. Answers
    /// beyond it are swallowed, which ends a storm of two stand-ins until one of them announces again. Two of
    /// the seed's programs send 17,000 to 28,000 a second each, so the default lies below that.
    /// </summary>
    public int AnswerCap { get; init; } = 10_000;

    /// <summary>How many happenings are kept for later; the oldest give way.</summary>
    public int MaxKeptHappenings { get; init; } = 20_000;

    internal IReadOnlyList<IPAddress> EffectiveTargets => AnnounceTargets ??
        [Loopback ? IPAddress.Parse("127.255.255.255") : IPAddress.Broadcast, IPAddress.Loopback];
}
