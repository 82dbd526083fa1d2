using System;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace LanPeer.Wire;

/// <summary>
/// Bytes to a <see cref="Datagram"/>, tolerant of every known implementation and never fooled (docs/protocol.md,
/// "Reading"). Allocates nothing and never throws.
/// </summary>
internal static class DatagramReader
{
    /// <summary>Reads one datagram.</summary>
    /// <param name="bytes">Its payload.</param>
    /// <param name="datagram">What it says; it refers to the payload.</param>
    /// <param name="maxLength">How long it may be: what comes through a session is put together from pieces.</param>
    /// <returns><see cref="DropReason.None"/> when the message is well-formed for its type, else why it is dropped.</returns>
    public static DropReason Read(ReadOnlySpan<byte> bytes, out Datagram datagram, int maxLength = WireLimits.MaxDatagram)
    {
        Datagram.Begin(bytes, out datagram);
        if (bytes.IsEmpty)
        {
            return DropReason.Empty;
        }

        if (bytes.Length > maxLength)
        {
            return DropReason.TooLong;
        }

        if (bytes[0] == WireLimits.BinaryMark)
        {
            return DropReason.Sealed;
        }

        DropReason reason = ReadLines(bytes, ref datagram, out bool isAscii);
        if (!isAscii && !Utf8.IsValid(bytes))
        {
            Datagram.Begin(bytes, out datagram);
            return DropReason.NotText;
        }

        return reason != DropReason.None ? reason : MessageRules.Check(ref datagram);
    }

    /// <param name="bytes">All bytes.</param>
    /// <param name="datagram">What they say.</param>
    /// <param name="isAscii">Whether each of them is known to be ASCII, and so the whole to be UTF-8.</param>
    private static DropReason ReadLines(ReadOnlySpan<byte> bytes, ref Datagram datagram, out bool isAscii)
    {
        bool isRead = Vector256.IsHardwareAccelerated && bytes.Length >= Vector256<byte>.Count
            ? ReadBlocks(bytes, ref datagram, out isAscii) : ReadBytes(bytes, ref datagram, out isAscii);
        if (!isRead)
        {
            return DropReason.ConflictingFields;
        }

        if (!datagram.Has(Field.Type))
        {
            return DropReason.NoType;
        }

        SettleDialect(ref datagram);
        datagram.Type = MessageTypes.Parse(datagram[Field.Type]);
        return datagram.Type == MessageType.Unknown ? DropReason.UnknownType : DropReason.None;
    }

    /// <summary>Finds the lines 32 bytes at a time: half of what reading takes would else be looking for them.</summary>
    private static bool ReadBlocks(ReadOnlySpan<byte> bytes, ref Datagram datagram, out bool isAscii)
    {
        isAscii = false;
        int start = AfterMark(bytes);
        int colon = -1;
        uint beyondAscii = 0;
        for (int done = 0; done < bytes.Length;)
        {
            // The last block reaches back into the one before it, of which the bits are cleared.
            int at = Math.Min(done, bytes.Length - Vector256<byte>.Count);
            uint fresh = uint.MaxValue << (done - at);
            done = at + Vector256<byte>.Count;
            var block = Vector256.Create(bytes.Slice(at, Vector256<byte>.Count));
            beyondAscii |= block.ExtractMostSignificantBits();
            uint feeds = Vector256.Equals(block, Vector256.Create((byte)'\n')).ExtractMostSignificantBits() & fresh;
            uint colons = Vector256.Equals(block, Vector256.Create((byte)':')).ExtractMostSignificantBits() & fresh;

            // Of the colons in a line the first matters: however many there are, each line costs one step.
            for (; feeds != 0; feeds &= feeds - 1)
            {
                uint line = feeds ^ (feeds - 1);
                int end = at + BitOperations.TrailingZeroCount(feeds);
                if (colon < 0 && (colons & line) != 0)
                {
                    colon = at + BitOperations.TrailingZeroCount(colons);
                }

                if (!Line(ref datagram, bytes, start, colon, end))
                {
                    return false;
                }

                start = end + 1;
                colon = -1;
                colons &= ~line;
            }

            if (colon < 0 && colons != 0)
            {
                colon = at + BitOperations.TrailingZeroCount(colons);
            }
        }

        isAscii = beyondAscii == 0;
        return Line(ref datagram, bytes, start, colon, bytes.Length);
    }

