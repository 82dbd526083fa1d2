using System.Management.Automation;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Forgets an identity: it is New when it is next met, and its user ids are free.</para>
/// </summary>
[Cmdlet(VerbsCommon.Remove, "LanPin", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveLanPinCommand : TrustCmdlet
{
    /// <inheritdoc/>
    protected override void Decide(LanSession session, LanPeerSelector selector)
    {
        ChosenIdentity chosen = IdentityChoice.Pinned(selector, session);
        if (ShouldProcess($"{chosen}, {chosen.Pin!.State}", "Forget"))
        {
            session.RemovePin(chosen.PeerId);
        }
    }
}
