using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using LanPeer.Cmdlets.Completion;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Gets this peer's profile, or what others have sent of theirs.</para>
/// </summary>
[Cmdlet(VerbsCommon.Get, "LanProfile")]
[OutputType(typeof(LanProfile))]
public sealed class GetLanProfileCommand : LanSessionCmdlet
{
    private readonly HashSet<string> _written = [];

    /// <summary><para type="description">Whose: user ids, names, display names or PEER_IDs; wildcards in names are allowed. Default: one's own.</para></summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UserId")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public LanPeerSelector[]? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        LanSession session = RequireSession();
        if (Name is null)
        {
            if (session.GetProfile() is LanProfile own)
            {
                WriteObject(own);
            }

            return;
        }

        IReadOnlyList<LanPeer> peers = session.Peers;
        foreach (LanPeerSelector selector in Name)
        {
            IReadOnlyList<LanPeer> found = selector.Find(peers);
            LanProfile[] profiles = [.. found.Select(peer => session.GetProfile(PeerLists.IdOf(peer))).OfType<LanProfile>()];
            WriteObject(profiles.Where(profile => _written.Add(profile.UserId)), enumerateCollection: true);
            if (profiles.Length == 0 && !selector.IsPattern)
            {
                Report(found.Count == 0 ? selector.NotFound(peers) : new LanPeerException(LanErrorId.ProfileNotFound,
                    $"{found[0].UserId} has sent no profile.", "It sends one when its user sets it."), selector.Text);
            }
        }
    }
}
