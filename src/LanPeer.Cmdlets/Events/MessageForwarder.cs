using System;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LanPeer.Cmdlets.Events;

/// <summary>
/// What a subscription of Register-LanMessageEvent is to. From the first handler to the last it hands the messages of a
/// session to the event queue of a runspace, in their order, and itself: PowerShell queues what an object raises by a
/// thread of its own for each event, in any order.
/// </summary>
/// <param name="session">Whose messages.</param>
/// <param name="events">The queue.</param>
/// <param name="sourceIdentifier">The subscription's name.</param>
/// <param name="data">What it carries for its action.</param>
/// <param name="isWanted">Which messages.</param>
internal sealed class MessageForwarder(
    LanSession session, PSEventManager events, string sourceIdentifier, PSObject? data, Predicate<LanMessage> isWanted)
{
    /// <summary>Events that wait for Get-Event or Wait-Event; what comes beyond is in the inbox only.</summary>
    private const int MaxQueued = 10_000;

    private readonly Runspace? _runspace = Runspace.DefaultRunspace;
    private Delegate? _handlers;

    /// <summary>A message has arrived. It is never raised: what its handlers get is put into the queue under their name.</summary>
    public event EventHandler<LanMessageEventArgs> MessageReceived
    {
        add
        {
            _handlers = Delegate.Combine(_handlers, value);
            session.MessageReceived += OnMessage;
            if (_runspace is not null)
            {
                // A runspace that closes does not end its subscriptions.
                _runspace.StateChanged += OnRunspaceChanged;
            }
        }

        remove
        {
            _handlers = Delegate.Remove(_handlers, value);
            Detach();
        }
    }

    /// <summary>Whose messages.</summary>
    public override string ToString() => session.ToString();

    private void OnMessage(object? sender, LanMessageEventArgs arrived)
    {
        if (_handlers is not null && isWanted(arrived.Message) && events.ReceivedEvents.Count < MaxQueued)
        {
            // On this thread, or they would be queued in any order; the actions themselves run where they always do.
            events.GenerateEvent(
                sourceIdentifier, session, [session, arrived], data, processInCurrentThread: true, waitForCompletionInCurrentThread: false);
        }
    }

    private void OnRunspaceChanged(object? sender, RunspaceStateEventArgs change)
    {
        if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken)
        {
            Detach();
        }
    }

    private void Detach()
    {
        _handlers = null;
        session.MessageReceived -= OnMessage;
        if (_runspace is not null)
        {
            _runspace.StateChanged -= OnRunspaceChanged;
        }
    }
}
