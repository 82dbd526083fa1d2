using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Sends a message to one peer, straight and without a relay.</para>
/// </summary>
[Cmdlet(VerbsCommunications.Send, "LanDM", SupportsShouldProcess = true)]
[OutputType(typeof(LanDelivery))]
public sealed class SendLanDMCommand : LanSessionCmdlet
{
    private const string MessageSet = "Message";
    private const string ReplySet = "Reply";
    private const string PeerSet = "Peer";

    /// <summary>
    /// <para type="description">The receivers: user ids, names, display names, PEER_IDs or peers. Wildcards in names name many.</para>
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = MessageSet, ValueFromPipelineByPropertyName = true)]
    [Alias("UserId")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public LanPeerSelector[] To { get; set; } = [];

    /// <summary><para type="description">The text; each string from the pipeline is one message.</para></summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = MessageSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, ParameterSetName = ReplySet)]
    [Parameter(Mandatory = true, ParameterSetName = PeerSet)]
    [MessageText]
    [AllowEmptyString]
    [AllowNull]
    public string[] Message { get; set; } = [];

    /// <summary><para type="description">A received message: its author is the receiver.</para></summary>
    [Parameter(Mandatory = true, ParameterSetName = ReplySet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LanMessage? InReplyTo { get; set; }

    /// <summary><para type="description">A peer from Get-LanPeer or Find-LanPeer: this very one, also where others use its user id.</para></summary>
    [Parameter(Mandatory = true, ParameterSetName = PeerSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LanPeer? Peer { get; set; }

    /// <summary>
    /// <para type="description">Also write in the clear to a peer whose name belongs to somebody who has proven who he is. Anybody can read it, and anybody can be that peer.</para>
    /// </summary>
    [Parameter]
    public SwitchParameter AllowUnsigned { get; set; }

    /// <summary><para type="description">Seconds to wait for the receipt of a receiver that gives some.</para></summary>
    [Parameter]
    public double Timeout { get; set; } = 5;

    /// <summary><para type="description">Do not wait for receipts.</para></summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary><para type="description">Give the deliveries, one for each receiver.</para></summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _ = Seconds(Timeout, nameof(Timeout));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        LanSession session = RequireSession();
        var choice = new ReceiverChoice(session, session.Peers, AllowUnsigned);
        var served = new HashSet<LanPeer>();
        foreach (LanPeerSelector selector in Receivers())
        {
            try
            {
                // Whom two of the names fit gets the message once.
                foreach (LanPeer peer in choice.Of(selector, error => Report(error, selector.Text)).Where(served.Add))
                {
                    SendAll(session, peer);
                }
            }
            catch (LanPeerException error)
            {
                Report(error, selector.Text);
            }
        }
    }

    private LanPeerSelector[] Receivers()
        => InReplyTo is not null ? [new LanPeerSelector(InReplyTo)] : Peer is not null ? [new LanPeerSelector(Peer)] : To;

    private void SendAll(LanSession session, LanPeer peer)
    {
        foreach (string? message in Message ?? [null!])
        {
            try
            {
                if (ShouldProcess(Describe(peer), "Send DM"))
                {
                    Send(session, peer, message ?? "");
                }
            }
            catch (LanPeerException error) when (error.ErrorId == LanErrorId.SessionStopped)
            {
                Throw(error, session.UserId);
            }
            catch (LanPeerException error)
            {
                Report(error, message);
            }
        }
    }

    private void Send(LanSession session, LanPeer peer, string message)
    {
        LanDelivery delivery = session.SendDM(PeerLists.IdOf(peer), message);
        ReportFailures([delivery]);
        if (PassThru)
        {
            WriteObject(delivery);
        }
    }

    private static string Describe(LanPeer peer)
        => peer.Trust == LanTrust.Conflict && peer.PeerId is not null ? $"{peer.UserId} (PEER_ID {peer.PeerId})" : peer.UserId;
}
