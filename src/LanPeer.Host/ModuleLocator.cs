using System;
using System.IO;

namespace LanPeer.Host;

/// <summary>Finds the module that this host carries.</summary>
internal static class ModuleLocator
{
    /// <summary>Names a manifest to load instead of the one beside the host.</summary>
    public const string OverrideVariable = "LANPEER_MODULE";

    private static readonly string _manifest = Path.Combine("LanPeer", "LanPeer.psd1");

    /// <summary>
    /// The manifest's full path: the one the environment names, the one laid out beside the host's folder, or that of
    /// the build tree above it; null, and why, when there is none.
    /// </summary>
    public static string? Find(out string problem)
    {
        problem = string.Empty;
        string? named = Environment.GetEnvironmentVariable(OverrideVariable);
        if (!string.IsNullOrEmpty(named))
        {
            string path = Path.GetFullPath(named);
            if (File.Exists(path))
            {
                return path;
            }

            problem = $"The LanPeer module is not at '{path}', where {OverrideVariable} says it is.";
            return null;
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string beside = Path.Combine(folder.FullName, _manifest);
            string built = Path.Combine(folder.FullName, "out", _manifest);
            if (File.Exists(built))
            {
                return built;
            }

            // Only the folder that holds the host's: further up, a folder of that name is somebody else's.
            if (IsParentOfHost(folder) && File.Exists(beside))
            {
                return beside;
            }
        }

        problem = $"The LanPeer module was not found beside '{AppContext.BaseDirectory}'. "
            + $"Build it (dotnet build), or name its LanPeer.psd1 in the environment variable {OverrideVariable}.";
        return null;
    }

    private static bool IsParentOfHost(DirectoryInfo folder)
    {
        string host = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return string.Equals(
            Path.GetDirectoryName(host), Path.TrimEndingDirectorySeparator(folder.FullName), StringComparison.Ordinal);
    }
}
