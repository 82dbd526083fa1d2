using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;

namespace LanPeer.Transport;

/// <summary>
/// The user's running peers on this host, one locked file each: keeps two peers from taking one name (REFERENCE D12),
/// and lets peers of one user find each other where broadcast on loopback reaches nobody (macOS, Windows). The lock
/// goes with its process, so what a killed peer leaves behind is known to be stale.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private readonly string _folder;
    private readonly string _path;
    private readonly FileStream _file;

    private RunFolder(string folder, string path, FileStream file)
    {
        _folder = folder;
        _path = path;
        _file = file;
    }

    /// <summary>Where the entries are, by host and discovery port: one home may serve many machines.</summary>
    /// <param name="root">The user's state folder.</param>
    /// <param name="discoveryPort">Peers of another one are another world.</param>
    public static string Locate(string root, ushort discoveryPort)
        => Path.Combine(root, "run", Environment.MachineName, discoveryPort.ToString(CultureInfo.InvariantCulture));

    /// <summary>Enters a peer.</summary>
    /// <param name="folder">From <see cref="Locate"/>.</param>
    /// <param name="userId">The peer's id.</param>
    /// <param name="port">Its unicast port.</param>
    /// <param name="holder">The live entry of the same id, when there is one; then nothing is entered.</param>
    /// <returns>The entry, to be disposed when the peer stops; null when the id is taken.</returns>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be used.</exception>
    public static RunFolder? Enter(string folder, string userId, ushort port, out RunEntry? holder)
    {
        CreatePrivate(folder);
        using FileStream _ = LockFolder(folder);
        holder = List(folder).Find(entry => entry.UserId == userId);
        if (holder is not null)
        {
            return null;
        }

        string path = Path.Combine(folder, new RunEntry(userId, port, Environment.ProcessId).FileName);
        return new RunFolder(folder, path, new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None));
    }

    /// <summary>The other live peers of this user on this host.</summary>
    public List<RunEntry> Others()
    {
        try
        {
            // Looking at a stale file locks it for a moment, which must not look like life to somebody else.
            using FileStream _ = LockFolder(_folder);
            return List(_folder).FindAll(entry => entry.FileName != Path.GetFileName(_path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public void Dispose()
    {
        // Deleted first, while it is still locked: the name is free only when nothing of it is left.
        TryDelete(_path);
        _file.Dispose();
        TryDelete(_path);
    }

    private static List<RunEntry> List(string folder)
    {
        var live = new List<RunEntry>();
        string[] files;
        try
        {
            files = Directory.GetFiles(folder, "*" + RunEntry.Extension);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return live;
        }

        foreach (string path in files)
        {
            if (RunEntry.TryParse(Path.GetFileName(path)) is not RunEntry entry)
            {
                continue;
            }

            if (IsLocked(path))
            {
                live.Add(entry);
            }
            else
            {
                TryDelete(path);
            }
        }

        return live;
    }

    private static bool IsLocked(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static FileStream LockFolder(string folder)
    {
        string path = Path.Combine(folder, "lock");
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 200)
            {
                // Held for a few milliseconds by a peer that starts at the same time; 2 s in all.
                Thread.Sleep(10);
            }
        }
    }

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        // One by one: what is made on the way would get the default mode.
        if (Path.GetDirectoryName(folder) is { Length: > 0 } parent && !Directory.Exists(parent))
        {
            CreatePrivate(parent);
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Windows deletes no open file, and another peer may have been faster: the next look clears it away.
        }
    }
}

/// <summary>A running peer of this user on this host; everything about it is in its file's name.</summary>
internal sealed record RunEntry(string UserId, ushort Port, int ProcessId)
{
    public const string Extension = ".peer";

    public string FileName => string.Create(CultureInfo.InvariantCulture, $"{UserId},{Port},{ProcessId}{Extension}");

    public static RunEntry? TryParse(string fileName)
    {
        string[] parts = fileName[..^Extension.Length].Split(',');
        return parts.Length == 3 && ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int process)
            ? new RunEntry(parts[0], port, process) : null;
    }
}
