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

    /// <summary>
    /// <para type="description">The receivers: user ids, names, display names, peer ids or peers. Wildcards name many.</para>
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = MessageSet, ValueFromPipelineByPropertyName = true)]
    [Alias("UserId")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public LanPeerSelector[] To { get; set; } = [];

    /// <summary><para type="description">The text; each string from the pipeline is one message.</para></summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = MessageSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, ParameterSetName = ReplySet)]
    [MessageText]
    [AllowEmptyString]
    [AllowNull]
    public string[] Message { get; set; } = [];

    /// <summary><para type="description">A received message: its author is the receiver.</para></summary>
    [Parameter(Mandatory = true, ParameterSetName = ReplySet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public LanMessage? InReplyTo { get; set; }

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
        IReadOnlyList<LanPeer> known = session.Peers;
        var served = new HashSet<string>();
        foreach (LanPeerSelector selector in InReplyTo is null ? To : [new LanPeerSelector(InReplyTo)])
        {
            try
            {
                // Whom two of the names fit gets the message once.
                foreach (LanPeer peer in selector.Resolve(known).Where(peer => served.Add(peer.UserId)))
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

    private void SendAll(LanSession session, LanPeer peer)
    {
        foreach (string? message in Message ?? [null!])
        {
            try
            {
                if (ShouldProcess(peer.UserId, "Send DM"))
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
        LanDelivery delivery = session.SendDM(peer.UserId, message);
        ReportFailures([delivery]);
        if (PassThru)
        {
            WriteObject(delivery);
        }
    }
}
