using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LanPeer.Cmdlets;

/// <summary>Remove-Module stops the peers of the runspace it is called in. Importing starts nothing.</summary>
public sealed class ModuleCleanup : IModuleAssemblyCleanup
{
    /// <summary>Called by PowerShell on Remove-Module and Import-Module -Force, in the runspace of the module.</summary>
    /// <param name="psModuleInfo">The module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        // Removal by a host's own thread has no runspace, and so no peers.
        if (Runspace.DefaultRunspace is not null)
        {
            SessionRegistry.Current.StopAll();
        }
    }
}
