using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;
using LanPeer.Cmdlets.Data;

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
            IList many => many.Cast<object?>().Select(item => ToText(item, engineIntrinsics)).ToArray(),
            _ => ToText(inputData, engineIntrinsics),
        };

    private static object? ToText(object? item, EngineIntrinsics engine) => Unwrap(item) switch
    {
        LanMessage message => message.GetRawContent(),
        LanPeer or LanProfile or LanSession => throw new ArgumentTransformationMetadataException(
            "A peer is no text. Name the text: Get-LanPeer bob | Send-LanDM -Message 'hello'."),
        null or string => item,

        // Its Message is meant, by property name.
        _ when HasMessage(item!) => item,
        _ => ReadableText.Of(item, engine.InvokeCommand),
    };

    private static bool HasMessage(object item) => PSObject.AsPSObject(item).Properties[nameof(Commands.SendLanPostCommand.Message)] is not null;

    private static object? Unwrap(object? item) => item is PSObject wrapped ? wrapped.BaseObject : item;
}
