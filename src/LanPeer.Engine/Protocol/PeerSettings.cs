using System;
using System.Collections.Generic;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>What a peer is started with. The defaults are the seed's timings and bounds that suit a LAN.</summary>
internal sealed record PeerSettings
{
    public required string Name { get; init; }

    public ushort DiscoveryPort { get; init; } = 50_999;

    /// <summary>Between two announcements, ±10 %.</summary>
    public TimeSpan AnnounceInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A peer without a session not heard of for this long is gone. Those with one are probed.</summary>
    public TimeSpan PeerTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Peers asked by unicast at each announcement, for what no broadcast reaches.</summary>
    public IReadOnlyList<Ipv4Endpoint> Seeds { get; init; } = [];

    /// <summary>Peers known at once. At about 0.5 KB each without avatar, 2 MB.</summary>
    public int MaxPeers { get; init; } = 4_096;

    /// <summary>Peers known at once behind one address of another host: more is a machine inventing names.</summary>
    public int MaxPeersPerAddress { get; init; } = 64;

    /// <summary>The same for addresses of this host, where test suites run many.</summary>
    public int MaxPeersOnThisHost { get; init; } = 1_024;

    /// <summary>Messages the inbox holds.</summary>
    public int InboxMessages { get; init; } = 10_000;

    /// <summary>Bytes of messages the inbox holds.</summary>
    public long InboxBytes { get; init; } = 64 * 1_048_576;

    /// <summary>Bytes of avatars kept of all peers: 400 of the largest.</summary>
    public int MaxAvatarBytes { get; init; } = 400 * WireLimits.MaxAvatar;
}
