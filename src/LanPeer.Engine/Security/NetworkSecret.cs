using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LanPeer.Security;

/// <summary>What one key of a closed network is turned into (docs/protocol.md, "Closed networks").</summary>
internal sealed class NetworkSecret
{
    /// <summary>PBKDF2 rounds (OWASP's figure for HMAC-SHA256, 2023): about 0.2 s once per start, and per guess.</summary>
    public const int Iterations = 600_000;

    private const string Label = "LanPeer network 1";
    private const int KeyLength = 32;

    private readonly byte[] _presharedKey;
    private readonly byte[] _macKey;
    private readonly byte[] _announceKey;

    private NetworkSecret(uint keyId, byte[] presharedKey, byte[] macKey, byte[] announceKey)
    {
        KeyId = keyId;
        _presharedKey = presharedKey;
        _macKey = macKey;
        _announceKey = announceKey;
    }

    /// <summary>What everybody knows: the open network's.</summary>
    public static NetworkSecret Open { get; } = new(0, new byte[KeyLength], [], []);

    /// <summary>Tells keys apart on the wire; 0 on the open network only.</summary>
    public uint KeyId { get; }

    /// <summary>The Noise pre-shared key, 32 bytes.</summary>
    public ReadOnlySpan<byte> PresharedKey => _presharedKey;

    /// <summary>Goes into the key of mac1; empty on the open network.</summary>
    public ReadOnlySpan<byte> MacKey => _macKey;

    /// <summary>Derives a network's secrets from the key its members share.</summary>
    /// <param name="name">The network's name, the salt.</param>
    /// <param name="key">UTF-8 of the key.</param>
    public static NetworkSecret Derive(string name, ReadOnlySpan<byte> key)
    {
        byte[] root = Rfc2898DeriveBytes.Pbkdf2(key, Encoding.UTF8.GetBytes(Label + name), Iterations, HashAlgorithmName.SHA256, KeyLength);
        uint id = BinaryPrimitives.ReadUInt32BigEndian(Expand(root, "key id"u8, sizeof(uint)));
        var secret = new NetworkSecret(
            id == 0 ? 1 : id, Expand(root, "psk"u8, KeyLength), Expand(root, "mac"u8, KeyLength), Expand(root, "announce"u8, KeyLength));
        CryptographicOperations.ZeroMemory(root);
        return secret;
    }

    /// <summary>Tells networks apart on the wire without naming them.</summary>
    public static uint TagOf(string name)
        => BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(Label + name)));

    /// <summary>The key that seals the announcements of one start of one peer.</summary>
    /// <param name="salt">16 bytes, random per start.</param>
    public byte[] AnnouncementKey(ReadOnlySpan<byte> salt) => Expand(_announceKey, salt, KeyLength);

    private static byte[] Expand(byte[] key, ReadOnlySpan<byte> info, int length)
    {
        byte[] output = new byte[length];
        HKDF.Expand(HashAlgorithmName.SHA256, key, output, info);
        return output;
    }
}
