using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;

namespace LanPeer.Wire;

/// <summary>Writes <c>KEY:VALUE</c> lines into a buffer. Once something does not fit, nothing more is written and <see cref="Complete"/> says so.</summary>
internal ref struct DatagramWriter
{
    private readonly int _capacity;

    /// <summary>Bytes between key and value: the colon, and the blank of the RFC's dialect.</summary>
    private readonly int _separator;

    /// <summary>What is left of the buffer; nothing once something did not fit. Each field reads and sets it once.</summary>
    private Span<byte> _room;

    public DatagramWriter(Span<byte> buffer, Dialect dialect)
    {
        _capacity = buffer.Length;
        _separator = dialect == Dialect.Lean ? 1 : 2;
        _room = buffer;
    }

    /// <summary>Adds a field. The value holds no CR, LF or NUL: callers pass validated ids and escaped texts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Field(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Span<byte> room = Begin(key, value.Length + 1);
        if (!room.IsEmpty)
        {
            value.CopyTo(room);
            End(room, value.Length);
        }
    }

    /// <inheritdoc cref="Field(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public void Field(ReadOnlySpan<byte> key, ReadOnlySpan<char> value)
    {
        Span<byte> room = Begin(key, 1);
        bool fits = Utf8.FromUtf16(value, room, out _, out int written) == OperationStatus.Done;
        End(fits ? room : default, written);
    }

    /// <summary>Adds a field whose text is ASCII and needs no escape.</summary>
    /// <returns>False when the text is not, and nothing was added.</returns>
    public bool TryPlainField(ReadOnlySpan<byte> key, ReadOnlySpan<char> text)
    {
        Span<byte> before = _room;
        Span<byte> room = Begin(key, text.Length + 1);
        if (room.IsEmpty)
        {
            // Nor would it fit in another form: UTF-8 never has fewer bytes than UTF-16 has units.
            return true;
        }

        if (!PlainText.TryWrite(text, room))
        {
            _room = before;
            return false;
        }

        End(room, text.Length);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Field(ReadOnlySpan<byte> key, long value)
    {
        Span<byte> room = Begin(key, 1);
        bool fits = Utf8Formatter.TryFormat(value, room, out int written);
        End(fits ? room : default, written);
    }

    /// <summary>A number as lower-case hex digits, zero-padded to <paramref name="digits"/>, 1 to 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void HexField(ReadOnlySpan<byte> key, ulong value, byte digits)
    {
        Span<byte> room = Begin(key, digits + 1);
        if (room.IsEmpty)
        {
            return;
        }

        Vector128<byte> hex = Hex(value << (64 - (4 * digits)));
        if (room.Length >= Vector128<byte>.Count)
        {
            // What is too much is written over by what follows.
            hex.CopyTo(room);
        }
        else
        {
            for (int i = 0; i < digits; i++)
            {
                room[i] = hex[i];
            }
        }

        End(room, digits);
    }

    /// <summary>A number as 16 lower-case hex digits.</summary>
    public static string HexText(ulong value)
    {
        Span<byte> digits = stackalloc byte[Vector128<byte>.Count];
        Hex(value).CopyTo(digits);
        return Encoding.ASCII.GetString(digits);
    }

    /// <summary>LSNP's TOKEN: <c>user_id|expiry|scope</c>, expiry in Unix seconds.</summary>
    public void TokenField(ReadOnlySpan<byte> userId, long expiry, ReadOnlySpan<byte> scope)
    {
        Span<byte> room = Begin("TOKEN"u8, userId.Length + 1);
        if (room.IsEmpty)
        {
            return;
        }

        userId.CopyTo(room);
        room[userId.Length] = (byte)'|';
        room = room[(userId.Length + 1)..];
        _room = Utf8Formatter.TryFormat(expiry, room, out int written) ? room[written..] : default;
        Append("|"u8);
        Append(scope);
        Append("\n"u8);
    }

    /// <summary>Fills up with a PAD field so that the finished datagram has at least <paramref name="total"/> bytes.</summary>
    public void PadTo(int total)
    {
        // "PAD:" and two line feeds: 6 bytes of frame around the padding.
        int missing = Math.Max(0, total - (_capacity - _room.Length) - 6);
        Span<byte> room = Begin("PAD"u8, missing + 1);
        if (!room.IsEmpty)
        {
            room[..missing].Fill((byte)'.');
            End(room, missing);
        }
    }

    /// <summary>Ends the message with its empty line.</summary>
    /// <returns>Length of the datagram, or 0 when it did not fit.</returns>
    public int Complete()
    {
        if (_room.IsEmpty)
        {
            return 0;
        }

        End(_room, 0);
        return _capacity - _room.Length;
    }

    /// <summary>Writes a key and its separator when so many bytes fit behind them.</summary>
    /// <returns>All the room behind them; none when they do not fit.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Begin(ReadOnlySpan<byte> key, int length)
    {
        Span<byte> room = _room;
        int separator = _separator;
        if (key.Length + separator + length > room.Length)
        {
            _room = default;
            return default;
        }

        key.CopyTo(room);
        room[key.Length] = (byte)':';
        if (separator == 2)
        {
            room[key.Length + 1] = (byte)' ';
        }

        return room[(key.Length + separator)..];
    }

    /// <summary>Ends the line of a value of so many bytes, if there is room for that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void End(Span<byte> room, int length)
    {
        if (length >= room.Length)
        {
            _room = default;
            return;
        }

        room[length] = (byte)'\n';
        _room = room[(length + 1)..];
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.TryCopyTo(_room))
        {
            _room = default;
            return;
        }

        _room = _room[bytes.Length..];
    }

    /// <summary>All 16 digits at once: one after the other they took as long as the rest of a header.</summary>
    private static Vector128<byte> Hex(ulong value)
    {
        ulong bigEndian = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
        Vector128<ushort> wide = Vector128.WidenLower(Vector128.CreateScalar(bigEndian).AsByte());

        // Each byte twice, its upper half first.
        Vector128<byte> halves = ((wide >>> 4) | (wide << 8)).AsByte() & Vector128.Create((byte)0xF);
        Vector128<byte> letters = Vector128.GreaterThan(halves, Vector128.Create((byte)9)) & Vector128.Create((byte)('a' - '9' - 1));
        return halves + Vector128.Create((byte)'0') + letters;
    }
}
