using System;
using LanPeer.Protocol.Delivery;

namespace LanPeer.VirtualNetwork;

/// <summary>What has become of a message to one receiver. The machine's own record is another message's by the next step.</summary>
/// <param name="MessageId">The id in its text.</param>
/// <param name="Outcome">What has become of it.</param>
/// <param name="Obstacle">Why it was not delivered.</param>
/// <param name="Tries">How often its beginning was sent.</param>
/// <param name="RoundTrip">From the first sending to the receipt.</param>
/// <param name="Length">Bytes of its text form.</param>
internal sealed record SettledMessage(string MessageId, Outcome Outcome, Obstacle Obstacle, int Tries, TimeSpan? RoundTrip, int Length)
{
    public static SettledMessage Of(OutboundMessage message)
        => new(message.MessageId, message.Outcome, message.Obstacle, message.Tries, message.RoundTrip, message.Length);
}
