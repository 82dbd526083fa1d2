using System;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <summary>A program on a virtual host that owns a port, and may share the discovery port.</summary>
/// <param name="host">Where it runs.</param>
/// <param name="address">The address it was added under; only one of 127.0.0.0/8 binds it to that address.</param>
/// <param name="port">Its own port.</param>
internal abstract class VirtualNode(VirtualHost host, uint address, ushort port)
{
    public VirtualHost Host => host;

    public ushort Port { get; protected set; } = port;

    /// <summary>Where others reach it, and what it sends from. Follows its host's address.</summary>
    public Ipv4Endpoint Endpoint => new(host.IsLoopbackOnly ? address : host.PrimaryAddress, Port);

    /// <summary>Whether it has the discovery port too.</summary>
    public bool HearsBroadcasts { get; set; }

    /// <summary>When <see cref="Tick"/> has something to do, in the network's time.</summary>
    public abstract TimeSpan NextDeadline { get; }

    /// <summary>Whether it is on its host; else it neither hears nor wakes up.</summary>
    public bool IsPlugged { get; internal set; }

    /// <summary>The earliest wake-up in the event queue.</summary>
    internal TimeSpan Scheduled { get; set; } = TimeSpan.MaxValue;

    public abstract void Receive(Inlet inlet, Packet packet);

    public abstract void Tick();

    /// <summary>Takes it off the network without a word.</summary>
    public void Unplug() => host.Remove(this);

    /// <summary>Whether what arrives at its host for this address is for its sockets.</summary>
    public bool ListensOn(uint to) => !host.IsLoopbackOnly || to == address;
}
