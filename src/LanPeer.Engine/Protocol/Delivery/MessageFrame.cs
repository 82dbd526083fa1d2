using System;
using System.Buffers.Binary;
using LanPeer.Wire;

namespace LanPeer.Protocol.Delivery;

/// <summary>A MESSAGE frame: a piece of a message, or the whole of it (docs/protocol.md, "Frames").</summary>
internal readonly ref struct MessageFrame
{
    /// <summary>Bytes in front of the piece: stream 8, sequence 8, total 4, offset 4.</summary>
    public const int Header = 24;

    /// <summary>The sender's stream; a later one has a larger number.</summary>
    public ulong Stream { get; init; }

    /// <summary>The message's place in the stream; the first has 1.</summary>
    public ulong Sequence { get; init; }

    /// <summary>Bytes of the whole message, 1 to <see cref="WireLimits.MaxMessage"/>.</summary>
    public int Total { get; init; }

    /// <summary>Where in the message the piece belongs.</summary>
    public int Offset { get; init; }

    public ReadOnlySpan<byte> Piece { get; init; }

    public bool IsWhole => Piece.Length == Total;

    public static bool TryRead(ReadOnlySpan<byte> body, out MessageFrame frame)
    {
        frame = default;
        if (body.Length <= Header)
        {
            return false;
        }

        uint total = BinaryPrimitives.ReadUInt32BigEndian(body[16..]);
        uint offset = BinaryPrimitives.ReadUInt32BigEndian(body[20..]);
        frame = new MessageFrame
        {
            Stream = BinaryPrimitives.ReadUInt64BigEndian(body),
            Sequence = BinaryPrimitives.ReadUInt64BigEndian(body[8..]),
            Total = (int)Math.Min(total, int.MaxValue),
            Offset = (int)Math.Min(offset, int.MaxValue),
            Piece = body[Header..],
        };
        return frame.Stream != 0 && frame.Sequence != 0 && total <= WireLimits.MaxMessage
            && (long)offset + frame.Piece.Length <= total;
    }

    /// <summary>Writes a whole frame.</summary>
    /// <returns>Its length.</returns>
    public static int Write(Span<byte> room, ulong stream, ulong sequence, int total, int offset, ReadOnlySpan<byte> piece)
    {
        Span<byte> body = room[Frames.Header..];
        BinaryPrimitives.WriteUInt64BigEndian(body, stream);
        BinaryPrimitives.WriteUInt64BigEndian(body[8..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(body[16..], (uint)total);
        BinaryPrimitives.WriteUInt32BigEndian(body[20..], (uint)offset);
        piece.CopyTo(body[Header..]);
        return Frames.WriteHeader(room, FrameType.Message, Header + piece.Length);
    }
}
