using System;
using System.IO;

namespace LanPeer.State;

/// <summary>What a file in the state folder turned out to be.</summary>
internal enum FileFinding
{
    Missing,
    Read,

    /// <summary>It is there, but is no regular file, empty or too large.</summary>
    Unusable,
}

/// <summary>Files that belong to one user: read only when nobody else can reach them, replaced as a whole.</summary>
internal static class PrivateFile
{
    private const UnixFileMode ByOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const UnixFileMode ByOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string TemporaryExtension = ".tmp";

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxLength">Bytes it may have.</param>
    /// <param name="content">What is in it; empty unless it was read.</param>
    /// <exception cref="StateException">Others can read or write it (IdentityExposed).</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be read.</exception>
    public static FileFinding Read(string path, int maxLength, out byte[] content)
    {
        content = [];
        var info = new FileInfo(path);
        if (!info.Exists && info.LinkTarget is null && !Directory.Exists(path))
        {
            return FileFinding.Missing;
        }

        // A link may point anywhere, and opening a pipe would wait for its other end; a pipe has no length.
        if (!info.Exists || info.LinkTarget is not null || info.Length == 0)
        {
            return FileFinding.Unusable;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (!OperatingSystem.IsWindows())
        {
            RequirePrivate(path, File.GetUnixFileMode(file.SafeFileHandle), "600");
        }

        if (file.Length == 0 || file.Length > maxLength)
        {
            return FileFinding.Unusable;
        }

        content = new byte[file.Length];
        file.ReadExactly(content);
        return FileFinding.Read;
    }

    /// <summary>
    /// Replaces a file: after a crash at any moment it is the old one or the new one, whole. The rename itself may be lost
    /// with the power, as .NET cannot flush a folder; then it is the old one.
    /// </summary>
    /// <exception cref="IOException">It cannot be written; the old one is untouched.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written; the old one is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + TemporaryExtension;
        RemoveTemporary(path);
        try
        {
            using (FileStream file = Open(temporary, FileMode.CreateNew))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Removes what a crash while writing left behind.</summary>
    public static void RemoveTemporary(string path) => File.Delete(path + TemporaryExtension);

    /// <summary>Opens a file to write, alone, that is its user's from the moment it exists.</summary>
    public static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = ByOwner;
        }

        return new FileStream(path, options);
    }

    public static void RequirePrivate(string path, UnixFileMode mode, string wanted)
    {
        if ((mode & ByOthers) != 0)
        {
            throw new StateException(LanErrorId.IdentityExposed,
                $"Other users of this machine may read or change '{path}' (mode {Convert.ToString((int)mode, 8)}). It decides who you are to your peers.",
                $"If nobody else can have used it, run: chmod {wanted} '{path}'. Otherwise delete it: your peers then see a new identity.");
        }
    }

    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next one to use this folder removes it.
        }
    }
}
