using System;

namespace LanPeer.VirtualNetwork;

/// <summary>One datagram on its way to one host: a broadcast is as many of these as there are hosts.</summary>
/// <param name="Packet">What was sent, and when.</param>
/// <param name="Number">Counts the datagrams sent.</param>
/// <param name="Sender">Null for what an adversary injected.</param>
/// <param name="Receiver">The host it goes to.</param>
/// <param name="At">When it arrives, as far as is known after the layers passed.</param>
/// <param name="Copy">Tells the copies of one datagram apart; 0 for the first.</param>
internal readonly record struct Transit(Packet Packet, long Number, VirtualHost? Sender, VirtualHost Receiver, TimeSpan At, ulong Copy)
{
    /// <summary>Whether it never leaves its host.</summary>
    public bool IsLocal => ReferenceEquals(Sender, Receiver);

    public Transit Later(TimeSpan by) => this with { At = At + by };
}
