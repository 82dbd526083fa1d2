using System;
using System.IO;
using System.Linq;

namespace LanPeer.Benchmarks;

/// <summary>Where this program's repository is, and what of it runs in fresh processes.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The manifest of the module, made by <c>dotnet build</c>.</summary>
    /// <exception cref="FileNotFoundException">It was not made.</exception>
    public static string Module
    {
        get
        {
            string module = Path.Combine(Root, "out", "LanPeer", "LanPeer.psd1");
            return File.Exists(module) ? module : throw new FileNotFoundException($"There is no {module}: run dotnet build first.");
        }
    }

    /// <summary>What runs scripts: pwsh where it is on the PATH, LanPeer.Host otherwise.</summary>
    public static (string Path, string Name) Shell
    {
        get
        {
            string pwsh = Program("pwsh");
            string? found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, pwsh)).FirstOrDefault(File.Exists);
            return found is not null ? (found, "pwsh") : (Path.Combine(Root, "out", "host", Program("LanPeer.Host")), "LanPeer.Host");
        }
    }

    private static string Program(string name) => OperatingSystem.IsWindows() ? name + ".exe" : name;

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "build.ps1")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("This program is not in its repository.");
    }
}
