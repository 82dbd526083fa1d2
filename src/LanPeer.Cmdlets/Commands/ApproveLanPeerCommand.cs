using System;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Approves an identity whose PEER_ID you have compared: from then on it is Verified.</para>
/// </summary>
/// <remarks>
/// Like SSH, it asks when a name was given, showing the PEER_ID to compare; a PEER_ID that was typed or picked has been
/// seen. A peer in conflict gets the user id it uses, whoever had it before.
/// </remarks>
[Cmdlet(VerbsLifecycle.Approve, "LanPeer", SupportsShouldProcess = true)]
[OutputType(typeof(LanPin))]
public sealed class ApproveLanPeerCommand : TrustCmdlet
{
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary><para type="description">Do not ask when a name was given: the PEER_ID was compared, or it does not matter.</para></summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary><para type="description">Give the pin.</para></summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    // Who says -Confirm is asked already; who says -Confirm:$false wants no question.
    private bool IsToAsk => !Force && !MyInvocation.BoundParameters.ContainsKey("Confirm");

    /// <inheritdoc/>
    protected override void Decide(LanSession session, LanPeerSelector selector)
    {
        ChosenIdentity chosen = IdentityChoice.Of(selector, session);
        string? userId = chosen.Peer is { Trust: LanTrust.Conflict } peer && peer.UserId != session.UserId ? peer.UserId : null;
        if (ShouldProcess(chosen.ToString(), $"Approve{Consequence(session, chosen.PeerId, userId)}")
            && (!chosen.IsByName || !IsToAsk || IsCompared(chosen)))
        {
            LanPin pin = session.Approve(chosen.PeerId, userId);
            if (PassThru)
            {
                WriteObject(pin);
            }
        }
    }

    private static string Consequence(LanSession session, string peerId, string? userId)
    {
        if (userId is null)
        {
            return "";
        }

        LanPin? owner = PeerLists.OwnerOf(session.GetPins(), userId);
        return owner is null || owner.PeerId == peerId ? $", with the user id {userId}" : $", and take the user id {userId} from PEER_ID {owner.PeerId}";
    }

    private bool IsCompared(ChosenIdentity chosen)
    {
        try
        {
            return ShouldContinue(
                $"{chosen.Name} has the PEER_ID\n    {chosen.PeerId}\nDoes its owner read out the same (PeerId of his session), all of it?",
                "Approve by name", ref _yesToAll, ref _noToAll);
        }
        catch (Exception error) when (error is HostException or PSInvalidOperationException or NotImplementedException)
        {
            throw new LanPeerException(LanErrorId.ConfirmationNeeded,
                $"{chosen.Name} was not approved: it has the PEER_ID {chosen.PeerId}, and there is nobody here to compare it.",
                "Give the PEER_ID in place of the name, or use -Force.", error);
        }
    }
}
