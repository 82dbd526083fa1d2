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
        datagram = new Datagram(bytes);
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

        if (!Utf8.IsValid(bytes))
        {
            return DropReason.NotText;
        }

        DropReason reason = ReadLines(bytes, ref datagram);
        return reason != DropReason.None ? reason : MessageRules.Check(ref datagram);
    }

    private static DropReason ReadLines(ReadOnlySpan<byte> bytes, ref Datagram datagram)
    {
        int start = bytes.StartsWith("\uFEFF"u8) ? 3 : 0;
        int colon = -1;
        int at = start;
        if (Vector256.IsHardwareAccelerated)
        {
            // Line feeds and colons of 32 bytes at once: half of what reading takes would else be looking for them.
            for (; at + Vector256<byte>.Count <= bytes.Length; at += Vector256<byte>.Count)
            {
                var block = Vector256.Create(bytes.Slice(at, Vector256<byte>.Count));
                uint feeds = Vector256.Equals(block, Vector256.Create((byte)'\n')).ExtractMostSignificantBits();
                uint colons = Vector256.Equals(block, Vector256.Create((byte)':')).ExtractMostSignificantBits();

                // Of the colons in a line the first matters: however many there are, each line costs two steps.
                for (uint left = uint.MaxValue; ((colon < 0 ? feeds | colons : feeds) & left) is > 0 and uint marks;)
                {
                    int bit = BitOperations.TrailingZeroCount(marks);
                    left = bit == 31 ? 0 : uint.MaxValue << (bit + 1);
                    if ((feeds & (1u << bit)) == 0)
                    {
                        colon = at + bit;
                        continue;
                    }

                    if (!Line(ref datagram, bytes, start, colon, at + bit))
                    {
                        return DropReason.ConflictingFields;
                    }

                    start = at + bit + 1;
                    colon = -1;
                }
            }
        }

        for (; at <= bytes.Length; at++)
        {
            if (at == bytes.Length || bytes[at] == '\n')
            {
                if (!Line(ref datagram, bytes, start, colon, at))
                {
                    return DropReason.ConflictingFields;
                }

                start = at + 1;
                colon = -1;
            }
            else if (bytes[at] == ':' && colon < 0)
            {
                colon = at;
            }
        }

        if (!datagram.Has(Field.Type))
        {
            return DropReason.NoType;
        }

        SettleDialect(ref datagram);
        datagram.Type = MessageTypes.Parse(datagram[Field.Type]);
        return datagram.Type == MessageType.Unknown ? DropReason.UnknownType : DropReason.None;
    }

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

    /// <summary>
    /// Stores a value. A key that comes twice must mean the same both times: a later line never overrides an earlier
    /// one, or a line break smuggled into a text could forge the sender. The pair <c>KEY: x</c> and <c>KEY:x</c> is the
    /// dual form some senders use to reach both kinds of parser; its lean half is the exact one.
    /// </summary>
    private static bool Put(ref Datagram datagram, Field field, int start, int length)
    {
        ref FieldSlice slot = ref datagram.Slices[(int)field];
        var incoming = new FieldSlice { Start = start, Length = length, Present = true };
        if (!slot.Present)
        {
            slot = incoming;
            return true;
        }

        ReadOnlySpan<byte> first = datagram.Raw(slot);
        ReadOnlySpan<byte> second = datagram.Raw(incoming);
        if (first.SequenceEqual(second))
        {
            return true;
        }

        if (!first.Trim((byte)' ').SequenceEqual(second.Trim((byte)' ')))
        {
            return false;
        }

        slot = second.Length < first.Length ? incoming : slot;
        slot.Exact = true;
        return true;
    }

    /// <summary>The TYPE line decides for the whole datagram: a space behind its colon makes it the RFC's dialect.</summary>
    private static void SettleDialect(ref Datagram datagram)
    {
        FieldSlice type = datagram.Slices[(int)Field.Type];
        if (type.Exact || type.Length == 0 || datagram.Raw(type)[0] != ' ')
        {
            return;
        }

        datagram.Dialect = Dialect.Rfc;
        for (Field field = 0; field < Field.None; field++)
        {
            ref FieldSlice slice = ref datagram.Slices[(int)field];
            if (slice.Present && !slice.Exact)
            {
                StripRfcBlanks(ref slice, datagram.Raw(slice));
            }
        }
    }

    private static void StripRfcBlanks(ref FieldSlice slice, ReadOnlySpan<byte> value)
    {
        int leading = value.StartsWith(" "u8) ? 1 : 0;
        int length = value[leading..].TrimEnd(" \t"u8).Length;
        slice.Start += leading;
        slice.Length = length;
    }
}
