using System;
using System.IO;

namespace LanPeer.Cmdlets;

/// <summary>Files as users name them: read with a bound, written whole or not at all, and errors with the path they gave.</summary>
internal static class LanFiles
{
    /// <summary>Reads a file whole.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="path">What the user called it.</param>
    /// <param name="kind">What it should be, for the advice in errors: "an image file".</param>
    /// <param name="checkLength">Throws where the length is not to be read.</param>
    /// <exception cref="LanPeerException">There is none, or it cannot be read.</exception>
    public static byte[] Read(string file, string path, string kind, Action<long> checkLength)
    {
        try
        {
            if (Directory.Exists(file))
            {
                throw new LanPeerException(LanErrorId.FileNotReadable, $"'{path}' is a folder.", $"Name {kind}.");
            }

            // The length is asked before the file is opened: pipes and devices have none and would block or never end,
            // and a disk image given by mistake is not read into memory.
            checkLength(new FileInfo(file).Length);
            return File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or ArgumentException or NotSupportedException)
        {
            throw new LanPeerException(LanErrorId.FileNotFound, $"There is no file '{path}'.", "Check the path.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LanPeerException(LanErrorId.FileNotReadable, $"'{path}' cannot be read: {error.Message}", "Check that it is a file you may read.", error);
        }
    }

    /// <summary>Writes beside the target and moves it there: whole or not at all, and never into what a link or pipe leads to.</summary>
    /// <param name="file">Where to.</param>
    /// <param name="bytes">What.</param>
    /// <param name="overwrite">Whether a file that exists gives way.</param>
    /// <param name="permission">What to say when one exists that may not be overwritten.</param>
    /// <exception cref="LanPeerException">It exists, or cannot be written.</exception>
    public static void Write(string file, byte[] bytes, bool overwrite, string permission)
    {
        string part = file + "." + Path.GetRandomFileName();
        try
        {
            try
            {
                using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write))
                {
                    stream.Write(bytes);
                }

                File.Move(part, file, overwrite);
            }
            catch
            {
                File.Delete(part);
                throw;
            }
        }
        catch (IOException error) when (!overwrite && (File.Exists(file) || Directory.Exists(file)))
        {
            throw new LanPeerException(LanErrorId.FileExists, $"'{file}' exists already.", permission, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new LanPeerException(LanErrorId.FileNotWritable, $"'{file}' cannot be written: {error.Message}", "Check the path and your permissions.", error);
        }
    }
}
