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

    /// <summary><para type="description">The text; each string from the pipeline is one message.</para></summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [MessageText]
    [AllowEmptyString]
    [AllowNull]
    public string[] Message { get; set; } = [];

    /// <summary><para type="description">Wait for the receipts of those who give some, and write an error for each that failed.</para></summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary><para type="description">Give the deliveries, one for each receiver.</para></summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        LanSession session = RequireSession();
        foreach (string? message in Message ?? [null!])
        {
            try
            {
                Send(session, message ?? "");
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

    private void Send(LanSession session, string message)
    {
        // Named once for a pipeline of many lines: listing the peers costs more than sending.
        _receivers ??= Receivers(session);
        if (!ShouldProcess(_receivers, "Send post"))
        {
            return;
        }

        IReadOnlyList<LanDelivery> deliveries = session.Post(message);
        if (deliveries.Count == 0 && !_isLonelinessTold)
        {
            _isLonelinessTold = true;
            WriteWarning("No peer is known, so nobody got this. Find-LanPeer looks for peers now.");
        }

        ReportFailures(deliveries);
        if (PassThru)
        {
            WriteObject(deliveries, enumerateCollection: true);
        }
    }

    private static string Receivers(LanSession session)
    {
        IReadOnlyList<LanPeer> peers = session.Peers;
        return peers.Count switch
        {
            0 => "nobody (no peer is known)",
            <= 5 => string.Join(", ", peers.Select(peer => peer.UserId)),
            _ => $"{string.Join(", ", peers.Take(5).Select(peer => peer.UserId))} and {peers.Count - 5} more",
        };
    }
}
