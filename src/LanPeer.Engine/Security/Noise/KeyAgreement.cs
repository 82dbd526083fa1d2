using System;

namespace LanPeer.Security.Noise;

/// <summary>A Diffie-Hellman function as the Noise framework asks for (Noise, revision 34, §4.1).</summary>
internal abstract class KeyAgreement
{
    /// <summary>Its name in a protocol name, such as <c>25519</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Bytes of a public key.</summary>
    public abstract int PublicKeyLength { get; }

    /// <summary>Bytes of a shared secret; 32 for all that are used here.</summary>
    public const int SecretLength = 32;

    /// <summary>A fresh key pair.</summary>
    public abstract AgreementKey Generate();
}

/// <summary>A private key, kept where the platform keeps it.</summary>
internal abstract class AgreementKey : IDisposable
{
    public abstract ReadOnlySpan<byte> PublicKey { get; }

    /// <summary>Agrees on a secret with the owner of a public key.</summary>
    /// <param name="publicKey">From the network: may be anything.</param>
    /// <param name="secret">32 bytes, written on success.</param>
    /// <returns>False when it is no public key of this function; never throws for that.</returns>
    public abstract bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> secret);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
