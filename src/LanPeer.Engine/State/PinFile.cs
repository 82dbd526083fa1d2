using System;
using System.IO;
using LanPeer.Security;

namespace LanPeer.State;

/// <summary>Files of pins that people exchange. They hold public keys alone, so they need no secrecy, but a trustworthy way.</summary>
internal static class PinFile
{
    /// <exception cref="StateException">FileNotFound, FileNotReadable, or PinFileInvalid with the line.</exception>
    public static Pin[] Read(string path)
    {
        byte[] document;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (file.Length > PinDocument.MaxLength)
            {
                throw Invalid(path, $"It has more than {PinDocument.MaxLength:N0} bytes.");
            }

            document = new byte[file.Length];
            file.ReadExactly(document);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StateException(LanErrorId.FileNotFound, $"There is no file '{path}'.", "Check the path.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new StateException(LanErrorId.FileNotReadable, $"'{path}' cannot be read: {error.Message}", "Name a file this user may read.", error);
        }

        return PinDocument.TryRead(document, out Pin[] pins, out string what) ? pins : throw Invalid(path, what);
    }

    /// <summary>Writes a new file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pins">At most <see cref="PinDocument.MaxPins"/>.</param>
    /// <param name="overwrite">Whether one that is there gives way.</param>
    /// <exception cref="StateException">FileExists or FileNotWritable.</exception>
    public static void Write(string path, Pin[] pins, bool overwrite)
    {
        byte[] document = PinDocument.Write(pins);
        try
        {
            if (!overwrite && File.Exists(path))
            {
                throw new StateException(LanErrorId.FileExists, $"The file '{path}' exists.", "Choose another path, or use -Force to replace it.");
            }

            File.WriteAllBytes(path, document);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new StateException(LanErrorId.FileNotWritable, $"'{path}' cannot be written: {error.Message}", "Name a file this user may write.", error);
        }
    }

    private static StateException Invalid(string path, string what)
        => new(LanErrorId.PinFileInvalid, $"'{path}' is no file of pins. {what}", "Ask for the file again; nothing of it was taken.");
}
