using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;

namespace LanPeer.Cmdlets;

/// <summary>
/// What may become the text of a message. A received message is passed on exactly as it was sent; a peer in the place of
/// a text is a mix-up of parameters, and its name must not be sent to anyone.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class MessageTextAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
        => Unwrap(inputData) switch
        {
            byte[] => inputData,
            IList many => many.Cast<object?>().Select(ToText).ToArray(),
            _ => ToText(inputData),
        };

    // What is no message stays wrapped: an object's properties are on its wrapper, and make its text.
    private static object? ToText(object? item) => Unwrap(item) switch
    {
        LanMessage message => message.GetRawContent(),
        LanPeer or LanProfile or LanSession => throw new ArgumentTransformationMetadataException(
            "A peer is no text. Name the text: Get-LanPeer bob | Send-LanDM -Message 'hello'."),
        _ => item,
    };

    private static object? Unwrap(object? item) => item is PSObject wrapped ? wrapped.BaseObject : item;
}
