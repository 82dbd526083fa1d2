using System.Management.Automation;
using LanPeer.Cmdlets.Completion;

namespace LanPeer.Cmdlets;

/// <summary>A command by which a user decides about identities, one after the other.</summary>
public abstract class TrustCmdlet : LanSessionCmdlet
{
    /// <summary>
    /// <para type="description">Whom: a PEER_ID, in groups or not, also of somebody not here; a peer or a pin; or a name or user id, wildcards allowed, that fits one identity only.</para>
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "UserId")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(IdentityCompleter))]
    public LanPeerSelector[] PeerId { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        LanSession session = RequireSession();
        foreach (LanPeerSelector selector in PeerId)
        {
            try
            {
                Decide(session, selector);
            }
            catch (LanPeerException error) when (error.ErrorId == LanErrorId.SessionStopped)
            {
                Throw(error, session.UserId);
            }
            catch (LanPeerException error)
            {
                Report(error, selector.Text);
            }
        }
    }

    /// <summary>Tells at once when a decision could not be written down.</summary>
    protected override void EndProcessing() => TellNews(RequireSession());

    /// <summary>Decides about one.</summary>
    /// <param name="session">For whom.</param>
    /// <param name="selector">About whom.</param>
    /// <exception cref="LanPeerException">It cannot be decided.</exception>
    protected abstract void Decide(LanSession session, LanPeerSelector selector);
}
