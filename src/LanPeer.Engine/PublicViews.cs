using System;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>What users hold, made from what the protocol knows.</summary>
internal static class PublicViews
{
    /// <param name="peer">What is known of it.</param>
    /// <param name="isProtectedName">Whether its name belongs to somebody who can prove who he is.</param>
    public static LanPeer Peer(PeerEntry peer, bool isProtectedName = false) => new(peer.UserId, peer.Name)
    {
        PeerId = peer.Who?.GroupedPeerId,
        DisplayName = peer.Profile is { DisplayName.Length: > 0 } profile ? profile.DisplayName : peer.Name,
        Status = peer.Profile?.Status ?? "",
        Address = peer.AddressText,
        Port = peer.Endpoint.Port,
        State = peer.Presence switch
        {
            PeerPresence.Suspect => LanPeerState.Suspect,
            PeerPresence.Left => LanPeerState.Left,
            PeerPresence.Gone => LanPeerState.Gone,
            _ => LanPeerState.Alive,
        },
        Trust = TrustOf(peer),
        Seen = peer.LastSeenUtc,
        Dialect = peer.Proto != 0 ? LanDialect.LanPeer : peer.Dialect == Dialect.Rfc ? LanDialect.Lsnp : LanDialect.Seed,
        IsAddressMatched = peer.IsAddressMatched,
        HasAvatar = peer.Profile?.Avatar is not null,
        UsesProtectedName = isProtectedName && peer.Who is null,
    };

    /// <summary>A peer that only another one named.</summary>
    public static LanPeer Reported(string userId, Ipv4Endpoint endpoint)
    {
        byte[] id = Encoding.UTF8.GetBytes(userId);
        string name = Encoding.UTF8.GetString(UserIds.NamePart(id));
        return new LanPeer(userId, name)
        {
            DisplayName = name,
            Address = endpoint.IsUsable ? endpoint.AddressText
                : UserIds.TryGetAddress(id, out uint address) ? new Ipv4Endpoint(address, 0).AddressText : "",
            Port = endpoint.Port,
            State = LanPeerState.Reported,
        };
    }

    /// <summary>A peer a scan has found.</summary>
    /// <param name="finding">What was heard.</param>
    /// <param name="heard">When.</param>
    public static LanPeer Found(ScanFinding finding, DateTimeOffset heard)
    {
        if (finding.IsReported)
        {
            return Reported(finding.UserId, finding.Endpoint);
        }

        string name = Encoding.UTF8.GetString(UserIds.NamePart(Encoding.UTF8.GetBytes(finding.UserId)));
        return new LanPeer(finding.UserId, name)
        {
            PeerId = finding.PeerId is null ? null : PeerId.Grouped(finding.PeerId),
            DisplayName = name,
            Address = finding.Endpoint.AddressText,
            Port = finding.Endpoint.Port,
            Seen = heard,
            Dialect = finding.Proto != 0 ? LanDialect.LanPeer : LanDialect.Seed,
            IsAddressMatched = finding.IsAddressMatched,
        };
    }

    public static LanProfile Profile(PeerEntry peer)
        => new(peer.UserId, peer.Profile!.DisplayName, peer.Profile.Status, peer.Profile.Avatar);

    /// <param name="arrival">What has arrived.</param>
    public static LanMessage Message(in Arrival arrival)
        => Message(arrival, arrival.Peer is null ? null : Peer(arrival.Peer), readData: null);

    /// <param name="arrival">What has arrived.</param>
    /// <param name="from">Its sender, as known now.</param>
    /// <param name="readData">Makes what structured data stands for; null for the JSON itself.</param>
    public static LanMessage Message(in Arrival arrival, LanPeer? from, Func<JsonElement, object?>? readData)
    {
        LanMessageType type = arrival.Type switch
        {
            MessageType.Post => LanMessageType.Post,
            MessageType.DM => LanMessageType.DM,
            _ => LanMessageType.Profile,
        };
        return new LanMessage(type, arrival.From, arrival.Content)
        {
            ShareKey = arrival.ShareKey,
            IsCredited = arrival.IsCredited,
            FromPeer = from,
            To = arrival.To,
            Profile = arrival is { Profile: PeerProfile profile }
                ? new LanProfile(arrival.From, profile.DisplayName, profile.Status, profile.Avatar) : null,
            IsJson = arrival.IsJson,
            ReadData = readData,
            SentAt = arrival.Timestamp,
            Arrived = arrival.ReceivedAt,
            MessageId = arrival.MessageId,
            Signed = arrival.Signed,
            Author = arrival.Signed is null ? null : arrival.Peer!.Who,
            Trust = arrival.Peer is null ? LanTrust.Unsigned : TrustOf(arrival.Peer),
        };
    }

