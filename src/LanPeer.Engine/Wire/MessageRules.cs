using System;

namespace LanPeer.Wire;

/// <summary>What makes a message well-formed, type by type (docs/protocol.md, "Messages").</summary>
internal static class MessageRules
{
    public static DropReason Check(ref Datagram datagram)
    {
        DropReason reason = CheckSender(datagram);
        if (reason != DropReason.None)
        {
            return reason;
        }

        if (!IsToken(datagram[Field.MessageId], WireLimits.MaxMessageId))
        {
            return DropReason.BadMessageId;
        }

        return datagram.Type switch
        {
            MessageType.PeerDiscovery or MessageType.Ping => CheckAnnouncement(ref datagram),
            MessageType.DM => CheckDM(datagram),
            MessageType.Post => CheckContent(datagram),
            MessageType.Profile => CheckProfile(datagram),
            MessageType.PeerListResponse => PeerListJson.IsValid(datagram[Field.Peers]) ? DropReason.None : DropReason.BadPeerList,
            _ => DropReason.None,
        };
    }

    private static DropReason CheckSender(in Datagram datagram)
    {
        if (datagram.Has(Field.UserId) && datagram.Has(Field.From)
            && !datagram[Field.UserId].SequenceEqual(datagram[Field.From]))
        {
            return DropReason.ConflictingFields;
        }

        if (datagram.HasValue(Field.UserId) || datagram.HasValue(Field.From))
        {
            return UserIds.IsValid(datagram.Sender) ? DropReason.None : DropReason.BadUserId;
        }

        // A scan names nobody, so that it leaves no trace in the tables of those who answer it.
        bool isScan = datagram.Type == MessageType.PeerDiscovery && datagram.HasValue(Field.Ask)
            && !datagram.Has(Field.UserId) && !datagram.Has(Field.From);
        return isScan ? DropReason.None : DropReason.MissingSender;
    }

    private static DropReason CheckAnnouncement(ref Datagram datagram)
    {
        if (!IsToken(datagram[Field.Ask], WireLimits.MaxNonce) || !IsToken(datagram[Field.Answer], WireLimits.MaxNonce))
        {
            return DropReason.BadNonce;
        }

        if ((datagram.Has(Field.PeerId) || datagram.Has(Field.Key))
            && (datagram[Field.PeerId].Length != WireLimits.PeerIdLength || datagram[Field.Key].Length != WireLimits.KeyLength))
        {
            return DropReason.BadKey;
        }

        if (!datagram.Has(Field.Port))
        {
            return DropReason.None;
        }

        if (!Ipv4Endpoint.TryParseDecimal(datagram[Field.Port], ushort.MaxValue, out uint port) || port == 0)
        {
            return DropReason.BadPort;
        }

        datagram.Port = (ushort)port;
        return DropReason.None;
    }

    private static DropReason CheckDM(in Datagram datagram)
    {
        if (!datagram.HasValue(Field.To))
        {
            return DropReason.MissingRecipient;
        }

        return UserIds.IsValid(datagram[Field.To]) ? CheckContent(datagram) : DropReason.BadUserId;
    }

    private static DropReason CheckContent(in Datagram datagram)
        => datagram.IsEscaped && !ContentEscape.IsValid(datagram[Field.Content]) ? DropReason.BadEscape : DropReason.None;

    private static DropReason CheckProfile(in Datagram datagram)
        => datagram[Field.DisplayName].Length > WireLimits.MaxDisplayName
            || datagram[Field.Status].Length > WireLimits.MaxStatus
            ? DropReason.FieldTooLong : DropReason.None;

    /// <summary>Printable ASCII without blanks, or empty.</summary>
    private static bool IsToken(ReadOnlySpan<byte> text, int max)
        => text.Length <= max && text.IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0;
}
