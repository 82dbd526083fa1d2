using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Sends a message to everyone who is here.</para>
/// </summary>
[Cmdlet(VerbsCommunications.Send, "LanPost", SupportsShouldProcess = true)]
[OutputType(typeof(LanDelivery))]
public sealed class SendLanPostCommand : LanSessionCmdlet
{
    private bool _isLonelinessTold;
    private string? _receivers;
    private int _receiverCount;
    private SendWindow? _window;
    private TimeSpan? _patience;

    /// <summary><para type="description">The text; each string from the pipeline is one message.</para></summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [MessageText]
    [AllowEmptyString]
    [AllowNull]
    public string[] Message { get; set; } = [];

    /// <summary><para type="description">Wait for the receipts of those who give some, and write an error for each that did not get it.</para></summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>
    /// <para type="description">Seconds it is tried to reach everyone, and receipts are waited for, with -Wait or -PassThru. Without these it is tried for 30.</para>
    /// </summary>
    [Parameter]
    public double Timeout { get; set; } = 5;

    /// <summary><para type="description">Wait as with -Wait, and give the deliveries, one for each receiver, in the order of sending, as soon as they are settled.</para></summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        bool isWaiting = Wait || PassThru;
        TimeSpan timeout = Seconds(Timeout, nameof(Timeout));
        _patience = isWaiting || MyInvocation.BoundParameters.ContainsKey(nameof(Timeout)) ? timeout : null;
        _window = new SendWindow(Tell, isWaiting, Cancellation);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _window!.BeginRecord();
        try
        {
            LanSession session = RequireSession();
            foreach (string? message in Message ?? [null!])
            {
                SendOne(session, message);
            }

            _window.EndRecord();
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: what is on the way goes on.
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            _window!.End();
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C, as above.
        }
    }

    private void SendOne(LanSession session, string? message)
    {
        try
        {
            Send(session, message ?? "");
        }
        catch (LanPeerException error) when (error.ErrorId == LanErrorId.SessionStopped)
        {
            // What was on the way is settled, too, and is told first.
            _window!.End();
            Throw(error, session.UserId);
        }
        catch (LanPeerException error)
        {
            Report(error, message);
        }
    }

    private void Send(LanSession session, string message)
    {
        // Named once for a pipeline of many lines: listing the peers costs more than sending.
        _receivers ??= Receivers(session);
        if (!ShouldProcess(_receivers, "Send post"))
        {
            return;
        }

        _window!.Add(session.BeginPost(message, _patience), message, _receiverCount);
    }

    private void Tell(LanSending sending)
    {
        bool isSettled = sending.IsSettled;
        IReadOnlyList<LanDelivery> deliveries = sending.Deliveries;
        if (isSettled && deliveries.Count == 0 && !_isLonelinessTold)
        {
            _isLonelinessTold = true;
            WriteWarning("No peer is known, so nobody got this. Find-LanPeer looks for peers now.");
        }

        ReportFailures(deliveries, _patience);
        if (PassThru)
        {
            WriteObject(deliveries, enumerateCollection: true);
        }
    }

    private string Receivers(LanSession session)
    {
        IReadOnlyList<LanPeer> peers = session.Peers;
        _receiverCount = peers.Count;
        return peers.Count switch
        {
            0 => "nobody (no peer is known)",
            <= 5 => string.Join(", ", peers.Select(peer => peer.UserId)),
            _ => $"{string.Join(", ", peers.Take(5).Select(peer => peer.UserId))} and {peers.Count - 5} more",
        };
    }
}
