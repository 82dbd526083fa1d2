using System;
using System.Buffers.Binary;

namespace LanPeer.Protocol.Delivery;

/// <summary>The small frames of delivery: CREDIT, SKIP and REJECT, each three numbers or two (docs/protocol.md, "Frames").</summary>
internal static class ControlFrames
{
    /// <summary>Stream, messages, bytes; or stream, first, last.</summary>
    public const int ThreeLength = 24;

    /// <summary>Stream, sequence.</summary>
    public const int TwoLength = 16;

    public static int WriteCredit(Span<byte> room, ulong stream, ulong messages, long bytes)
        => WriteThree(room, FrameType.Credit, stream, messages, (ulong)bytes);

    public static int WriteSkip(Span<byte> room, ulong stream, ulong first, ulong last)
        => WriteThree(room, FrameType.Skip, stream, first, last);

    public static int WriteReject(Span<byte> room, ulong stream, ulong sequence)
    {
        BinaryPrimitives.WriteUInt64BigEndian(room[Frames.Header..], stream);
        BinaryPrimitives.WriteUInt64BigEndian(room[(Frames.Header + 8)..], sequence);
        return Frames.WriteHeader(room, FrameType.Reject, TwoLength);
    }

    public static bool TryReadThree(ReadOnlySpan<byte> body, out ulong stream, out ulong one, out ulong two)
    {
        bool isWhole = body.Length == ThreeLength;
        stream = isWhole ? BinaryPrimitives.ReadUInt64BigEndian(body) : 0;
        one = isWhole ? BinaryPrimitives.ReadUInt64BigEndian(body[8..]) : 0;
        two = isWhole ? BinaryPrimitives.ReadUInt64BigEndian(body[16..]) : 0;
        return isWhole;
    }

    public static bool TryReadTwo(ReadOnlySpan<byte> body, out ulong stream, out ulong one)
    {
        bool isWhole = body.Length == TwoLength;
        stream = isWhole ? BinaryPrimitives.ReadUInt64BigEndian(body) : 0;
        one = isWhole ? BinaryPrimitives.ReadUInt64BigEndian(body[8..]) : 0;
        return isWhole;
    }

    private static int WriteThree(Span<byte> room, FrameType type, ulong stream, ulong one, ulong two)
    {
        BinaryPrimitives.WriteUInt64BigEndian(room[Frames.Header..], stream);
        BinaryPrimitives.WriteUInt64BigEndian(room[(Frames.Header + 8)..], one);
        BinaryPrimitives.WriteUInt64BigEndian(room[(Frames.Header + 16)..], two);
        return Frames.WriteHeader(room, type, ThreeLength);
    }
}
