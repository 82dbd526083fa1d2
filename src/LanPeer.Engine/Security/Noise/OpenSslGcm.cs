using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LanPeer.Security.Noise;

/// <summary>
/// By the OpenSSL that the BCL works with on Linux, without the BCL between: that takes two thirds of the time of 200 bytes,
/// and nine tenths of that of a forged datagram, as it throws. The handle is an EVP_CIPHER_CTX (EVP_EncryptInit(3), "GCM and OCB
/// Modes"), which wipes its key when it is freed.
/// </summary>
internal sealed unsafe partial class OpenSslGcm : SafeHandle, IGcmCipher
{
    /// <summary>The BCL opens libssl.so.3, which brings it along. Version 3 alone: a later one is left to the BCL until it was looked at.</summary>
    private const string Library = "libcrypto.so.3";

    private const int Version = 3;
    private const int Done = 1;
    private const int Opening = 0;
    private const int Sealing = 1;

    /// <summary>EVP_CTRL_AEAD_GET_TAG.</summary>
    private const int GetTag = 0x10;

    /// <summary>EVP_CTRL_AEAD_SET_TAG.</summary>
    private const int SetTag = 0x11;

    private static readonly Lazy<bool> s_isThere = new(Probe);

    /// <summary>Prepares a key.</summary>
    /// <param name="key">32 bytes.</param>
    /// <exception cref="CryptographicException">OpenSSL has no memory, or is configured to refuse AES-256-GCM.</exception>
    public OpenSslGcm(ReadOnlySpan<byte> key)
        : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, Aead.KeyLength);
        SetHandle(NewContext());
        fixed (byte* at = key)
        {
            if (IsInvalid || Begin(handle, Aes256Gcm(), 0, at, null, Sealing) != Done)
            {
                Dispose();
                throw Failure();
            }
        }
    }

    /// <summary>Whether this system has the OpenSSL that the BCL works with, and it does what the BCL does.</summary>
    public static bool IsThere => s_isThere.Value;

    public override bool IsInvalid => handle == 0;

    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text, Span<byte> sealedText, Span<byte> tag)
    {
        Check(nonce, text, sealedText, tag);
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            fixed (byte* from = text, to = sealedText, at = tag)
            {
                if (!Pass(Sealing, nonce, associatedData, from, to, text.Length) || !End(at) || Control(handle, GetTag, Aead.TagLength, at) != Done)
                {
                    throw Failure();
                }
            }
        }
        finally
        {
            if (isHeld)
            {
                DangerousRelease();
            }
        }
    }

    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedText, ReadOnlySpan<byte> tag, Span<byte> text)
    {
        Check(nonce, sealedText, text, tag);
        bool isHeld = false;
        bool isAuthentic = false;
        try
        {
            DangerousAddRef(ref isHeld);
            fixed (byte* from = sealedText, to = text, at = tag)
            {
                if (!Pass(Opening, nonce, associatedData, from, to, text.Length) || Control(handle, SetTag, Aead.TagLength, at) != Done)
                {
                    throw Failure();
                }

                byte unused;
                isAuthentic = End(&unused);
                return isAuthentic;
            }
        }
        finally
        {
            if (isHeld)
            {
                DangerousRelease();
            }

            if (!isAuthentic)
            {
                // It has written what it opened before it could know.
                text.Clear();
            }
        }
    }

    protected override bool ReleaseHandle()
    {
        FreeContext(handle);
        return true;
    }

    /// <summary>OpenSSL is given addresses, so lengths are looked at here.</summary>
    private static void Check(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, ReadOnlySpan<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, IGcmCipher.NonceLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(to.Length, from.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, Aead.TagLength);
    }

    private static CryptographicException Failure() => new("OpenSSL did not do what it was asked for.");

    /// <summary>Everything but the tag.</summary>
    private bool Pass(int direction, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, byte* from, byte* to, int length)
    {
        int written;
        fixed (byte* nonceAt = nonce, dataAt = associatedData)
        {
            return Begin(handle, 0, 0, null, nonceAt, direction) == Done
                && (associatedData.IsEmpty || Update(handle, null, &written, dataAt, associatedData.Length) == Done)
                && (length == 0 || Update(handle, to, &written, from, length) == Done);
        }
    }

    /// <summary>Makes the tag, or compares it. GCM has nothing left to write then.</summary>
    private bool End(byte* nothing)
    {
        int written;
        return Finish(handle, nothing, &written) == Done;
    }

    /// <summary>Its version is the BCL's, which has set it up by then, and both make the same of what is sealed and opened.</summary>
    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            long version = SafeEvpPKeyHandle.OpenSslVersion;
            return version >> 28 == Version && VersionNumber() == (nuint)version && AgreesWithBcl();
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException
            or PlatformNotSupportedException or CryptographicException or TypeInitializationException)
        {
            return false;
        }
    }

    private static bool AgreesWithBcl()
    {
        Span<byte> given = stackalloc byte[Aead.KeyLength + IGcmCipher.NonceLength];
        given.Fill(7);
        ReadOnlySpan<byte> key = given[..Aead.KeyLength];

        // The BCL first: it is to set OpenSSL up, so that it lets go of nothing while the threads of a process that ends still run.
        using var theirs = new BclGcm(key);
        using var ours = new OpenSslGcm(key);
        return Agree(theirs, ours, given, given) && Agree(theirs, ours, default, given) && Agree(theirs, ours, given, default)
            && Agree(theirs, ours, default, default);
    }

    /// <summary>Whether the one seals as the other does, opens it, refuses it with another tag, and then goes on.</summary>
    private static bool Agree(BclGcm theirs, OpenSslGcm ours, ReadOnlySpan<byte> text, ReadOnlySpan<byte> associatedData)
    {
        Span<byte> one = stackalloc byte[text.Length + Aead.TagLength];
        Span<byte> other = stackalloc byte[one.Length];
        Span<byte> opened = stackalloc byte[text.Length];
        Span<byte> nonce = stackalloc byte[IGcmCipher.NonceLength];
        nonce.Fill(9);
        theirs.Seal(nonce, associatedData, text, one[..text.Length], one[text.Length..]);
        ours.Seal(nonce, associatedData, text, other[..text.Length], other[text.Length..]);
        if (!one.SequenceEqual(other))
        {
            return false;
        }

        other[^1] ^= 1;
        return !ours.TryOpen(nonce, associatedData, one[..text.Length], other[text.Length..], opened)
            && ours.TryOpen(nonce, associatedData, one[..text.Length], one[text.Length..], opened)
            && text.SequenceEqual(opened);
    }

    [LibraryImport(Library, EntryPoint = "OpenSSL_version_num")]
    private static partial nuint VersionNumber();

    [LibraryImport(Library, EntryPoint = "EVP_aes_256_gcm")]
    private static partial nint Aes256Gcm();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    private static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex")]
    private static partial int Begin(nint context, nint cipher, nint engine, byte* key, byte* nonce, int direction);

    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    private static partial int Update(nint context, byte* to, int* written, byte* from, int length);

    [LibraryImport(Library, EntryPoint = "EVP_CipherFinal_ex")]
    private static partial int Finish(nint context, byte* to, int* written);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_ctrl")]
    private static partial int Control(nint context, int type, int length, byte* at);
}
