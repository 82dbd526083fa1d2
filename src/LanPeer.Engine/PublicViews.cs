using System;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>What users hold, made from what the protocol knows.</summary>
internal static class PublicViews
{
    public static LanPeer Peer(PeerEntry peer) => new(peer.UserId, peer.Name)
    {
        DisplayName = peer.Profile is { DisplayName.Length: > 0 } profile ? profile.DisplayName : peer.Name,
        Status = peer.Profile?.Status ?? "",
        Address = peer.Endpoint.AddressText,
        Port = peer.Endpoint.Port,
        State = LanPeerState.Alive,
        Trust = TrustOf(peer),
        LastSeen = peer.LastSeenUtc.LocalDateTime,
        Dialect = peer.Proto != 0 ? LanDialect.LanPeer : peer.Dialect == Dialect.Rfc ? LanDialect.Lsnp : LanDialect.Seed,
        IsAddressMatched = peer.IsAddressMatched,
        HasAvatar = peer.Profile?.Avatar is not null,
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
    public static LanPeer Found(ScanFinding finding)
    {
        if (finding.IsReported)
        {
            return Reported(finding.UserId, finding.Endpoint);
        }

        string name = Encoding.UTF8.GetString(UserIds.NamePart(Encoding.UTF8.GetBytes(finding.UserId)));
        return new LanPeer(finding.UserId, name)
        {
            DisplayName = name,
            Address = finding.Endpoint.AddressText,
            Port = finding.Endpoint.Port,
            LastSeen = DateTime.Now,
            Dialect = finding.Proto != 0 ? LanDialect.LanPeer : LanDialect.Seed,
            IsAddressMatched = finding.IsAddressMatched,
        };
    }

    public static LanProfile Profile(PeerEntry peer)
        => new(peer.UserId, peer.Profile!.DisplayName, peer.Profile.Status, peer.Profile.Avatar);

    public static LanMessage Message(Arrival arrival)
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
            FromPeer = arrival.Peer is null ? null : Peer(arrival.Peer),
            To = arrival.To,
            Data = arrival is { Profile: PeerProfile profile }
                ? new LanProfile(arrival.From, profile.DisplayName, profile.Status, profile.Avatar) : null,
            Timestamp = arrival.Timestamp is long seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds).LocalDateTime : null,
            ReceivedAt = arrival.ReceivedAt.LocalDateTime,
            MessageId = arrival.MessageId,
            Trust = arrival.Peer is null ? LanTrust.Unsigned : TrustOf(arrival.Peer),
        };
    }

    private static LanTrust TrustOf(PeerEntry peer) => peer.IsConflicting ? LanTrust.Conflict : LanTrust.Unsigned;
}
