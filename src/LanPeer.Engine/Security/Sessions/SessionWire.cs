using System;
using System.Buffers.Binary;
using LanPeer.Security.Noise;
using LanPeer.Wire;

namespace LanPeer.Security.Sessions;

/// <summary>The kinds of sealed datagram: the second byte behind 0xF5.</summary>
internal enum SealedType : byte
{
    Initiation = 1,
    Response = 2,
    CookieReply = 3,
    Transport = 4,
    Announcement = 5,
}

/// <summary>Where everything is in a sealed datagram (docs/protocol.md, "Sealed datagrams"). Numbers are big-endian.</summary>
internal static class SessionWire
{
    public const byte Version = 1;
    public const int MacLength = 16;

    public const int InitiationLength = InitiationHeader + InitiationNoise + (2 * MacLength);
    public const int InitiationHeader = 12;
    public const int InitiationNoise = (2 * P256Agreement.PointLength) + (2 * Aead.TagLength) + HandshakePayload.InitiationLength;

    public const int ResponseLength = ResponseHeader + ResponseNoise + (2 * MacLength);
    public const int ResponseHeader = 12;
    public const int ResponseNoise = P256Agreement.PointLength + Aead.TagLength + HandshakePayload.ResponseLength;

    public const int CookieReplyLength = 56;
    public const int CookieSalt = 8;
    public const int CookieSaltLength = 16;

    public const int TransportHeader = 16;
    public const int TransportOverhead = TransportHeader + Aead.TagLength;

    public const int AnnouncementHeader = 36;
    public const int AnnouncementOverhead = AnnouncementHeader + Aead.TagLength;
    public const int AnnouncementSalt = 12;
    public const int AnnouncementSaltLength = 16;

    /// <summary>The type, when length, version and reserved bytes fit it.</summary>
    public static bool TryGetType(ReadOnlySpan<byte> datagram, out SealedType type)
    {
        type = default;
        if (datagram.Length < TransportOverhead || datagram[0] != WireLimits.BinaryMark)
        {
            return false;
        }

        type = (SealedType)datagram[1];
        byte version = type == SealedType.Transport ? (byte)0 : Version;
        return datagram[2] == version && datagram[3] == 0 && type switch
        {
            SealedType.Initiation => datagram.Length == InitiationLength,
            SealedType.Response => datagram.Length == ResponseLength,
            SealedType.CookieReply => datagram.Length == CookieReplyLength,
            SealedType.Transport => datagram.Length >= TransportOverhead,
            SealedType.Announcement => datagram.Length > AnnouncementOverhead,
            _ => false,
        };
    }

    /// <summary>The four bytes every sealed datagram begins with.</summary>
    public static void Begin(Span<byte> datagram, SealedType type)
    {
        datagram[0] = WireLimits.BinaryMark;
        datagram[1] = (byte)type;
        datagram[2] = type == SealedType.Transport ? (byte)0 : Version;
        datagram[3] = 0;
    }

    public static uint ReadUInt32(ReadOnlySpan<byte> datagram, int at) => BinaryPrimitives.ReadUInt32BigEndian(datagram[at..]);

    public static void WriteUInt32(Span<byte> datagram, int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(datagram[at..], value);

    public static ulong ReadUInt64(ReadOnlySpan<byte> datagram, int at) => BinaryPrimitives.ReadUInt64BigEndian(datagram[at..]);

    public static void WriteUInt64(Span<byte> datagram, int at, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(datagram[at..], value);
}
