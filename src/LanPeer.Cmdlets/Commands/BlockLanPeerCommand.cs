using System.Management.Automation;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Blocks an identity: nothing of it is received, whatever it calls itself, and nothing is sent to it.</para>
/// </summary>
[Cmdlet(VerbsSecurity.Block, "LanPeer", SupportsShouldProcess = true)]
[OutputType(typeof(LanPin))]
public sealed class BlockLanPeerCommand : TrustCmdlet
{
    /// <summary><para type="description">Give the pin.</para></summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Decide(LanSession session, LanPeerSelector selector)
    {
        ChosenIdentity chosen = IdentityChoice.Of(selector, session);
        if (ShouldProcess(chosen.ToString(), "Block, whatever it calls itself"))
        {
            LanPin pin = session.Block(chosen.PeerId);
            if (PassThru)
            {
                WriteObject(pin);
            }
        }
    }
}
