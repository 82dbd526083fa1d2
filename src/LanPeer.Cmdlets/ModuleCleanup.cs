using System.Management.Automation;

namespace LanPeer.Cmdlets;

/// <summary>Remove-Module stops the peers of the runspace it is called in. Importing starts nothing.</summary>
public sealed class ModuleCleanup : IModuleAssemblyCleanup
{
    /// <summary>Called by PowerShell on Remove-Module and Import-Module -Force, in the runspace of the module.</summary>
    /// <param name="psModuleInfo">The module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo) => SessionRegistry.Current.StopAll();
}
