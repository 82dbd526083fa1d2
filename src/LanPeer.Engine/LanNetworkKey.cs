using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace LanPeer;

/// <summary>
/// The key the members of a closed network share. It can be given and not be read back, so that it is in no transcript,
/// no formatted object and no error.
/// </summary>
public sealed class LanNetworkKey
{
    /// <summary>Bytes of UTF-8 a key has at least. A guess takes about 0.2 s of a core, so eight random letters hold for centuries, and a word does not.</summary>
    public const int MinLength = 8;

    /// <summary>Bytes of UTF-8 a key has at most.</summary>
    public const int MaxLength = 1_024;

    private LanNetworkKey(byte[] bytes) => Bytes = bytes;

    internal byte[] Bytes { get; }

    /// <summary>A key typed by a person.</summary>
    /// <param name="text">8 to 1,024 bytes of UTF-8.</param>
    /// <exception cref="LanPeerException">It is too short or too long (InvalidNetworkKey).</exception>
    public static LanNetworkKey FromSecureString(SecureString text)
    {
        ArgumentNullException.ThrowIfNull(text);
        nint pointer = Marshal.SecureStringToGlobalAllocUnicode(text);
        try
        {
            char[] characters = new char[text.Length];
            Marshal.Copy(pointer, characters, 0, characters.Length);
            byte[] bytes = Encoding.UTF8.GetBytes(characters);
            Array.Clear(characters);
            return Checked(bytes, "The network key");
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(pointer);
        }
    }

    /// <summary>The key in a file: its content, without the line end at its end.</summary>
    /// <param name="path">A file that only its owner can read.</param>
    /// <exception cref="LanPeerException">It cannot be read, others can read it, or it is no key.</exception>
    public static LanNetworkKey FromFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes;
        try
        {
            const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new LanPeerException(LanErrorId.NetworkKeyExposed,
                    $"Others than you can read or change the key file '{path}'.", $"Run: chmod 600 '{path}'");
            }

            using FileStream file = File.OpenRead(path);
            bytes = new byte[MaxLength + 3];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            bytes = bytes[..length];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new LanPeerException(LanErrorId.FileNotReadable, $"The key file '{path}' cannot be read: {error.Message}",
                "Check the path and who may read it.", error);
        }

        int end = bytes.AsSpan().TrimEnd("\r\n"u8).Length;
        byte[] key = bytes[..end];
        CryptographicOperations.ZeroMemory(bytes);
        return Checked(key, $"The key in '{path}'");
    }

    /// <summary>Nothing of the key.</summary>
    public override string ToString() => nameof(LanNetworkKey);

    private static LanNetworkKey Checked(byte[] bytes, string what)
        => bytes.Length is >= MinLength and <= MaxLength ? new LanNetworkKey(bytes)
            : throw new LanPeerException(LanErrorId.InvalidNetworkKey,
                $"{what} has {(bytes.Length < MinLength ? "fewer" : "more")} bytes than a key may have.",
                $"Use {MinLength} to {MaxLength:N0} bytes; sixteen random characters are good.");
}
