using System;
using System.Globalization;
using System.IO;

namespace LanPeer.State;

/// <summary>
/// Keeps an identity to one peer at a time: two with one key would take each other's sessions. The system releases the
/// lock with its process. The file stays: deleting it would let two processes lock two files of one name.
/// </summary>
internal sealed class IdentityLock : IDisposable
{
    // EAGAIN of Linux, EAGAIN of macOS and BSD, ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows.
    private const int LinuxAgain = 11;
    private const int BsdAgain = 35;
    private const int SharingViolation = unchecked((int)0x8007_0020);
    private const int LockViolation = unchecked((int)0x8007_0021);

    private readonly FileStream _file;
    private readonly string _holder;

    private IdentityLock(FileStream file, string holder)
    {
        _file = file;
        _holder = holder;
    }

    /// <summary>Takes the lock of a folder.</summary>
    /// <param name="folder">An identity's folder.</param>
    /// <param name="name">The peer's name, for the error.</param>
    /// <exception cref="StateException">Somebody has it (IdentityInUse).</exception>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be used.</exception>
    public static IdentityLock Take(string folder, string name)
    {
        // A locked file cannot be read everywhere, so who holds it is said in another.
        string holder = Path.Combine(folder, "holder");
        FileStream file;
        try
        {
            file = PrivateFile.Open(Path.Combine(folder, "lock"), FileMode.OpenOrCreate);
        }
        catch (IOException error) when (error.HResult is LinuxAgain or BsdAgain or SharingViolation or LockViolation)
        {
            string who = Holder(holder) is int process ? $"process {process}" : "another process";
            throw new StateException(LanErrorId.IdentityInUse, $"The identity of '{name}' is in use by {who}.",
                "Stop that peer, start this one under another name, or use -Ephemeral for an identity of its own.", error);
        }

        var taken = new IdentityLock(file, holder);
        try
        {
            PrivateFile.Write(holder, System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
        catch
        {
            taken.Dispose();
            throw;
        }

        return taken;
    }

    public void Dispose()
    {
        PrivateFile.TryDelete(_holder);
        _file.Dispose();
    }

    private static int? Holder(string path)
    {
        try
        {
            return PrivateFile.Read(path, 16, out byte[] content) == FileFinding.Read
                && int.TryParse(System.Text.Encoding.ASCII.GetString(content), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                ? process : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or StateException)
        {
            return null;
        }
    }
}
