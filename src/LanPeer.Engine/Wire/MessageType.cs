using System;

namespace LanPeer.Wire;

/// <summary>The values of TYPE that LanPeer knows.</summary>
internal enum MessageType : byte
{
    Unknown,
    PeerDiscovery,
    Post,
    DM,
    Profile,
    PeerListRequest,
    PeerListResponse,
    Ping,
    Ack,
    Leave,
}

/// <summary>How a datagram separates key and value.</summary>
internal enum Dialect : byte
{
    /// <summary>The seed's <c>KEY:VALUE</c>; values are verbatim.</summary>
    Lean,

    /// <summary>The LSNP RFC's <c>KEY: VALUE</c>; one space after the colon belongs to the separator.</summary>
    Rfc,
}

internal static class MessageTypes
{
    public static MessageType Parse(ReadOnlySpan<byte> text) => text.Length switch
    {
        2 when text.SequenceEqual("DM"u8) => MessageType.DM,
        3 when text.SequenceEqual("ACK"u8) => MessageType.Ack,
        4 when text.SequenceEqual("POST"u8) => MessageType.Post,
        4 when text.SequenceEqual("PING"u8) => MessageType.Ping,
        5 when text.SequenceEqual("LEAVE"u8) => MessageType.Leave,
        7 when text.SequenceEqual("PROFILE"u8) => MessageType.Profile,
        14 when text.SequenceEqual("PEER_DISCOVERY"u8) => MessageType.PeerDiscovery,
        17 when text.SequenceEqual("PEER_LIST_REQUEST"u8) => MessageType.PeerListRequest,
        18 when text.SequenceEqual("PEER_LIST_RESPONSE"u8) => MessageType.PeerListResponse,
        _ => MessageType.Unknown,
    };
}
