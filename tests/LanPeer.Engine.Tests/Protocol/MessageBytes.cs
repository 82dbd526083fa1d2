using System;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;

namespace LanPeer.Tests.Protocol;

/// <summary>MESSAGE frames by hand.</summary>
internal static class MessageBytes
{
    /// <summary>A frame with a whole message, by default the first of its stream.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> text, ulong stream = 1, ulong sequence = 1)
        => Piece(text, stream, sequence, 0, text.Length);

    /// <summary>A frame with a piece of a message.</summary>
    public static byte[] Piece(ReadOnlySpan<byte> text, ulong stream, ulong sequence, int offset, int length)
    {
        byte[] frame = new byte[Frames.Header + MessageFrame.Header + length];
        MessageFrame.Write(frame, stream, sequence, text.Length, offset, text.Slice(offset, length));
        return frame;
    }
}
