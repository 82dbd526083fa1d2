using System.Collections.Generic;
using System.IO;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Host;

/// <summary>Which module the host loads, and what it says when it cannot.</summary>
public sealed class HostModuleTests : HostTest
{
    [Fact]
    public void The_module_beside_the_host_is_loaded()
    {
        HostResult result = HostProcess.Run("-c", "(Get-Module LanPeer).ModuleBase");

        Assert.Equal(string.Empty, result.StdErr);
        Assert.Equal(Path.Combine(HostProcess.RepositoryRoot, "out", "LanPeer"), result.Lines[0]);
    }

    [Fact]
    public void The_environment_may_name_another()
    {
        HostResult result = Run("-c", "(Get-Module LanPeer).ModuleBase");

        Assert.Equal(Path.Combine(Folder, "LanPeer"), result.Lines[0]);
    }

    [Fact]
    public void A_script_may_import_it_by_name_also_in_a_runspace_of_its_own()
    {
        HostResult result = Run("-File", Script(
            "Import-Module LanPeer -ErrorAction Stop\n"
            + "$engine = [powershell]::Create([System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())\n"
            + "$engine.AddScript('(Import-Module LanPeer -PassThru).ModuleBase').Invoke()"));

        Assert.Equal(string.Empty, result.StdErr);
        Assert.Equal(Path.Combine(Folder, "LanPeer"), result.Lines[0]);
    }

    [Theory]
    [InlineData("none.psd1", "is not at")]
    [InlineData("broken.psd1", "broken.psd1")]
    public void A_missing_or_broken_module_ends_the_host_with_1(string name, string expected)
    {
        File.WriteAllText(Path.Combine(Folder, "broken.psd1"), "@{");
        HostRun how = How with
        {
            Environment = new Dictionary<string, string?> { ["LANPEER_MODULE"] = Path.Combine(Folder, name) },
        };
        HostResult result = HostProcess.Run(how, "-c", "'never'");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(expected, result.StdErr);
        Assert.Empty(result.StdOut);
    }

    [Fact]
    public void The_engine_is_told_not_to_report_to_its_maker()
    {
        const string Show = "$env:POWERSHELL_TELEMETRY_OPTOUT";
        HostRun unset = How with
        {
            Environment = new Dictionary<string, string?>(How.Environment) { ["POWERSHELL_TELEMETRY_OPTOUT"] = null },
        };

        Assert.Equal("1", HostProcess.Run(unset, "-c", Show).Lines[0]);
    }
}