    /// <summary>The same for short datagrams and for processors without such vectors.</summary>
    private static bool ReadBytes(ReadOnlySpan<byte> bytes, ref Datagram datagram, out bool isAscii)
    {
        isAscii = false;
        int start = AfterMark(bytes);
        int colon = -1;
        for (int at = start; at < bytes.Length; at++)
        {
            if (bytes[at] == '\n')
            {
                if (!Line(ref datagram, bytes, start, colon, at))
                {
                    return false;
                }

                start = at + 1;
                colon = -1;
            }
            else if (bytes[at] == ':' && colon < 0)
            {
                colon = at;
            }
        }

        return Line(ref datagram, bytes, start, colon, bytes.Length);
    }

    /// <summary>Where the text begins: some editors put a byte order mark before it.</summary>
    private static int AfterMark(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\uFEFF"u8) ? 3 : 0;

    /// <summary>Takes one line.</summary>
    /// <param name="datagram">What it belongs to.</param>
    /// <param name="bytes">All bytes.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="colon">Its first colon; -1 when it has none.</param>
    /// <param name="end">Its line feed, or the end of the datagram.</param>
    /// <returns>False when it contradicts an earlier one.</returns>
    private static bool Line(ref Datagram datagram, ReadOnlySpan<byte> bytes, int start, int colon, int end)
    {
        if (colon <= start)
        {
            return true;
        }

        end -= bytes[end - 1] == '\r' ? 1 : 0;
        Field field = Fields.Parse(bytes[start..colon]);
        return field == Field.None || Put(ref datagram, field, colon + 1, end - colon - 1);
    }

    private static bool Put(ref Datagram datagram, Field field, int start, int length)
    {
        if (datagram.Has(field))
        {
            return PutAgain(ref datagram, field, start, length);
        }

        datagram.Set(field, start, length);
        return true;
    }

    /// <summary>
    /// A key that comes twice must mean the same both times: a later line never overrides an earlier
    /// one, or a line break smuggled into a text could forge the sender. The pair <c>KEY: x</c> and <c>KEY:x</c> is the
    /// dual form some senders use to reach both kinds of parser; its lean half is the exact one.
    /// </summary>
    private static bool PutAgain(ref Datagram datagram, Field field, int start, int length)
    {
        ReadOnlySpan<byte> first = datagram[field];
        ReadOnlySpan<byte> second = datagram.Raw(start, length);
        if (first.SequenceEqual(second))
        {
            return true;
        }

        if (!first.Trim((byte)' ').SequenceEqual(second.Trim((byte)' ')))
        {
            return false;
        }

        if (second.Length < first.Length)
        {
            datagram.Set(field, start, length);
        }

        datagram.SetExact(field);
        return true;
    }

    /// <summary>The TYPE line decides for the whole datagram: a space behind its colon makes it the RFC's dialect.</summary>
    private static void SettleDialect(ref Datagram datagram)
    {
        if (datagram.IsExact(Field.Type) || !datagram[Field.Type].StartsWith(" "u8))
        {
            return;
        }

        datagram.Dialect = Dialect.Rfc;
        for (Field field = 0; field < Field.None; field++)
        {
            if (datagram.Has(field) && !datagram.IsExact(field))
            {
                ReadOnlySpan<byte> value = datagram[field];
                int leading = value.StartsWith(" "u8) ? 1 : 0;
                value = value[leading..];
                datagram.Strip(field, leading, value.Length - value.TrimEnd(" \t"u8).Length);
            }
        }
    }
}
