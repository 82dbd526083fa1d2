using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using LanPeer.Cmdlets.Completion;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Gets the peers this session knows.</para>
/// </summary>
[Cmdlet(VerbsCommon.Get, "LanPeer")]
[OutputType(typeof(LanPeer))]
public sealed class GetLanPeerCommand : LanSessionCmdlet
{
    private readonly HashSet<(string UserId, string? PeerId)> _written = [];
    private IReadOnlyList<LanPeer>? _peers;

    /// <summary><para type="description">User ids, names, display names or PEER_IDs; wildcards in names are allowed. Default: all.</para></summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UserId")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public LanPeerSelector[] Name { get; set; } = [new("*")];

    /// <summary><para type="description">Ask all known peers whom they know, and give those too.</para></summary>
    [Parameter]
    public SwitchParameter FromNetwork { get; set; }

    /// <summary><para type="description">Seconds to wait for the slowest answer with -FromNetwork.</para></summary>
    [Parameter]
    public double Timeout { get; set; } = 1;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            // One view for the whole pipeline: each peer is written once, whatever names it comes by.
            _peers ??= FromNetwork ? Ask() : RequireSession().Peers;
        }
        catch (LanPeerException error)
        {
            Throw(error);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        foreach (LanPeerSelector selector in Name)
        {
            IReadOnlyList<LanPeer> found = selector.Find(_peers!);
            if (found.Count == 0 && !selector.IsPattern)
            {
                Report(selector.NotFound(_peers!), selector.Text);
            }

            foreach (LanPeer peer in found.Where(peer => _written.Add((peer.UserId, peer.PeerId))))
            {
                WriteObject(peer);
            }
        }
    }

    private IReadOnlyList<LanPeer> Ask()
    {
        LanSession session = RequireSession();
        TimeSpan timeout = Seconds(Timeout, nameof(Timeout));
        BeginProgress("Asking peers whom they know", timeout, () => $"{session.Peers.Count} known");
        IReadOnlyList<LanPeer> peers = session.AskForPeers(timeout, Cancellation, WhileWaiting);
        EndProgress();
        return peers;
    }
}
