using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;
using System.Security;

namespace LanPeer.Cmdlets;

/// <summary>
/// What may become a network key: a SecureString or a LanNetworkKey. A plain string is refused, as it is in the history,
/// in transcripts and in the arguments of processes; no error repeats it.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class NetworkKeyAttribute : ArgumentTransformationAttribute
{
    private const string Advice = "Use (Read-Host -AsSecureString), or -NetworkKeyPath with the path of a file that only you can read.";

    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData)
        => Unwrap(inputData) is IList many ? many.Cast<object?>().Select(ToKey).ToArray() : new[] { ToKey(inputData) };

    private static LanNetworkKey ToKey(object? item)
    {
        try
        {
            return Unwrap(item) switch
            {
                LanNetworkKey key => key,
                SecureString text => LanNetworkKey.FromSecureString(text),
                string => throw new ArgumentTransformationMetadataException($"A network key is not given as plain text. {Advice}"),
                _ => throw new ArgumentTransformationMetadataException($"This is no network key. {Advice}"),
            };
        }
        catch (LanPeerException error)
        {
            throw new ArgumentTransformationMetadataException($"{error.Message} {error.RecommendedAction}", error);
        }
    }

    private static object? Unwrap(object? item) => item is PSObject wrapped ? wrapped.BaseObject : item;
}
