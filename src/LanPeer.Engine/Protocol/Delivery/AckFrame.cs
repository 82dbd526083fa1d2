using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace LanPeer.Protocol.Delivery;

/// <summary>
/// An ACK frame: which datagrams have come under one key, and up to where everything of a stream is in the inbox
/// (docs/protocol.md, "Frames").
/// </summary>
internal readonly ref struct AckFrame
{
    /// <summary>Bytes in front of the gaps: index 4, stream 8, settled 8, delay 2, largest 8, length 2.</summary>
    public const int Header = 32;

    /// <summary>Bytes of each further range: gap 2, length 2.</summary>
    public const int Range = 4;

    /// <summary>The largest frame, with its own header.</summary>
    public const int MaxLength = Frames.Header + Header + ((PacketNumbers.MaxRanges - 1) * Range);

    private const double DelayUnit = 10;

    /// <summary>The receiver index the datagrams came under.</summary>
    public uint Index { get; init; }

    /// <summary>The stream being received; 0 when there is none.</summary>
    public ulong Stream { get; init; }

    /// <summary>Everything up to this place of the stream is settled.</summary>
    public ulong Settled { get; init; }

    /// <summary>From the newest datagram to this frame.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The newest datagram.</summary>
    public ulong Largest { get; init; }

    /// <summary>How many in a row came below it, itself not counted.</summary>
    private ushort First { get; init; }

    private ReadOnlySpan<byte> Rest { get; init; }

    public static bool TryRead(ReadOnlySpan<byte> body, out AckFrame frame)
    {
        frame = default;
        if (body.Length < Header || (body.Length - Header) % Range != 0 || body.Length > MaxLength - Frames.Header)
        {
            return false;
        }

        frame = new AckFrame
        {
            Index = BinaryPrimitives.ReadUInt32BigEndian(body),
            Stream = BinaryPrimitives.ReadUInt64BigEndian(body[4..]),
            Settled = BinaryPrimitives.ReadUInt64BigEndian(body[12..]),
            Delay = TimeSpan.FromMicroseconds(BinaryPrimitives.ReadUInt16BigEndian(body[20..]) * DelayUnit),
            Largest = BinaryPrimitives.ReadUInt64BigEndian(body[22..]),
            First = BinaryPrimitives.ReadUInt16BigEndian(body[30..]),
            Rest = body[Header..],
        };
        return true;
    }

    /// <summary>Writes a whole frame.</summary>
    /// <returns>Its length.</returns>
    public static int Write(Span<byte> room, PacketNumbers came, ulong stream, ulong settled, TimeSpan now)
    {
        Span<byte> body = room[Frames.Header..];
        IReadOnlyList<(ulong First, ulong Last)> ranges = came.Ranges;
        double delay = (now - came.LargestAt).TotalMicroseconds / DelayUnit;
        BinaryPrimitives.WriteUInt32BigEndian(body, came.Index);
        BinaryPrimitives.WriteUInt64BigEndian(body[4..], stream);
        BinaryPrimitives.WriteUInt64BigEndian(body[12..], settled);
        BinaryPrimitives.WriteUInt16BigEndian(body[20..], (ushort)Math.Clamp(delay, 0, ushort.MaxValue));
        BinaryPrimitives.WriteUInt64BigEndian(body[22..], ranges[0].Last);
        BinaryPrimitives.WriteUInt16BigEndian(body[30..], Clip(ranges[0].Last - ranges[0].First));
        int length = Header;
        for (int i = 1; i < ranges.Count; i++)
        {
            // Two bytes for each: a range that is longer is cut at its old end, and after a wider gap there are no more.
            ulong newer = ranges[i - 1].Last - Clip(ranges[i - 1].Last - ranges[i - 1].First);
            ulong gap = newer - ranges[i].Last - 2;
            if (gap > ushort.MaxValue)
            {
                break;
            }

            BinaryPrimitives.WriteUInt16BigEndian(body[length..], (ushort)gap);
            BinaryPrimitives.WriteUInt16BigEndian(body[(length + 2)..], Clip(ranges[i].Last - ranges[i].First));
            length += Range;
        }

        return Frames.WriteHeader(room, FrameType.Ack, length);
    }

    public Ranges GetEnumerator() => new(this);

    private static ushort Clip(ulong count) => (ushort)Math.Min(count, ushort.MaxValue);

    /// <summary>The ranges, newest first, as far as they make sense.</summary>
    internal ref struct Ranges
    {
        private ReadOnlySpan<byte> _rest;
        private ulong _last;
        private ulong _length;
        private bool _isBegun;

        public Ranges(AckFrame frame)
        {
            _rest = frame.Rest;
            _last = frame.Largest;
            _length = frame.First;
        }

        public readonly (ulong First, ulong Last) Current => (_last - _length, _last);

        public bool MoveNext()
        {
            if (!_isBegun)
            {
                _isBegun = true;
                return _length <= _last;
            }

            if (_rest.Length < Range)
            {
                return false;
            }

            ulong gap = BinaryPrimitives.ReadUInt16BigEndian(_rest);
            ulong length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
            ulong first = _last - _length;
            if (first < gap + 2 || first - gap - 2 < length)
            {
                return false;
            }

            (_last, _length) = (first - gap - 2, length);
            _rest = _rest[Range..];
            return true;
        }
    }
}
