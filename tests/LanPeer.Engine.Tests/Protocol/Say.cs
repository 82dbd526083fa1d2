using System;
using System.Globalization;
using System.Linq;
using System.Threading;

namespace LanPeer.Tests.Protocol;

/// <summary>Datagrams as others write them. Each has a MESSAGE_ID of its own unless given one.</summary>
internal static class Say
{
    /// <summary>Bytes of an announcement that asks (docs/protocol.md, "ASK").</summary>
    public const int AskSize = 512;

    private static long s_lastId;

    /// <summary>A PNG by its signature and its first chunk's name, and no more than that.</summary>
    public static byte[] Png(int length = 64, byte fill = 7)
    {
        byte[] image = new byte[length];
        Array.Fill(image, fill);
        byte[] head = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R'];
        head.CopyTo(image, 0);
        return image;
    }

    public static string NewId() => Interlocked.Increment(ref s_lastId).ToString("x16", CultureInfo.InvariantCulture);

    public static string Lean(params (string Key, string Value)[] fields)
        => string.Concat(fields.Select(field => $"{field.Key}:{field.Value}\n")) + "\n";

    public static string Rfc(params (string Key, string Value)[] fields)
        => string.Concat(fields.Select(field => $"{field.Key}: {field.Value}\n")) + "\n";

    /// <summary>The seed's announcement.</summary>
    public static string Seed(string userId, int port, params (string Key, string Value)[] more)
        => Lean([("TYPE", "PEER_DISCOVERY"), ("USER_ID", userId), ("PORT", $"{port}"), ("TIMESTAMP", "1795367841"), ("MESSAGE_ID", NewId()), .. more]);

    /// <summary>The announcement of another LanPeer.</summary>
    public static string LanPeer(string userId, int port, string boot = "0badcafe", params (string Key, string Value)[] more)
        => Seed(userId, port, [("PROTO", "1"), ("BOOT", boot), .. more]);

    /// <summary>The announcement of another LanPeer that says who it is.</summary>
    public static string Identified(string userId, int port, string peerId, byte[] key, string boot = "0badcafe", params (string Key, string Value)[] more)
        => LanPeer(userId, port, boot, [("PEER_ID", peerId), ("KEY", Convert.ToBase64String(key)), .. more]);

    /// <summary>An announcement that asks to be answered, padded as it must be.</summary>
    public static string Asking(string userId, int port, string nonce = "0123456789abcdef", int size = AskSize)
        => Pad(LanPeer(userId, port, "0badcafe", ("ASK", nonce)), size);

    /// <summary>A question of somebody who is no peer.</summary>
    public static string Scan(int port, string nonce = "0123456789abcdef", int size = 1_000)
        => Pad(Lean(("TYPE", "PEER_DISCOVERY"), ("PORT", $"{port}"), ("TIMESTAMP", "1795367841"), ("MESSAGE_ID", NewId()), ("PROTO", "1"), ("ASK", nonce)), size);

    public static string Post(string userId, string text, string? id = null)
        => Lean(("TYPE", "POST"), ("USER_ID", userId), ("CONTENT", text), ("TIMESTAMP", "1795367841"), ("MESSAGE_ID", id ?? NewId()));

    public static string DM(string from, string to, string text, string? id = null)
        => Lean(("TYPE", "DM"), ("FROM", from), ("TO", to), ("CONTENT", text), ("TIMESTAMP", "1795367841"), ("MESSAGE_ID", id ?? NewId()));

    public static string Profile(string userId, string name, string status, byte[]? avatar = null, string type = "image/png")
        => Lean([("TYPE", "PROFILE"), ("USER_ID", userId), ("DISPLAY_NAME", name), ("STATUS", status), ("TIMESTAMP", "1795367841"), ("MESSAGE_ID", NewId()),
            .. avatar is null ? Array.Empty<(string, string)>()
                : [("AVATAR_TYPE", type), ("AVATAR_ENCODING", "base64"), ("AVATAR_DATA", Convert.ToBase64String(avatar))]]);

    public static string Leave(string userId, uint boot)
        => Lean(("TYPE", "LEAVE"), ("USER_ID", userId), ("TIMESTAMP", "1795367841"), ("MESSAGE_ID", NewId()), ("BOOT", boot.ToString("x8", CultureInfo.InvariantCulture)));

    public static string ListRequest(string from, int size = 0)
        => Pad(Lean(("TYPE", "PEER_LIST_REQUEST"), ("FROM", from)), size);

    /// <summary>Fills a datagram up with a PAD line to exactly this size; leaves larger ones alone.</summary>
    public static string Pad(string text, int size)
        => text.Length + 5 > size ? text : $"{text[..^1]}PAD:{new string('.', size - text.Length - 5)}\n\n";
}
