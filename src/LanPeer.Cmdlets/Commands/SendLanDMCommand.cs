using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using LanPeer.Cmdlets.Completion;
using LanPeer.Cmdlets.Data;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Sends a message to one peer, straight and without a relay.</para>
/// </summary>
[Cmdlet(VerbsCommunications.Send, "LanDM", SupportsShouldProcess = true)]
[OutputType(typeof(LanDelivery))]
public sealed class SendLanDMCommand : SendCmdlet
{
    private const string MessageSet = "Message";
    private const string ReplySet = "Reply";
    private const string PeerSet = "Peer";
    private const string ObjectSet = "InputObject";
    private const string DataSet = "Json";
    private const string ReplyObjectSet = "ReplyObject";
    private const string PeerObjectSet = "PeerObject";

    /// <summary>Seconds a message is tried that nobody waits for: a receiver that restarts is there again by then.</summary>
    private const double UnwatchedTimeout = 30;

    private TimeSpan _patience;
    private ReceiverChoice? _choice;

    /// <summary>
    /// <para type="description">The receivers: user ids, names, display names, PEER_IDs or peers. Wildcards in names name many.</para>
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = MessageSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ObjectSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = DataSet)]
    [Alias("UserId")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public LanPeerSelector[] To { get; set; } = [];

    /// <summary><para type="description">The text; each string from the pipeline is one message.</para></summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = MessageSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, ParameterSetName = ReplySet)]
    [Parameter(Mandatory = true, ParameterSetName = PeerSet)]
    [MessageText]
    [AllowEmptyString]
    [AllowNull]
    public string[] Message { get; set; } = [];

    /// <summary><para type="description">Any object. It is sent as the text that shows it at a prompt, or with -AsJson as data.</para></summary>
    [Parameter(Mandatory = true, ParameterSetName = ObjectSet)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = DataSet, ValueFromPipeline = true)]
    [Parameter(Mandatory = true, ParameterSetName = ReplyObjectSet)]
    [Parameter(Mandatory = true, ParameterSetName = PeerObjectSet)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? InputObject { get; set; }

    /// <summary><para type="description">Send the objects as structured data: they arrive as objects with the same properties in the Data of the message.</para></summary>
    [Parameter(Mandatory = true, ParameterSetName = DataSet)]
    [Parameter(ParameterSetName = ReplyObjectSet)]
    [Parameter(ParameterSetName = PeerObjectSet)]
    public SwitchParameter AsJson { get; set; }

    /// <summary><para type="description">How deep arrays and objects are sent with -AsJson, 1 to 32; what is deeper becomes its text.</para></summary>
    [Parameter(ParameterSetName = DataSet)]
    [Parameter(ParameterSetName = ReplyObjectSet)]
    [Parameter(ParameterSetName = PeerObjectSet)]
    [ValidateRange(1, 32)]
    public int Depth { get; set; } = 4;

    /// <summary><para type="description">A received message: its author is the receiver.</para></summary>
    [Parameter(Mandatory = true, ParameterSetName = ReplySet, ValueFromPipeline = true)]
    [Parameter(Mandatory = true, ParameterSetName = ReplyObjectSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LanMessage? InReplyTo { get; set; }

    /// <summary><para type="description">A peer from Get-LanPeer or Find-LanPeer: this very one, also where others use its user id.</para></summary>
    [Parameter(Mandatory = true, ParameterSetName = PeerSet, ValueFromPipeline = true)]
    [Parameter(Mandatory = true, ParameterSetName = PeerObjectSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PeerObjectCompleter))]
    public LanPeer? Peer { get; set; }

    /// <summary>
    /// <para type="description">Also write in the clear to a peer whose name belongs to somebody who has proven who he is. Anybody can read it, and anybody can be that peer.</para>
    /// </summary>
    [Parameter]
    public SwitchParameter AllowUnsigned { get; set; }

    /// <summary>
    /// <para type="description">Seconds it is tried to reach a receiver, and its receipt is waited for. What has none by then is an error. With -NoWait the default is 30.</para>
    /// </summary>
    [Parameter]
    public double Timeout { get; set; } = 5;

    /// <summary>
    /// <para type="description">Do not wait for receipts. Only what is known at once is told: what cannot be sent, and with -PassThru the deliveries to peers that give no receipts.</para>
    /// </summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary><para type="description">Give the deliveries, one for each receiver, in the order of sending, as soon as they are settled.</para></summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override string Activity => "Sending DM";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _patience = Seconds(NoWait && !MyInvocation.BoundParameters.ContainsKey(nameof(Timeout)) ? UnwatchedTimeout : Timeout, nameof(Timeout));
        OpenWindow(isWaiting: !NoWait);
    }

    /// <inheritdoc/>
    private protected override void SendRecord(LanSession session)
    {
        if (_choice?.IsCurrent(session) != true)
        {
            _choice = new ReceiverChoice(session, AllowUnsigned);
        }

        var served = new HashSet<LanPeer>();
        Payload[] payloads = ParameterSetName is MessageSet or ReplySet or PeerSet ? Payload.OfTexts(Message) : PayloadsOf(InputObject, AsJson, Depth);
        foreach (LanPeerSelector selector in Receivers())
        {
            SendTo(session, selector, payloads, _choice, served);
        }
    }

    /// <inheritdoc/>
    private protected override void Tell(LanSending sending) => Tell(sending.Deliveries, _patience, PassThru);

    private LanPeerSelector[] Receivers()
        => InReplyTo is not null ? [new LanPeerSelector(InReplyTo)] : Peer is not null ? [new LanPeerSelector(Peer)] : To;

    private void SendTo(LanSession session, LanPeerSelector selector, Payload[] payloads, ReceiverChoice choice, HashSet<LanPeer> served)
    {
        try
        {
            // Whom two of the names fit gets the message once.
            foreach (LanPeer peer in choice.Of(selector, error => Report(error, selector.Text)).Where(served.Add))
            {
                SendAll(session, peer, payloads);
            }
        }
        catch (LanPeerException error)
        {
            Report(error, selector.Text);
        }
    }

    private void SendAll(LanSession session, LanPeer peer, Payload[] payloads)
    {
        foreach (Payload payload in payloads)
        {
            if (ShouldProcess(Describe(peer), "Send DM"))
            {
                Send(session, payload, () => payload.DM(session, PeerLists.IdOf(peer), _patience));
            }
        }
    }

    private static string Describe(LanPeer peer)
        => peer.Trust == LanTrust.Conflict && peer.PeerId is not null ? $"{peer.UserId} (PEER_ID {peer.PeerId})" : peer.UserId;
}
