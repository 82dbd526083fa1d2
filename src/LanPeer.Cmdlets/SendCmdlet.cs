using System;
using System.Collections.Generic;
using System.Management.Automation;
using LanPeer.Cmdlets.Data;

namespace LanPeer.Cmdlets;

/// <summary>What the commands that send share: a window over the whole pipeline, what is made of the input, and what is told of it.</summary>
public abstract class SendCmdlet : LanSessionCmdlet
{
    private SendWindow? _window;
    private bool _isCutTold;

    /// <summary>What progress calls it.</summary>
    private protected abstract string Activity { get; }

    /// <summary>The messages on their way.</summary>
    private protected SendWindow Window => _window!;

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        Window.BeginRecord();
        BeginProgress(Activity, () => Window.Progress);
        try
        {
            SendRecord(RequireSession());
            Window.EndRecord();
            EndProgress();
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: what is on the way goes on.
        }
    }

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        try
        {
            BeginProgress(Activity, () => Window.Progress);
            Window.End();
            EndProgress();
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C, as above.
        }
    }

    /// <summary>Sends one record of the pipeline.</summary>
    /// <param name="session">Through which.</param>
    private protected abstract void SendRecord(LanSession session);

    /// <summary>Tells of a message: when it is settled, or at once when nobody waits for that.</summary>
    /// <param name="sending">The message.</param>
    private protected abstract void Tell(LanSending sending);

    /// <summary>To be called before the first record.</summary>
    /// <param name="isWaiting">Whether the command ends only when all are settled.</param>
    private protected void OpenWindow(bool isWaiting) => _window = new SendWindow(Tell, isWaiting, WhileWaiting, Cancellation);

    /// <summary>An object as a message; none when it cannot be one, which is reported.</summary>
    /// <param name="input">Any object.</param>
    /// <param name="asJson">Whether it is sent as data; otherwise as what a person would read.</param>
    /// <param name="depth">How deep.</param>
    private protected Payload[] PayloadsOf(PSObject? input, bool asJson, int depth)
    {
        try
        {
            return [Payload.OfObject(input, asJson, depth, InvokeCommand, WarnOnce)];
        }
        catch (LanPeerException error)
        {
            Report(error, input);
            return [];
        }
    }

    /// <summary>Puts a message on its way; that it cannot be sent is reported, and the next is taken.</summary>
    /// <param name="session">Through which.</param>
    /// <param name="payload">The message.</param>
    /// <param name="begin">Puts it on its way.</param>
    /// <param name="receivers">How many keep a copy of it on its way.</param>
    private protected void Send(LanSession session, Payload payload, Func<LanSending> begin, int receivers = 1)
    {
        try
        {
            Window.Add(begin(), payload.Text, receivers);
        }
        catch (LanPeerException error) when (error.ErrorId == LanErrorId.SessionStopped)
        {
            // What was on the way is settled, too, and is told first.
            Window.End();
            Throw(error, session.UserId);
        }
        catch (LanPeerException error)
        {
            Report(error, payload.Source);
        }
    }

    /// <summary>Tells of deliveries.</summary>
    /// <param name="deliveries">What became of a message, for each receiver.</param>
    /// <param name="patience">How long receipts were waited for; null when they were not.</param>
    /// <param name="passThru">Whether to give them, too.</param>
    private protected void Tell(IReadOnlyList<LanDelivery> deliveries, TimeSpan? patience, bool passThru)
    {
        ReportFailures(deliveries, patience);
        if (passThru)
        {
            WriteObject(deliveries, enumerateCollection: true);
        }
    }

    private void WarnOnce(string warning)
    {
        if (!_isCutTold)
        {
            _isCutTold = true;
            WriteWarning(warning);
        }
    }
}