    /// <summary>What became of a message to a peer with a session.</summary>
    public static LanDelivery Delivery(OutboundMessage message) => new(message.MessageId, message.To.UserId)
    {
        State = message.Outcome switch
        {
            Outcome.Delivered => LanDeliveryState.Delivered,
            Outcome.Refused => LanDeliveryState.Refused,
            Outcome.Unknown => LanDeliveryState.Unknown,
            _ => LanDeliveryState.Failed,
        },
        Tries = message.Tries,
        RoundTrip = message.RoundTrip,
        Reason = message.Obstacle switch
        {
            Obstacle.None => "",
            Obstacle.NoReceipt => message.IsSentWhole ? "No receipt came in time." : "It could not be sent whole in time.",
            Obstacle.NoSession => "No session with it came about in time.",
            Obstacle.NoCredit => "Its inbox has no room.",
            Obstacle.Gone => "It left, or does not answer any more.",
            Obstacle.Restarted => "It was started anew before it gave a receipt.",
            Obstacle.QueueFull => "Too much waits for it already.",
            Obstacle.NotTaken => "It did not take the message.",
            Obstacle.NotSent => "The network took no datagram for it.",
            _ => "This session was stopped before a receipt came.",
        },
    };

    /// <summary>What became of a message to a peer that gives no receipts.</summary>
    public static LanDelivery Unconfirmed(string userId, string messageId, SocketError error) => new(messageId, userId)
    {
        State = error == SocketError.Success ? LanDeliveryState.Unconfirmed : LanDeliveryState.Failed,
        Tries = 1,
        Reason = error == SocketError.Success ? "" : new SocketException((int)error).Message,
    };

    /// <summary>A message that does not fit the one datagram its receiver reads.</summary>
    public static LanDelivery TooLongFor(PeerEntry peer, string messageId) => new(messageId, peer.UserId)
    {
        State = LanDeliveryState.Failed,
        Reason = $"It reads messages of one datagram only, {WireLimits.MaxDatagram:N0} bytes.",
    };

    /// <summary>What a person should know of a change; null when it is nothing about trust.</summary>
    public static LanTrustEventArgs? TrustEvent(PeerChange change, PeerMachine machine, LanPeerOptions options, DateTimeOffset now) => change switch
    {
        { Kind: PeerChangeKind.KeyChanged, Peer: PeerEntry peer } => KeyChanged(peer, machine.Pins.OwnerOf(peer.UserId), now),
        { Kind: PeerChangeKind.Conflict, Peer: null } => new LanTrustEventArgs(
            LanTrustEventKind.OwnIdentityElsewhere,
            $"Another program on the network uses the user id or the keys of '{machine.UserId}'.",
            "Stop one of the two. If none is yours, start under another name; if your keys were copied, delete the identity and tell your peers.")
        {
            At = now.LocalDateTime,
        },
        { Kind: PeerChangeKind.WrongNetworkKey } => new LanTrustEventArgs(
            LanTrustEventKind.WrongNetworkKey,
            $"Somebody at {change.Source.AddressText} uses the network '{options.NetworkName}' with another key.",
            "Give all members the same -NetworkKey. Whoever has another one neither sees nor is seen.")
        {
            At = now.LocalDateTime,
        },
        _ => null,
    };

    private static LanTrustEventArgs KeyChanged(PeerEntry peer, string? owner, DateTimeOffset now)
    {
        string shown = peer.Who!.GroupedPeerId;
        string message = owner is null
            ? $"'{peer.UserId}' has shown keys, but the user id is also used by somebody else."
            : $"'{peer.UserId}' is pinned to {PeerId.Grouped(owner)}, but {shown} uses it now.";
        return new LanTrustEventArgs(LanTrustEventKind.KeyChanged, message,
            $"Ask its owner. If the new PEER_ID is right: Approve-LanPeer {shown}. If not: Block-LanPeer {shown}.")
        {
            Peer = Peer(peer),
            PinnedPeerId = owner is null ? null : PeerId.Grouped(owner),
            At = now.LocalDateTime,
        };
    }

    private static LanTrust TrustOf(PeerEntry peer) => peer switch
    {
        { IsConflicting: true } or { Who: not null, Verdict: PinVerdict.Conflict } => LanTrust.Conflict,
        { Who: null } => LanTrust.Unsigned,
        { Verdict: PinVerdict.Approved } => LanTrust.Verified,
        { Verdict: PinVerdict.Pinned } => LanTrust.Pinned,
        _ => LanTrust.New,
    };
}
