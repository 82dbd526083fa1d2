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
public sealed class SendLanPostCommand : SendCmdlet
{
    private const string TextSet = "Message";
    private const string ObjectSet = "InputObject";
    private const string DataSet = "Json";

    private bool _isLonelinessTold;
    private string? _receivers;
    private int _receiverCount;
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
    private protected override string Activity => "Sending post";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        bool isWaiting = Wait || PassThru;
        TimeSpan timeout = Seconds(Timeout, nameof(Timeout));
        _patience = isWaiting || MyInvocation.BoundParameters.ContainsKey(nameof(Timeout)) ? timeout : null;
        OpenWindow(isWaiting);
    }

    /// <inheritdoc/>
    private protected override void SendRecord(LanSession session)
    {
        foreach (Payload payload in ParameterSetName == TextSet ? Payload.OfTexts(Message) : PayloadsOf(InputObject, AsJson, Depth))
        {
            // Named once for a pipeline of many lines: listing the peers costs more than sending.
            _receivers ??= Receivers(session);
            if (ShouldProcess(_receivers, "Send post"))
            {
                Send(session, payload, () => payload.Post(session, _patience), _receiverCount);
            }
        }
    }

    /// <inheritdoc/>
    private protected override void Tell(LanSending sending)
    {
        bool isSettled = sending.IsSettled;
        IReadOnlyList<LanDelivery> deliveries = sending.Deliveries;
        if (isSettled && deliveries.Count == 0 && !_isLonelinessTold)
        {
            _isLonelinessTold = true;
            WriteWarning("No peer is known, so nobody got this. Find-LanPeer looks for peers now.");
        }

        Tell(deliveries, _patience, PassThru);
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
