using System;
using System.Buffers.Binary;

namespace LanPeer.Protocol;

/// <summary>What a transport datagram carries (docs/protocol.md, "Frames").</summary>
internal enum FrameType : byte
{
    Padding = 0,

    /// <summary>A message in the text form, or a piece of one.</summary>
    Message = 1,

    /// <summary>A sign of life. With a body of 8 bytes it asks for a PONG that returns them.</summary>
    Ping = 2,

    /// <summary>Goodbye.</summary>
    Leave = 3,

    /// <summary>The answer to a PING.</summary>
    Pong = 4,

    /// <summary>Which datagrams have come, and which messages are settled.</summary>
    Ack = 5,

    /// <summary>How much may be sent.</summary>
    Credit = 6,

    /// <summary>Messages that do not come any more.</summary>
    Skip = 7,

    /// <summary>A message that was not taken.</summary>
    Reject = 8,

    /// <summary>What the sender thinks of the presence of another.</summary>
    Claim = 16,

    /// <summary>Asks to try whether another is there.</summary>
    ProbeRequest = 17,

    /// <summary>It is.</summary>
    ProbeAnswer = 18,

    /// <summary>Where another member is, or the question for such.</summary>
    Member = 19,
}

/// <summary>Writes and reads frames: type, length in two bytes, body.</summary>
internal static class Frames
{
    /// <summary>Bytes in front of each body.</summary>
    public const int Header = 3;

    /// <summary>Frames of one datagram that are acted on; nobody sends more.</summary>
    public const int MaxFrames = 256;

    /// <summary>Bytes a PING gives to be returned.</summary>
    public const int TokenLength = 8;

    /// <summary>Writes the header of a frame whose body is in the buffer already, or follows.</summary>
    /// <returns>The length of the whole frame.</returns>
    public static int WriteHeader(Span<byte> buffer, FrameType type, int length)
    {
        buffer[0] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(buffer[1..], (ushort)length);
        return Header + length;
    }

    /// <summary>Takes the first frame off the rest.</summary>
    /// <returns>False when it does not end within the rest.</returns>
    public static bool TryRead(ref ReadOnlySpan<byte> rest, out FrameType type, out ReadOnlySpan<byte> body)
    {
        type = default;
        body = default;
        if (rest.Length < Header)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
        if (rest.Length < Header + length)
        {
            return false;
        }

        type = (FrameType)rest[0];
        body = rest.Slice(Header, length);
        rest = rest[(Header + length)..];
        return true;
    }
}
