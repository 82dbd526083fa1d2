using System.Management.Automation;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Undoes Block-LanPeer: the identity is pinned as before, or forgotten when it was never met.</para>
/// </summary>
[Cmdlet(VerbsSecurity.Unblock, "LanPeer", SupportsShouldProcess = true)]
[OutputType(typeof(LanPin))]
public sealed class UnblockLanPeerCommand : TrustCmdlet
{
    /// <summary><para type="description">Give the pin, if one is left.</para></summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Decide(LanSession session, LanPeerSelector selector)
    {
        // Whoever is blocked is not among the peers: by name he is found among the pins.
        ChosenIdentity chosen = IdentityChoice.Pinned(selector, session, LanPinState.Blocked);
        if (ShouldProcess(chosen.ToString(), "Unblock") && session.Unblock(chosen.PeerId) is LanPin pin && PassThru)
        {
            WriteObject(pin);
        }
    }
}
