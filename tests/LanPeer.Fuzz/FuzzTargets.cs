using System;
using System.Collections.Generic;

namespace LanPeer.Fuzz;

/// <summary>All there is to fuzz.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new DatagramTarget(), new StringArrayTarget(), new WordTarget(), new VisibleTarget(), new PostTarget(), new FrameTarget(), new SealedTarget(),
        new PayloadTarget(), new IdentityFileTarget(), new PinFileTarget(), new ScanTarget(), new SessionTarget(),
        new PeerTarget("peer", steps: 400, casesInTests: 12), new PeerTarget("peer-long", steps: 10_000, casesInTests: 0),
    ];

    public static FuzzTarget? Find(string name)
    {
        foreach (FuzzTarget target in All)
        {
            if (string.Equals(target.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return target;
            }
        }

        return null;
    }
}
