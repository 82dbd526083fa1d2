namespace LanPeer.Protocol;

/// <summary>Which socket a datagram came through.</summary>
internal enum Inlet : byte
{
    /// <summary>The peer's own port, from which it also sends everything.</summary>
    Unicast,

    /// <summary>The shared discovery port, 50999.</summary>
    Discovery,
}
