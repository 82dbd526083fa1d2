using System;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.VirtualNetwork;

namespace LanPeer.Tests.Attacks;

/// <summary>Closed networks for tests; deriving their keys takes 0.2 s each, so it is done once.</summary>
internal static class ClosedNetworks
{
    private static readonly Lazy<PeerNetwork> s_first = new(() => Make("team", "correct horse battery"));
    private static readonly Lazy<PeerNetwork> s_otherKey = new(() => Make("team", "another key of that"));
    private static readonly Lazy<PeerNetwork> s_otherName = new(() => Make("guild", "correct horse battery"));
    private static readonly Lazy<PeerNetwork> s_both = new(() => Make("team", "correct horse battery", "another key of that"));
    private static readonly Lazy<PeerNetwork> s_bothOtherFirst = new(() => Make("team", "another key of that", "correct horse battery"));

    /// <summary>One network with its key.</summary>
    public static PeerNetwork First => s_first.Value;

    /// <summary>The same name, another key.</summary>
    public static PeerNetwork OtherKey => s_otherKey.Value;

    /// <summary>Another name, the same key.</summary>
    public static PeerNetwork OtherName => s_otherName.Value;

    /// <summary>Both keys, the first in use.</summary>
    public static PeerNetwork Both => s_both.Value;

    /// <summary>Both keys, the other in use.</summary>
    public static PeerNetwork BothOtherFirst => s_bothOtherFirst.Value;

    /// <summary>A peer on a network, with keys of its own.</summary>
    public static PeerPlan Plan(string name, PeerNetwork network, ulong seed = 0, bool isReal = true)
        => new(new PeerSettings { Name = name })
        {
            Keys = new PeerKeys(SeededRandom.Derive(seed, name), isReal) { Network = network },
        };

    private static PeerNetwork Make(string name, params string[] keys)
        => PeerNetwork.Closed(name, Array.ConvertAll(keys, Encoding.UTF8.GetBytes));
}
