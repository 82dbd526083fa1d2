using System;
using System.Collections.Generic;

namespace LanPeer.VirtualNetwork;

/// <summary>What a layer may be limited to by <see cref="Layer.Only"/>.</summary>
internal static class Link
{
    /// <summary>What these hosts send.</summary>
    public static Func<Transit, bool> From(params IEnumerable<VirtualHost> hosts)
    {
        HashSet<VirtualHost> set = [.. hosts];
        return transit => transit.Sender is not null && set.Contains(transit.Sender);
    }

    /// <summary>What goes to these hosts.</summary>
    public static Func<Transit, bool> To(params IEnumerable<VirtualHost> hosts)
    {
        HashSet<VirtualHost> set = [.. hosts];
        return transit => set.Contains(transit.Receiver);
    }

    /// <summary>What two hosts send each other.</summary>
    public static Func<Transit, bool> Between(VirtualHost one, VirtualHost other)
        => transit => (transit.Sender == one && transit.Receiver == other) || (transit.Sender == other && transit.Receiver == one);

    /// <summary>What goes through the router.</summary>
    public static bool Routed(Transit transit)
        => transit.Sender is VirtualHost sender && !transit.IsLocal && !transit.Packet.IsBroadcast
            && Segment.NetworkOf(sender.SourceFor(transit.Packet.To.Address)) != Segment.NetworkOf(transit.Packet.To.Address);
}
