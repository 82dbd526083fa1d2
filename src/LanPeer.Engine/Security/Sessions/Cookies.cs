using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using LanPeer.Security.Noise;
using LanPeer.Wire;

namespace LanPeer.Security.Sessions;

/// <summary>
/// Cookies of a peer under load (WireGuard, §5.4.7): a proof that a source receives what is sent to it, made from the
/// address itself, so that nothing need be remembered about sources that prove nothing.
/// </summary>
internal sealed class CookieJar
{
    /// <summary>How long a secret is used; cookies made of the one before are still good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(120);

    private readonly Aead _aead;
    private readonly RandomSource _random;
    private readonly byte[] _key;
    private readonly byte[] _secret = new byte[32];
    private readonly byte[] _lastSecret = new byte[32];
    private TimeSpan _since = TimeSpan.MinValue;

    public CookieJar(ReadOnlySpan<byte> ownStatic, Aead aead, RandomSource random)
    {
        _aead = aead;
        _random = random;
        _key = KeyOf(ownStatic);
        random.Fill(_secret);
        random.Fill(_lastSecret);
    }

    /// <summary>Whether mac2 was made with a cookie this source got from us.</summary>
    public bool IsReturned(ReadOnlySpan<byte> datagram, Ipv4Endpoint source, TimeSpan now)
    {
        // Most of a flood does not even try, and is not worth four hashes.
        if (datagram[^SessionWire.MacLength..].IndexOfAnyExcept((byte)0) < 0)
        {
            return false;
        }

        Turn(now);
        Span<byte> cookie = stackalloc byte[SessionWire.MacLength];
        Make(_secret, source, cookie);
        if (Macs.IsMac2Right(datagram, cookie))
        {
            return true;
        }

        Make(_lastSecret, source, cookie);
        return Macs.IsMac2Right(datagram, cookie);
    }

    /// <summary>Writes the cookie reply to an initiation whose mac1 is right.</summary>
    /// <returns>Its length.</returns>
    public int WriteReply(Span<byte> buffer, ReadOnlySpan<byte> datagram, Ipv4Endpoint source, TimeSpan now)
    {
        Turn(now);
        Span<byte> reply = buffer[..SessionWire.CookieReplyLength];
        SessionWire.Begin(reply, SealedType.CookieReply);
        SessionWire.WriteUInt32(reply, 4, SessionWire.ReadUInt32(datagram, 8));
        Span<byte> salt = reply.Slice(SessionWire.CookieSalt, SessionWire.CookieSaltLength);
        _random.Fill(salt);
        Span<byte> cookie = stackalloc byte[SessionWire.MacLength];
        Make(_secret, source, cookie);
        using AeadKey key = SealKey(_aead, _key, salt);
        key.Seal(0, Macs.Mac1Of(datagram), cookie, reply[(SessionWire.CookieSalt + SessionWire.CookieSaltLength)..]);
        return reply.Length;
    }

    /// <summary>Opens a cookie reply.</summary>
    /// <param name="reply">The datagram.</param>
    /// <param name="aead">The cipher.</param>
    /// <param name="remoteStatic">The static key of whoever sent it.</param>
    /// <param name="mac1">That of the datagram it answers.</param>
    /// <param name="cookie">16 bytes, written on success.</param>
    public static bool TryOpenReply(ReadOnlySpan<byte> reply, Aead aead, ReadOnlySpan<byte> remoteStatic, ReadOnlySpan<byte> mac1, Span<byte> cookie)
    {
        using AeadKey key = SealKey(aead, KeyOf(remoteStatic), reply.Slice(SessionWire.CookieSalt, SessionWire.CookieSaltLength));
        return key.TryOpen(0, mac1, reply[(SessionWire.CookieSalt + SessionWire.CookieSaltLength)..], cookie);
    }

    private static AeadKey SealKey(Aead aead, ReadOnlySpan<byte> cookieKey, ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[Aead.KeyLength];
        HMACSHA256.HashData(cookieKey, salt, key);
        return aead.CreateKey(key);
    }

    private static byte[] KeyOf(ReadOnlySpan<byte> staticKey)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("LanPeer cookie 1"u8);
        hash.AppendData(staticKey);
        return hash.GetHashAndReset();
    }

    private static void Make(ReadOnlySpan<byte> secret, Ipv4Endpoint source, Span<byte> cookie)
    {
        Span<byte> address = stackalloc byte[6];
        BinaryPrimitives.WriteUInt32BigEndian(address, source.Address);
        BinaryPrimitives.WriteUInt16BigEndian(address[4..], source.Port);
        Span<byte> full = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, address, full);
        full[..cookie.Length].CopyTo(cookie);
    }

    private void Turn(TimeSpan now)
    {
        if (_since != TimeSpan.MinValue && now - _since < Lifetime)
        {
            return;
        }

        // After a quiet time the secret in use is not the one before, but an old one.
        bool isStale = _since != TimeSpan.MinValue && now - _since >= 2 * Lifetime;
        _since = now;
        if (isStale)
        {
            _random.Fill(_lastSecret);
        }
        else
        {
            _secret.CopyTo(_lastSecret, 0);
        }

        _random.Fill(_secret);
    }
}
