using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using LanPeer.Cmdlets.Data;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Sends a message to everyone who is here.</para>
/// </summary>
[Cmdlet(VerbsCommunications.Send, "LanPost", SupportsShouldProcess = true, DefaultParameterSetName = TextSet)]
[OutputType(typeof(LanDelivery))]
public sealed class SendLanPostCommand : LanSessionCmdlet
{
    private const string TextSet = "Message";
    private const string ObjectSet = "InputObject";
    private const string DataSet = "Json";

    private bool _isLonelinessTold;
    private string? _receivers;
    private int _receiverCount;
    private bool _isCutTold;
    private SendWindow? _window;
    private TimeSpan? _patience;

    /// <summary><para type="description">The text; each string from the pipeline is one message.</para></summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = TextSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [MessageText]
    [AllowEmptyString]
    [AllowNull]
    public string[] Message { get; set; } = [];

    /// <summary><para type="description">Any object. It is sent as the text that shows it at a prompt, or with -AsJson as data.</para></summary>
    [Parameter(Mandatory = true, ParameterSetName = ObjectSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = DataSet, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? InputObject { get; set; }

    /// <summary><para type="description">Send the objects as structured data: they arrive as objects with the same properties in the Data of the message.</para></summary>
    [Parameter(Mandatory = true, ParameterSetName = DataSet)]
    public SwitchParameter AsJson { get; set; }

    /// <summary><para type="description">How deep arrays and objects are sent with -AsJson, 1 to 32; what is deeper becomes its text.</para></summary>
    [Parameter(ParameterSetName = DataSet)]
    [ValidateRange(1, 32)]
    public int Depth { get; set; } = 4;

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
        _window = new SendWindow(Tell, isWaiting, WhileWaiting, Cancellation);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _window!.BeginRecord();
        BeginProgress("Sending post", () => _window.Progress);
        try
        {
            LanSession session = RequireSession();
            foreach (Payload payload in Payloads())
            {
                SendOne(session, payload);
            }

            _window.EndRecord();
            EndProgress();
            Narrate();
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
            BeginProgress("Sending post", () => _window!.Progress);
            _window!.End();
            EndProgress();
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C, as above.
        }
    }

    private IEnumerable<Payload> Payloads()
    {
        if (ParameterSetName == TextSet)
        {
            return Payload.OfTexts(Message);
        }

        try
        {
            return [Payload.OfObject(InputObject, AsJson, Depth, InvokeCommand, WarnOnce)];
        }
        catch (LanPeerException error)
        {
            Report(error, InputObject);
            return [];
        }
    }

    private void SendOne(LanSession session, Payload payload)
    {
        try
        {
            Send(session, payload);
        }
        catch (LanPeerException error) when (error.ErrorId == LanErrorId.SessionStopped)
        {
            // What was on the way is settled, too, and is told first.
            _window!.End();
            Throw(error, session.UserId);
        }
        catch (LanPeerException error)
        {
            Report(error, payload.Source);
        }
    }

    private void Send(LanSession session, Payload payload)
    {
        // Named once for a pipeline of many lines: listing the peers costs more than sending.
        _receivers ??= Receivers(session);
        if (!ShouldProcess(_receivers, "Send post"))
        {
            return;
        }

        _window!.Add(payload.Post(session, _patience), payload.Text, _receiverCount);
    }

    private void WarnOnce(string warning)
    {
        if (!_isCutTold)
        {
            _isCutTold = true;
            WriteWarning(warning);
        }
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
