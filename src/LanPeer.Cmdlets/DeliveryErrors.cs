using System;

namespace LanPeer.Cmdlets;

/// <summary>What to say of a message that is not known to have arrived.</summary>
internal static class DeliveryErrors
{
    /// <summary>The error of a delivery.</summary>
    /// <param name="delivery">What became of the message.</param>
    /// <param name="patience">How long its receipt was waited for; null when it was not.</param>
    /// <returns>Null when it arrived, or the receiver gives no receipts.</returns>
    public static LanPeerException? Of(LanDelivery delivery, TimeSpan? patience) => delivery.State switch
    {
        LanDeliveryState.Failed => new(LanErrorId.SendFailed, $"Not delivered to {delivery.To}: {delivery.Reason}",
            "Check the network connection and whether the peer is still there (Get-LanPeer)."),
        LanDeliveryState.Unknown => new(LanErrorId.DeliveryUnknown, Unknown(delivery, patience),
            "Ask the receiver, or send it again if it does no harm twice. A longer -Timeout gives a slow network more time."),
        LanDeliveryState.Refused => new(LanErrorId.DeliveryRefused, $"{delivery.To} refused it: {delivery.Reason}",
            "It got the message and could not use it: compare the versions of the two."),
        _ => null,
    };

    /// <summary>By a receiver that is blocked here.</summary>
    /// <param name="name">What it was called.</param>
    /// <param name="peerId">Its PEER_ID.</param>
    public static LanPeerException Blocked(string name, string peerId) => new(LanErrorId.DeliveryRefused,
        $"Nothing was sent to {name}: it is blocked here.", $"If you want it to hear from you: Unblock-LanPeer {peerId}.");

    private static string Unknown(LanDelivery delivery, TimeSpan? patience)
    {
        const string Doubt = "it may have arrived or not.";
        return patience is TimeSpan limit && delivery.Reason.EndsWith("in time.", StringComparison.Ordinal)
            ? FormattableString.Invariant($"No receipt from {delivery.To} within {limit.TotalSeconds:0.###} s: {Doubt}")
            : $"No receipt from {delivery.To}: {Doubt} {delivery.Reason}";
    }
}
