using System;
using System.Security.Cryptography;
using System.Text;

namespace LanPeer.Security.Noise;

/// <summary>The running hash and keys of a handshake (Noise §5.2), with SHA-256.</summary>
internal sealed class SymmetricState : IDisposable
{
    public const int HashLength = 32;

    private readonly Aead _aead;
    private readonly byte[] _chainingKey = new byte[HashLength];
    private readonly byte[] _hash = new byte[HashLength];
    private readonly byte[] _keyMaterial = new byte[Aead.KeyLength];
    private AeadKey? _key;
    private ulong _counter;

    private SymmetricState(SymmetricState other)
    {
        _aead = other._aead;
        other._chainingKey.CopyTo(_chainingKey, 0);
        other._hash.CopyTo(_hash, 0);
        other._keyMaterial.CopyTo(_keyMaterial, 0);
        _key = other._key is null ? null : _aead.CreateKey(_keyMaterial);
        _counter = other._counter;
    }

    public SymmetricState(string protocolName, Aead aead)
    {
        _aead = aead;
        byte[] name = Encoding.ASCII.GetBytes(protocolName);
        if (name.Length <= HashLength)
        {
            name.CopyTo(_hash, 0);
        }
        else
        {
            SHA256.HashData(name, _hash);
        }

        _hash.CopyTo(_chainingKey, 0);
    }

    /// <summary>What both sides must have seen alike.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>A copy to go back to when what was read turns out to be worthless. Only one of the two may seal.</summary>
    public SymmetricState Clone() => new(this);

    public void MixHash(ReadOnlySpan<byte> data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_hash);
        hash.AppendData(data);
        hash.GetHashAndReset(_hash);
    }

    public void MixKey(ReadOnlySpan<byte> material)
    {
        Span<byte> output = stackalloc byte[2 * HashLength];
        Expand(material, output);
        output[..HashLength].CopyTo(_chainingKey);
        SetKey(output[HashLength..]);
        CryptographicOperations.ZeroMemory(output);
    }

    /// <summary>Mixes in a pre-shared key (§9.1).</summary>
    public void MixKeyAndHash(ReadOnlySpan<byte> material)
    {
        Span<byte> output = stackalloc byte[3 * HashLength];
        Expand(material, output);
        output[..HashLength].CopyTo(_chainingKey);
        MixHash(output.Slice(HashLength, HashLength));
        SetKey(output[(2 * HashLength)..]);
        CryptographicOperations.ZeroMemory(output);
    }

    /// <summary>Seals with the present key, or copies as long as there is none; returns the length.</summary>
    public int EncryptAndHash(ReadOnlySpan<byte> text, Span<byte> output)
    {
        int length = text.Length;
        if (_key is null)
        {
            text.CopyTo(output);
        }
        else
        {
            length += Aead.TagLength;
            _key.Seal(_counter++, _hash, text, output[..length]);
        }

        MixHash(output[..length]);
        return length;
    }

    public bool TryDecryptAndHash(ReadOnlySpan<byte> input, Span<byte> text)
    {
        if (_key is null)
        {
            input.CopyTo(text);
        }
        else if (!_key.TryOpen(_counter, _hash, input, text))
        {
            return false;
        }
        else
        {
            _counter++;
        }

        MixHash(input);
        return true;
    }

    /// <summary>The two transport keys: initiator to responder, responder to initiator (§5.2, Split).</summary>
    public void Split(Span<byte> first, Span<byte> second)
    {
        Span<byte> output = stackalloc byte[2 * HashLength];
        Expand([], output);
        output[..HashLength].CopyTo(first);
        output[HashLength..].CopyTo(second);
        CryptographicOperations.ZeroMemory(output);
    }

    public void Dispose()
    {
        _key?.Dispose();
        CryptographicOperations.ZeroMemory(_keyMaterial);
        CryptographicOperations.ZeroMemory(_chainingKey);
        CryptographicOperations.ZeroMemory(_hash);
    }

    /// <summary>HKDF as Noise defines it (§4.3): RFC 5869 with the chaining key as salt and no info.</summary>
    private void Expand(ReadOnlySpan<byte> material, Span<byte> output)
    {
        Span<byte> pseudorandomKey = stackalloc byte[HashLength];

        // The extract step is one HMAC; OpenSSL 3.0's own refuses the empty input that Split has.
        HMACSHA256.HashData(_chainingKey, material, pseudorandomKey);
        HKDF.Expand(HashAlgorithmName.SHA256, pseudorandomKey, output, []);
        CryptographicOperations.ZeroMemory(pseudorandomKey);
    }

    private void SetKey(ReadOnlySpan<byte> key)
    {
        _key?.Dispose();
        key.CopyTo(_keyMaterial);
        _key = _aead.CreateKey(key);
        _counter = 0;
    }
}
