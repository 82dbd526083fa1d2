using System;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>
/// Somebody a handshake is made with, found by its static key. It becomes a peer, with an entry in the table, when it has
/// proven to own that key.
/// </summary>
/// <param name="remoteStatic">Its static key.</param>
/// <param name="endpoint">Where it was first heard of.</param>
/// <param name="pool">For what is delivered to it.</param>
internal sealed class Contact(byte[] remoteStatic, Ipv4Endpoint endpoint, DeliveryPool pool) : PeerSession(remoteStatic)
{
    private Channel? _channel;

    /// <summary>Where it was first heard of; where its entry says, once it has one.</summary>
    public Ipv4Endpoint Endpoint { get; } = endpoint;

    /// <summary>Its entry; null until it has proven itself.</summary>
    public PeerEntry? Entry { get; set; }

    /// <summary>Who it has proven to be.</summary>
    public PublicIdentity? Who { get; set; }

    /// <summary>What it said in the initiation whose response it has not confirmed yet.</summary>
    public HandshakePayload? NextSaid { get; set; }

    /// <summary>Who said that.</summary>
    public PublicIdentity? NextWho { get; set; }

    /// <summary>A BOOT its announcements claim and no handshake has confirmed: a replay, unless it restarted.</summary>
    public uint DoubtedBoot { get; set; }

    /// <summary>When a claim of that kind is next followed.</summary>
    public TimeSpan NextDoubt { get; set; }

    /// <summary>What is delivered to it and by it.</summary>
    public Channel Channel => _channel ??= new Channel(pool);

    /// <summary>Whether something may have to be sent to it at the end of this step.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether something is on the way to it, or waits.</summary>
    public bool IsActive { get; set; }
}
