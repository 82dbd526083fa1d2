using System;
using System.Buffers.Binary;
using LanPeer.Security.Noise;
using LanPeer.Wire;

namespace LanPeer.Protocol.Presence;

/// <summary>What somebody says about the presence of another.</summary>
internal enum ClaimKind : byte
{
    /// <summary>It does not answer.</summary>
    Suspect = 1,

    /// <summary>Its host says that its port is closed.</summary>
    Refused = 2,

    /// <summary>It said goodbye.</summary>
    Left = 3,

    /// <summary>It was given up.</summary>
    Gone = 4,
}

/// <summary>A claim: a reason to look for oneself, and nothing more.</summary>
/// <param name="Kind">What is claimed.</param>
/// <param name="Subject">Of whom, see <see cref="PeerWatch.Hash"/>.</param>
/// <param name="Boot">Of which of its runs.</param>
internal readonly record struct Claim(ClaimKind Kind, ulong Subject, uint Boot);

/// <summary>Writes and reads the frames of presence and membership (docs/protocol.md, "Frames").</summary>
internal static class PresenceFrames
{
    /// <summary>Bytes of the bodies.</summary>
    public const int ClaimLength = 1 + 8 + 4;
    public const int RequestLength = 8 + 8;
    public const int AnswerLength = 8;
    public const int MemberLength = 1 + 4 + 2 + P256Agreement.PointLength + 1;
    public const int MemberAskLength = 1;

    /// <summary>The kinds of a MEMBER frame.</summary>
    public const byte MemberHere = 1;
    public const byte MemberAsk = 2;

    public static int WriteClaim(Span<byte> buffer, Claim claim)
    {
        Span<byte> body = buffer[Frames.Header..];
        body[0] = (byte)claim.Kind;
        BinaryPrimitives.WriteUInt64BigEndian(body[1..], claim.Subject);
        BinaryPrimitives.WriteUInt32BigEndian(body[9..], claim.Boot);
        return Frames.WriteHeader(buffer, FrameType.Claim, ClaimLength);
    }

    /// <summary>False when it is no claim of a known kind.</summary>
    public static bool TryReadClaim(ReadOnlySpan<byte> body, out Claim claim)
    {
        claim = new Claim((ClaimKind)body[0], BinaryPrimitives.ReadUInt64BigEndian(body[1..]), BinaryPrimitives.ReadUInt32BigEndian(body[9..]));
        return claim.Kind is >= ClaimKind.Suspect and <= ClaimKind.Gone;
    }

    public static int WriteRequest(Span<byte> buffer, ulong subject, ulong token)
    {
        BinaryPrimitives.WriteUInt64BigEndian(buffer[Frames.Header..], subject);
        BinaryPrimitives.WriteUInt64BigEndian(buffer[(Frames.Header + 8)..], token);
        return Frames.WriteHeader(buffer, FrameType.ProbeRequest, RequestLength);
    }

    /// <summary>A PING, PONG or PROBE_ANSWER.</summary>
    public static int WriteToken(Span<byte> buffer, FrameType type, ulong token)
    {
        BinaryPrimitives.WriteUInt64BigEndian(buffer[Frames.Header..], token);
        return Frames.WriteHeader(buffer, type, AnswerLength);
    }

    public static int WriteMember(Span<byte> buffer, Ipv4Endpoint endpoint, ReadOnlySpan<byte> key)
    {
        Span<byte> body = buffer[Frames.Header..];
        body[0] = MemberHere;
        BinaryPrimitives.WriteUInt32BigEndian(body[1..], endpoint.Address);
        BinaryPrimitives.WriteUInt16BigEndian(body[5..], endpoint.Port);
        key.CopyTo(body[7..]);
        body[MemberLength - 1] = 0;
        return Frames.WriteHeader(buffer, FrameType.Member, MemberLength);
    }

    public static int WriteMemberAsk(Span<byte> buffer)
    {
        buffer[Frames.Header] = MemberAsk;
        return Frames.WriteHeader(buffer, FrameType.Member, MemberAskLength);
    }

    /// <summary>Where a member is said to be.</summary>
    public static Ipv4Endpoint ReadMemberEndpoint(ReadOnlySpan<byte> body)
        => new(BinaryPrimitives.ReadUInt32BigEndian(body[1..]), BinaryPrimitives.ReadUInt16BigEndian(body[5..]));

    /// <summary>Its static key.</summary>
    public static ReadOnlySpan<byte> ReadMemberKey(ReadOnlySpan<byte> body) => body.Slice(7, P256Agreement.PointLength);
}
