using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;

namespace LanPeer.State;

/// <summary>Where an identity lives: <c>identities/&lt;name&gt;</c> under the user's state folder.</summary>
internal static class StateFolder
{
    private const string Variable = "LANPEER_STATE";

    private const string Advice = "Name a folder of your own by -StatePath, or use -Ephemeral for an identity that ends with the session.";

    private const int MaxReadable = 32;

    /// <summary>The state folder: the one asked for, or LANPEER_STATE, or LanPeer in the user's local application data.</summary>
    /// <exception cref="StateException">There is none (StateUnavailable).</exception>
    public static string Locate(string? statePath)
    {
        if (!string.IsNullOrWhiteSpace(statePath))
        {
            return statePath;
        }

        string? variable = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrWhiteSpace(variable))
        {
            return variable;
        }

        string data = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return data.Length > 0 ? Path.Combine(data, "LanPeer")
            : throw new StateException(LanErrorId.StateUnavailable, "This user has no folder for application data.", Advice);
    }

    /// <summary>Makes the folder of a name, open to its user alone, and checks one that is there.</summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="StateException">It cannot be used (StateUnavailable), or others can (IdentityExposed).</exception>
    public static string Open(string root, string name)
    {
        string folder = root;
        try
        {
            folder = Path.Combine(Path.GetFullPath(root), "identities", Encode(name));

            // One by one: what is made on the way would get the default mode.
            CreatePrivate(Path.GetFullPath(root));
            CreatePrivate(Path.GetDirectoryName(folder)!);
            CreatePrivate(folder);
            if (!OperatingSystem.IsWindows())
            {
                PrivateFile.RequirePrivate(folder, File.GetUnixFileMode(folder), "700");
            }

            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unavailable(folder, error);
        }
    }

    public static StateException Unavailable(string path, Exception error)
        => new(LanErrorId.StateUnavailable, $"The state folder cannot be used: '{path}': {error.Message}", Advice, error);

    /// <summary>
    /// A folder's name for a peer's name, a different one for each. Of at most 32 lower-case letters, digits, <c>-</c> and
    /// <c>_</c> it is the name itself. Any other name gets a hash behind what can be shown of it, so that names differ where
    /// the file system ignores case or Unicode form, stay short, and never are one of Windows' devices.
    /// </summary>
    public static string Encode(string name)
    {
        var readable = new StringBuilder();
        foreach (char c in name)
        {
            if (readable.Length < MaxReadable)
            {
                readable.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? char.ToLowerInvariant(c) : '-');
            }
        }

        if (readable.Length == name.Length && name.Length > 0 && name == readable.ToString() && !IsDevice(name))
        {
            return name;
        }

        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        return $"{readable}={Convert.ToHexString(hash, 0, 10).ToLowerInvariant()}";
    }

    /// <summary>Names that are devices in every folder of Windows ("Naming Files, Paths, and Namespaces").</summary>
    private static bool IsDevice(string name)
        => name is "con" or "prn" or "aux" or "nul"
            || (name.Length == 4 && char.IsAsciiDigit(name[3]) && (name.StartsWith("com", StringComparison.Ordinal) || name.StartsWith("lpt", StringComparison.Ordinal)));

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
