using System;
using System.Collections.Generic;
using System.IO;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Host;

/// <summary>
/// A folder for the scripts of a test, and the host run with an empty module, so that these tests say something about
/// the host whatever state the real module is in.
/// </summary>
public abstract class HostTest : IDisposable
{
    private const string EmptyModule =
        "@{ ModuleVersion = '0.0.1'; GUID = '0b6f3a44-9a5e-4d59-9d3c-0c4b1f8f6a10'; FunctionsToExport = @();"
        + " CmdletsToExport = @(); AliasesToExport = @(); VariablesToExport = @() }";

    protected HostTest()
    {
        Folder = Directory.CreateTempSubdirectory("lanpeer host ").FullName;
        string module = Path.Combine(Directory.CreateDirectory(Path.Combine(Folder, "LanPeer")).FullName, "LanPeer.psd1");
        File.WriteAllText(module, EmptyModule);
        How = new HostRun
        {
            WorkingDirectory = Folder,
            Environment = new Dictionary<string, string?> { ["LANPEER_MODULE"] = module },
        };
    }

    /// <summary>The working directory of the host; its name has blanks.</summary>
    protected string Folder { get; }

    protected HostRun How { get; }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes a script; gives its name, which is relative to the host's directory.</summary>
    protected string Script(string text, string name = "script.ps1")
    {
        File.WriteAllText(Path.Combine(Folder, name), text);
        return name;
    }

    protected HostResult Run(params string[] args) => HostProcess.Run(How, args);

    protected HostResult RunWithInput(string input, params string[] args) =>
        HostProcess.Run(How with { Input = input }, args);

    /// <summary>A prompt that takes what a test types through a pipe.</summary>
    protected InteractiveHost Prompt(params string[] args) =>
        HostProcess.Start(How, ["-Interactive", "-NoLogo", .. args]);

    /// <summary>A statement that writes a file while the runspace closes.</summary>
    protected string OnClose(string fileName)
    {
        string path = Path.Combine(Folder, fileName).Replace("'", "''", StringComparison.Ordinal);
        return "$ExecutionContext.Events.SubscribeEvent($null, 'closing', 'PowerShell.Exiting', $null, "
            + $"{{ [IO.File]::WriteAllText('{path}', 'closed') }}, $true, $false) | Out-Null";
    }

    protected bool Exists(string fileName) => File.Exists(Path.Combine(Folder, fileName));

    protected static void SkipUnlessUnix() =>
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill, and programs run with /bin/sh.");
}
