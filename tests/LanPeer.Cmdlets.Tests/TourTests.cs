using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>The README's first command, and what the build lays out.</summary>
public sealed class TourTests
{
    [Fact]
    public void The_tour_ends_by_itself_and_everything_arrived()
    {
        HostResult result = HostProcess.Run(new HostRun { Timeout = TimeSpan.FromMinutes(3) }, "-File", Path.Combine(HostProcess.RepositoryRoot, "examples", "Tour.ps1"), "-DiscoveryPort", "10997");
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}\n{result.StdOut}\n{result.StdErr}");
        Assert.Contains("All three peers received everything.", result.StdOut, System.StringComparison.Ordinal);
        Assert.Empty(result.StdErr);
    }

    [Fact]
    public void The_module_folder_holds_what_ships_and_nothing_else()
    {
        string folder = Path.Combine(HostProcess.RepositoryRoot, "out", "LanPeer");
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(System.StringComparer.Ordinal);
        Assert.Equal(
            [
                "LICENSE", "LanPeer.Cmdlets.dll", "LanPeer.Cmdlets.xml", "LanPeer.Engine.dll", "LanPeer.Engine.xml",
                "LanPeer.format.ps1xml", "LanPeer.psd1", "en-US/LanPeer.Cmdlets.dll-Help.xml", "en-US/about_LanPeer.help.txt",
                "en-US/about_LanPeer_Scripting.help.txt", "en-US/about_LanPeer_Trust.help.txt",
            ],
            files);
    }
}
