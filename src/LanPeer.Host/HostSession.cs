using System;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LanPeer.Host;

/// <summary>One runspace with the module in it, from its opening to the goodbye of its peers.</summary>
internal sealed class HostSession : IDisposable
{
    private const string ModulePathVariable = "PSModulePath";

    public HostSession(Terminal terminal)
    {
        Terminal = terminal;
        Lines = new LineSource(terminal);
        Host = new LanPeerHost(terminal, Lines);
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        }

        Runspace = RunspaceFactory.CreateRunspace(Host, state);
        Runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        Runner = new PipelineRunner(Runspace, Host);
        Host.Attach(this);
    }

    public Terminal Terminal { get; }

    public LineSource Lines { get; }

    public LanPeerHost Host { get; }

    public Runspace Runspace { get; }

    public PipelineRunner Runner { get; }

    /// <summary>
    /// Opens the runspace in the process's folder and imports the module. False after an error was shown.
    /// </summary>
    public bool Open(string manifest)
    {
        OfferToRunspacesOfScripts(manifest);
        Runspace.Open();

        // Completers and conversions on this thread look for the runspace here.
        Runspace.DefaultRunspace = Runspace;
        Runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(Environment.CurrentDirectory));

        Command import = new("Import-Module");
        import.Parameters.Add("Name", manifest);
        import.Parameters.Add("ErrorAction", ActionPreference.Stop);
        return Runner.Run(Runner.Create(import)) == RunOutcome.Completed;
    }

    /// <summary>
    /// Closes the runspace; its peers hear of it and say goodbye. May be called twice, also from two threads.
    /// </summary>
    public void Close()
    {
        try
        {
            Runspace.Close();
        }
        catch (InvalidRunspaceStateException)
        {
            // Not open, or another thread is closing it.
        }
    }

    public void Dispose()
    {
        Close();
        Runspace.Dispose();
        Lines.Dispose();
    }

    /// <summary>Lets <c>Import-Module LanPeer</c> work in scripts and in the runspaces that they make.</summary>
    private static void OfferToRunspacesOfScripts(string manifest)
    {
        string folder = Path.GetDirectoryName(manifest) ?? string.Empty;
        string? parent = Path.GetDirectoryName(folder);
        string name = Path.GetFileNameWithoutExtension(manifest);
        if (parent is null || !name.Equals(Path.GetFileName(folder), StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        string? others = Environment.GetEnvironmentVariable(ModulePathVariable);
        string path = string.IsNullOrEmpty(others) ? parent : parent + Path.PathSeparator + others;
        Environment.SetEnvironmentVariable(ModulePathVariable, path);
    }
}
