using System;
using System.Management.Automation;
using LanPeer.Cmdlets.Completion;
using LanPeer.Cmdlets.Events;
using Microsoft.PowerShell.Commands;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Subscribes to the messages that arrive, as Register-ObjectEvent does to the events of an object.</para>
/// </summary>
/// <remarks>
/// $Sender is the session, $EventArgs.Message the message. It is in the inbox, too, as long as there is room.
/// Unregister-Event ends the subscription.
/// </remarks>
[Cmdlet(VerbsLifecycle.Register, "LanMessageEvent")]
[OutputType(typeof(PSEventJob))]
public sealed class RegisterLanMessageEventCommand : ObjectEventRegistrationBase
{
    /// <summary>
    /// <para type="description">The session to use, from Start-LanPeer, or the name of one of this runspace. Without it, the first running session of this runspace.</para>
    /// </summary>
    [Parameter]
    [LiveSession]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public LanSession? Session { get; set; }

    /// <summary><para type="description">Only messages of these types.</para></summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public LanMessageType[] Type { get; set; } = [];

    /// <summary><para type="description">Only messages of these authors. Wildcards are allowed.</para></summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public LanPeerSelector[] From { get; set; } = [];

    /// <inheritdoc/>
    protected override object GetSourceObject()
    {
        LanMessageType[] types = Type;
        LanPeerSelector[] authors = From;
        return new MessageForwarder(SessionRegistry.SessionOf(this, Session), Events, SourceIdentifier, MessageData,
            message => MessageFilter.IsWanted(message, types, authors));
    }

    /// <inheritdoc/>
    protected override string GetSourceObjectEventName() => nameof(MessageForwarder.MessageReceived);
}
