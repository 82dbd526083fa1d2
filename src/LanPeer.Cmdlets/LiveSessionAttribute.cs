using System;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LanPeer.Cmdlets;

/// <summary>
/// Finds a session of this runspace by its name, and explains why one that went through a job or a remote connection
/// cannot be used.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class LiveSessionAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (inputData is PSObject value && value.TypeNames.Count > 0
            && value.TypeNames[0].Equals("Deserialized." + typeof(LanSession).FullName, StringComparison.Ordinal))
        {
            throw new ArgumentTransformationMetadataException(
                "This is a copy of a session that came from another process: it has no peer behind it. Start a peer in this "
                + "process, or run the script block with ForEach-Object -Parallel or Start-ThreadJob, which share the session.");
        }

        return (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string name ? ByName(name) : inputData;
    }

    private static LanSession ByName(string name)
        => (Runspace.DefaultRunspace is null ? null : SessionRegistry.Current.Find(name))
            ?? throw new ArgumentTransformationMetadataException(
                $"No peer '{name}' is running in this session. Start it with Start-LanPeer, or pass what Start-LanPeer gave elsewhere.");
}
