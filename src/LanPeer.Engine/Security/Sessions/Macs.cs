using System;
using System.Security.Cryptography;

namespace LanPeer.Security.Sessions;

/// <summary>
/// The two macs at the end of an initiation and a response (WireGuard, §5.4.4). mac1 shows that the sender knows whom it
/// speaks to, before anything expensive is done; mac2 that it can receive at the address it sends from.
/// </summary>
internal static class Macs
{
    /// <summary>The key of mac1 for what is sent to the owner of a static key.</summary>
    public static byte[] Mac1Key(ReadOnlySpan<byte> receiverStatic, NetworkSecret secret)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("LanPeer mac1 1"u8);
        hash.AppendData(receiverStatic);
        hash.AppendData(secret.MacKey);
        return hash.GetHashAndReset();
    }

    /// <summary>Writes both macs into the last 32 bytes; mac2 stays zero without a cookie.</summary>
    public static void Write(Span<byte> datagram, ReadOnlySpan<byte> mac1Key, ReadOnlySpan<byte> cookie)
    {
        int mac1 = datagram.Length - (2 * SessionWire.MacLength);
        int mac2 = datagram.Length - SessionWire.MacLength;
        Compute(mac1Key, datagram[..mac1], datagram.Slice(mac1, SessionWire.MacLength));
        datagram[mac2..].Clear();
        if (!cookie.IsEmpty)
        {
            Compute(cookie, datagram[..mac2], datagram[mac2..]);
        }
    }

    public static ReadOnlySpan<byte> Mac1Of(ReadOnlySpan<byte> datagram)
        => datagram.Slice(datagram.Length - (2 * SessionWire.MacLength), SessionWire.MacLength);

    public static bool IsMac1Right(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> mac1Key)
        => IsRight(datagram[..^(2 * SessionWire.MacLength)], mac1Key, Mac1Of(datagram));

    public static bool IsMac2Right(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> cookie)
        => IsRight(datagram[..^SessionWire.MacLength], cookie, datagram[^SessionWire.MacLength..]);

    private static bool IsRight(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> mac)
    {
        Span<byte> expected = stackalloc byte[SessionWire.MacLength];
        Compute(key, text, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }

    private static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, Span<byte> mac)
    {
        Span<byte> full = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, text, full);
        full[..SessionWire.MacLength].CopyTo(mac);
    }
}
