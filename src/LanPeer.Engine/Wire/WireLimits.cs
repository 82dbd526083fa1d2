namespace LanPeer.Wire;

/// <summary>The bounds of the wire format (docs/protocol.md, "Limits"). All in bytes of UTF-8 unless said otherwise.</summary>
internal static class WireLimits
{
    /// <summary>The largest UDP payload over IPv4: 65,535 less 20 bytes of IP and 8 bytes of UDP header (RFC 768, RFC 791).</summary>
    public const int MaxDatagram = 65_507;

    /// <summary>The largest message between peers with a session, in its text form.</summary>
    public const int MaxMessage = 1_048_576;

    /// <summary>USER_ID, FROM, TO: room for a name of 64 bytes, the @ and a long host name.</summary>
    public const int MaxUserId = 128;

    /// <summary>DISPLAY_NAME.</summary>
    public const int MaxDisplayName = 256;

    /// <summary>STATUS.</summary>
    public const int MaxStatus = 1_024;

    /// <summary>MESSAGE_ID: 8, 16 and 32 hex digits are seen in the wild.</summary>
    public const int MaxMessageId = 64;

    /// <summary>ASK and ANSWER nonces.</summary>
    public const int MaxNonce = 32;

    /// <summary>An avatar before base64, the seed's limit: it makes a datagram of about 27.5 KB.</summary>
    public const int MaxAvatar = 20_480;

    /// <summary>PEER_ID: 160 bits in base32.</summary>
    public const int PeerIdLength = 32;

    /// <summary>KEY and SIGN_KEY: 65 bytes in base64.</summary>
    public const int KeyLength = 88;

    /// <summary>SIGNATURE: 64 bytes in base64.</summary>
    public const int SignatureLength = 88;

    /// <summary>How deep arrays and objects of structured data may be nested; what is deeper is text to its reader.</summary>
    public const int MaxJsonDepth = 64;

    /// <summary>CONTENT_TYPE of structured data.</summary>
    public static System.ReadOnlySpan<byte> JsonContent => "json"u8;

    /// <summary>First byte of LanPeer's binary datagrams: no UTF-8 text can begin with it (RFC 3629 §3).</summary>
    public const byte BinaryMark = 0xF5;

    /// <summary>Protocol version announced as PROTO.</summary>
    public const byte ProtocolVersion = 1;
}
