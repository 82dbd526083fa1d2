using System;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace LanPeer.Wire;

/// <summary>Writes <c>KEY:VALUE</c> lines into a buffer. Once something does not fit, nothing more is written and <see cref="Complete"/> says so.</summary>
internal ref struct DatagramWriter
{
    private readonly Span<byte> _buffer;
    private readonly Dialect _dialect;
    private int _length;
    private bool _overflow;

    public DatagramWriter(Span<byte> buffer, Dialect dialect)
    {
        _buffer = buffer;
        _dialect = dialect;
        _length = 0;
        _overflow = false;
    }

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => _length;

    /// <summary>Adds a field. The value holds no CR, LF or NUL: callers pass validated ids and escaped texts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Field(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Span<byte> room = Begin(key, value.Length + 1);
        if (!room.IsEmpty)
        {
            value.CopyTo(room);
            room[value.Length] = (byte)'\n';
            _length += value.Length + 1;
        }
    }

    /// <inheritdoc cref="Field(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public void Field(ReadOnlySpan<byte> key, ReadOnlySpan<char> value)
    {
        Span<byte> room = Begin(key, 1);
        _overflow |= Utf8.FromUtf16(value, room, out _, out int written) != System.Buffers.OperationStatus.Done;
        _length += written;
        Append("\n"u8);
    }

    public void Field(ReadOnlySpan<byte> key, long value)
    {
        Span<byte> room = Begin(key, 1);
        _overflow |= !Utf8Formatter.TryFormat(value, room, out int written);
        _length += written;
        Append("\n"u8);
    }

    /// <summary>A number as lower-case hex digits, zero-padded to <paramref name="digits"/>.</summary>
    public void HexField(ReadOnlySpan<byte> key, ulong value, byte digits)
    {
        Span<byte> room = Begin(key, digits + 1);
        if (room.IsEmpty)
        {
            return;
        }

        room[digits] = (byte)'\n';
        for (int i = digits - 1; i >= 0; i--, value >>= 4)
        {
            room[i] = "0123456789abcdef"u8[(int)(value & 0xF)];
        }

        _length += digits + 1;
    }

    /// <summary>LSNP's TOKEN: <c>user_id|expiry|scope</c>, expiry in Unix seconds.</summary>
    public void TokenField(ReadOnlySpan<byte> userId, long expiry, ReadOnlySpan<byte> scope)
    {
        Key("TOKEN"u8);
        Append(userId);
        Append("|"u8);
        if (!_overflow)
        {
            _overflow = !Utf8Formatter.TryFormat(expiry, _buffer[_length..], out int written);
            _length += written;
        }

        Append("|"u8);
        Append(scope);
        Append("\n"u8);
    }

    /// <summary>Fills up with a PAD field so that the finished datagram has at least <paramref name="total"/> bytes.</summary>
    public void PadTo(int total)
    {
        // "PAD:" and two line feeds: 6 bytes of frame around the padding.
        int missing = total - _length - 6;
        Key("PAD"u8);
        if (missing > 0 && !_overflow)
        {
            _overflow = missing > _buffer.Length - _length;
            if (!_overflow)
            {
                _buffer.Slice(_length, missing).Fill((byte)'.');
                _length += missing;
            }
        }

        Append("\n"u8);
    }

    /// <summary>Ends the message with its empty line.</summary>
    /// <returns>Length of the datagram, or 0 when it did not fit.</returns>
    public int Complete()
    {
        Append("\n"u8);
        return _overflow ? 0 : _length;
    }

    private void Key(ReadOnlySpan<byte> key) => _ = Begin(key, 1);

    /// <summary>Writes a key and its colon when so many bytes fit behind them.</summary>
    /// <returns>All the room behind them; none when they do not fit.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Begin(ReadOnlySpan<byte> key, int length)
    {
        int colon = _dialect == Dialect.Lean ? 1 : 2;
        Span<byte> room = _buffer[_length..];
        if (_overflow || key.Length + colon + length > room.Length)
        {
            _overflow = true;
            return default;
        }

        key.CopyTo(room);
        room[key.Length] = (byte)':';
        if (colon == 2)
        {
            room[key.Length + 1] = (byte)' ';
        }

        _length += key.Length + colon;
        return room[(key.Length + colon)..];
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_overflow || bytes.Length > _buffer.Length - _length)
        {
            _overflow = true;
            return;
        }

        bytes.CopyTo(_buffer[_length..]);
        _length += bytes.Length;
    }
}
