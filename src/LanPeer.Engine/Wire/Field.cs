using System;
using System.Runtime.CompilerServices;

namespace LanPeer.Wire;

/// <summary>The keys LanPeer reads. Every other key is ignored, as all known implementations do.</summary>
internal enum Field : byte
{
    Type,
    UserId,
    From,
    To,
    Content,
    ContentEncoding,
    ContentType,
    Timestamp,
    MessageId,
    Port,
    DisplayName,
    Status,
    AvatarType,
    AvatarEncoding,
    AvatarData,
    Peers,
    Endpoints,
    Token,
    Proto,
    Boot,
    Ask,
    Answer,
    PeerId,
    Key,
    SignKey,
    Signature,

    /// <summary>How many keys there are; also "no such key".</summary>
    None,
}

/// <summary>Where a value lies in its datagram, or in a message of up to 1 MiB.</summary>
internal struct FieldSlice
{
    public int Start;
    public int Length;
}

[InlineArray((int)Field.None)]
internal struct FieldSlices
{
    private FieldSlice _first;
}

internal static class Fields
{
    private const int LongestKey = 17;

    /// <summary>Finds the key; tolerates lower case and blanks around it, which no sender of the lean form emits.</summary>
    public static Field Parse(ReadOnlySpan<byte> key)
    {
        Field field = ParseExact(key);
        return field != Field.None || key.Length > 2 * LongestKey ? field : ParseTolerant(key);
    }

    private static Field ParseTolerant(ReadOnlySpan<byte> key)
    {
        key = key.Trim(" \t"u8);
        if (key.Length is 0 or > LongestKey)
        {
            return Field.None;
        }

        Span<byte> upper = stackalloc byte[LongestKey];
        System.Text.Ascii.ToUpper(key, upper, out int written);
        return written == key.Length ? ParseExact(upper[..written]) : Field.None;
    }

    private static Field ParseExact(ReadOnlySpan<byte> key) => key.Length switch
    {
        2 when key.SequenceEqual("TO"u8) => Field.To,
        3 when key.SequenceEqual("ASK"u8) => Field.Ask,
        3 when key.SequenceEqual("KEY"u8) => Field.Key,
        4 => ParseExact4(key),
        5 => ParseExact5(key),
        6 when key.SequenceEqual("STATUS"u8) => Field.Status,
        6 when key.SequenceEqual("ANSWER"u8) => Field.Answer,
        7 when key.SequenceEqual("USER_ID"u8) => Field.UserId,
        7 when key.SequenceEqual("CONTENT"u8) => Field.Content,
        7 when key.SequenceEqual("PEER_ID"u8) => Field.PeerId,
        8 when key.SequenceEqual("SIGN_KEY"u8) => Field.SignKey,
        9 when key.SequenceEqual("SIGNATURE"u8) => Field.Signature,
        9 when key.SequenceEqual("TIMESTAMP"u8) => Field.Timestamp,
        9 when key.SequenceEqual("ENDPOINTS"u8) => Field.Endpoints,
        10 when key.SequenceEqual("MESSAGE_ID"u8) => Field.MessageId,
        11 when key.SequenceEqual("AVATAR_TYPE"u8) => Field.AvatarType,
        11 when key.SequenceEqual("AVATAR_DATA"u8) => Field.AvatarData,
        11 when key.SequenceEqual("LISTEN_PORT"u8) => Field.Port,
        12 when key.SequenceEqual("DISPLAY_NAME"u8) => Field.DisplayName,
        12 when key.SequenceEqual("CONTENT_TYPE"u8) => Field.ContentType,
        15 when key.SequenceEqual("AVATAR_ENCODING"u8) => Field.AvatarEncoding,
        16 when key.SequenceEqual("CONTENT_ENCODING"u8) => Field.ContentEncoding,
        _ => Field.None,
    };

    private static Field ParseExact4(ReadOnlySpan<byte> key)
        => key.SequenceEqual("TYPE"u8) ? Field.Type
        : key.SequenceEqual("FROM"u8) ? Field.From
        : key.SequenceEqual("PORT"u8) ? Field.Port
        : key.SequenceEqual("BOOT"u8) ? Field.Boot
        : Field.None;

    private static Field ParseExact5(ReadOnlySpan<byte> key)
        => key.SequenceEqual("PEERS"u8) ? Field.Peers
        : key.SequenceEqual("PROTO"u8) ? Field.Proto
        : key.SequenceEqual("TOKEN"u8) ? Field.Token
        : Field.None;
}
