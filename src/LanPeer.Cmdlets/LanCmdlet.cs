using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;

namespace LanPeer.Cmdlets;

/// <summary>
/// What every command shares: a token that Ctrl+C, a stopped pipeline and disposal cancel, and errors made from the
/// engine's exceptions.
/// </summary>
/// <remarks>
/// Under <c>Select-Object -First</c> neither StopProcessing nor EndProcessing is called, only Dispose: whatever must be
/// undone is undone there or in a finally.
/// </remarks>
public abstract partial class LanCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private bool _isConflictTold;

    /// <summary>Prepares the token: it stays readable after disposal, its source does not.</summary>
    protected LanCmdlet() => Cancellation = _stopping.Token;

    /// <summary>Cancelled when the pipeline is stopped.</summary>
    protected CancellationToken Cancellation { get; }

    /// <summary>Ends the command's waiting and releases what it holds.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Cancels all waiting. Called on Ctrl+C, on another thread.</summary>
    protected override void StopProcessing()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Ctrl+C came while the command was ending by itself.
        }
    }

    /// <summary>Releases what the command holds.</summary>
    /// <param name="disposing">Called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            StopProcessing();
            _narration?.Dispose();
            _stopping.Dispose();
        }
    }

    /// <summary>Ends the call with an error of the engine.</summary>
    /// <param name="error">What happened.</param>
    /// <param name="target">What it happened to.</param>
    protected void Throw(LanPeerException error, object? target = null) => ThrowTerminatingError(LanErrors.Record(error, target));

    /// <summary>Reports that one record could not be dealt with; the next is taken.</summary>
    /// <param name="error">What happened.</param>
    /// <param name="target">What it happened to.</param>
    protected void Report(LanPeerException error, object? target = null) => WriteError(LanErrors.Record(error, target));

    /// <summary>
    /// Writes what the session has to tell since the last command: warnings, and as errors what happened to trust. Each is
    /// told once.
    /// </summary>
    /// <param name="session">Whose news.</param>
    protected void TellNews(LanSession session)
    {
        BeginNarration(session);
        bool isTwinTold = false;
        SessionNews.Tell(
            session,
            happened =>
            {
                isTwinTold |= happened.Kind == LanTrustEventKind.OwnIdentityElsewhere;
                Report(new LanPeerException(happened.ErrorId, happened.Message, happened.RecommendedAction), (object?)happened.Peer ?? session.UserId);
            },
            WriteWarning);
        if (session.HasIdConflict && !_isConflictTold && !isTwinTold)
        {
            WriteWarning($"Another program on the network uses the user id {session.UserId}: others cannot tell the two apart. Start this peer under another name.");
        }

        _isConflictTold |= session.HasIdConflict;
    }

    /// <summary>The network a -Network parameter means: what was given, else LANPEER_NETWORK, else the LAN.</summary>
    /// <param name="given">The parameter's value.</param>
    /// <exception cref="LanPeerException">LANPEER_NETWORK names no network.</exception>
    protected LanNetwork NetworkOrDefault(LanNetwork given)
        => MyInvocation.BoundParameters.ContainsKey("Network") ? given : LanSession.Confinement ?? LanNetwork.Lan;

    /// <summary>Seconds as users give them, fractions and all.</summary>
    /// <param name="seconds">How many.</param>
    /// <param name="parameter">The parameter they came by.</param>
    protected TimeSpan Seconds(double seconds, string parameter)
    {
        // Beyond 30 days a wait is for ever in all but name, and TimeSpan overflows at 29,000 years.
        if (double.IsNaN(seconds) || seconds < 0 || seconds > 30 * 86_400)
        {
            Throw(new LanPeerException(LanErrorId.InvalidOption,
                $"-{parameter} is {seconds}, which is no number of seconds that can be waited.", "Give 0 to 2,592,000 seconds; fractions are fine."), seconds);
        }

        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>Writes an error for each delivery that is not known to have arrived, with its receiver as target.</summary>
    /// <param name="deliveries">What became of a message.</param>
    /// <param name="patience">How long receipts were waited for; null when they were not.</param>
    protected void ReportFailures(IEnumerable<LanDelivery> deliveries, TimeSpan? patience = null)
    {
        foreach (LanDelivery delivery in deliveries)
        {
            if (DeliveryErrors.Of(delivery, patience) is LanPeerException error)
            {
                Report(error, delivery.To);
            }
        }
    }
}
