using System.Management.Automation.Runspaces;
using LanPeer.Cmdlets.Commands;

namespace LanPeer.Benchmarks;

/// <summary>Runspaces of the real PowerShell engine with the module loaded, in this process.</summary>
internal static class ModuleRunspace
{
    /// <summary>Opens one.</summary>
    /// <param name="threads">Where its commands run.</param>
    /// <param name="commands">Commands besides those of the module.</param>
    public static Runspace Open(PSThreadOptions threads, params SessionStateCmdletEntry[] commands)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([typeof(ReceiveLanMessageCommand).Assembly.Location]);
        state.Commands.Add(commands);
        Runspace runspace = RunspaceFactory.CreateRunspace(state);
        runspace.ThreadOptions = threads;
        runspace.Open();
        return runspace;
    }
}
