using System.Linq;
using System.Management.Automation;
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

    /// <summary>Starts a session as a user does, on loopback and leaving nothing behind.</summary>
    public static LanSession Start(Runspace runspace, string name)
    {
        using var shell = PowerShell.Create(runspace);
        shell.AddScript($"Start-LanPeer {name} -DiscoveryPort {Loopback.NewDiscoveryPort()} -Network Loopback -Ephemeral");
        return (LanSession)shell.Invoke().Single().BaseObject;
    }
}
