using System;
using LanPeer.Protocol;
using LanPeer.Security;

namespace LanPeer.VirtualNetwork;

/// <summary>What a peer is made from each time it starts: everything of it that survives the end of its process.</summary>
internal sealed class PeerPlan(PeerSettings settings)
{
    public PeerSettings Settings { get; set; } = settings;

    /// <summary>What it sees of its host; by default all there is.</summary>
    public Func<VirtualHost, LocalNetwork> NetworkOf { get; set; } = static host => host.Network;

    /// <summary>
    /// Makes its machine, at each start a new one. The one place that knows the constructor of
    /// <see cref="PeerMachine"/>; a test that needs another machine puts its own maker here.
    /// </summary>
    public Func<PeerPlan, LocalNetwork, RandomSource, PeerSecurity, PeerMachine> MakeMachine { get; set; }
        = static (plan, network, random, security) => new PeerMachine(plan.Settings, network, random, security);

    /// <summary>What it keeps on disk; made from the peer's seed at its first start when nothing else was put here.</summary>
    public PeerKeys? Keys { get; set; }
}
