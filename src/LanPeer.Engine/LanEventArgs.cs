using System;

namespace LanPeer;

/// <summary>A message has arrived.</summary>
public sealed class LanMessageEventArgs : EventArgs
{
    internal LanMessageEventArgs(LanMessage message) => Message = message;

    /// <summary>The message. It is in the inbox, too.</summary>
    public LanMessage Message { get; }

    /// <summary>The message's content.</summary>
    public override string ToString() => Message.ToString();
}

/// <summary>What has happened to a peer.</summary>
public enum LanPeerChange
{
    /// <summary>It is here, and was not before.</summary>
    Joined,

    /// <summary>Its address, its profile or how far it is trusted is another.</summary>
    Updated,

    /// <summary>It does not answer for a second or more.</summary>
    Suspected,

    /// <summary>It answers again.</summary>
    Recovered,

    /// <summary>It has said goodbye.</summary>
    Left,

    /// <summary>It does not answer any more, and is not among the peers now.</summary>
    Gone,
}

/// <summary>Something has happened to a peer.</summary>
public sealed class LanPeerEventArgs : EventArgs
{
    internal LanPeerEventArgs(LanPeerChange change, LanPeer peer, DateTime at)
    {
        Change = change;
        Peer = peer;
        At = at;
    }

    /// <summary>What happened.</summary>
    public LanPeerChange Change { get; }

    /// <summary>The peer as it was then.</summary>
    public LanPeer Peer { get; }

    /// <summary>When it was noticed, local time.</summary>
    public DateTime At { get; }

    /// <summary>Change and peer.</summary>
    public override string ToString() => $"{Change}: {Peer}";
}

/// <summary>It is known what has become of a message to one receiver.</summary>
public sealed class LanDeliveryEventArgs : EventArgs
{
    internal LanDeliveryEventArgs(LanDelivery delivery) => Delivery = delivery;

    /// <summary>What has become of it.</summary>
    public LanDelivery Delivery { get; }

    /// <summary>State and receiver.</summary>
    public override string ToString() => Delivery.ToString();
}
