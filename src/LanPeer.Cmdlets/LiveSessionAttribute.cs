using System;
using System.Management.Automation;

namespace LanPeer.Cmdlets;

/// <summary>Explains why a session that went through a job or a remote connection cannot be used.</summary>
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

        return inputData;
    }
}
