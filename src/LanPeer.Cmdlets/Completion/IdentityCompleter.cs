using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Completion;

/// <summary>
/// Completes identities: those that are pinned, and where somebody new may be meant, the peers that are here.
/// Approve-LanPeer gets names only: a PEER_ID that was completed from its first letters was compared by nobody.
/// </summary>
internal sealed class IdentityCompleter : LanCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionResult> Complete(CompletionRequest request)
    {
        if (request.Session is not LanSession session)
        {
            return [];
        }

        bool isApproval = Is(request, "Approve-LanPeer");
        IEnumerable<LanPin> pins = session.GetPins();
        if (Is(request, "Unblock-LanPeer"))
        {
            pins = pins.Where(pin => pin.State == LanPinState.Blocked);
        }

        LanPeer[] peers = isApproval || Is(request, "Block-LanPeer") ? [.. session.Peers.Where(peer => peer.PeerId is not null)] : [];
        HashSet<string?> here = [.. peers.Select(peer => peer.PeerId)];
        (NamedPeer Who, string Tip)[] all =
        [
            .. peers.Select(peer => (NamedPeer.Of(peer), PeerCompleter.TipOf(peer))),
            .. pins.Where(pin => !here.Contains(pin.PeerId)).Select(pin => (NamedPeer.Of(pin), $"{pin.PeerId}: {pin.State}")),
        ];
        var names = new PeerNames(all.Select(one => one.Who), givesPeerIds: !isApproval);
        return all.Select(one => (Text: names.Of(one.Who, request.Word), one.Tip))
            .Where(found => found.Text is not null)
            .OrderBy(found => found.Text, StringComparer.OrdinalIgnoreCase)
            .Select(found => request.Word.Result(found.Text!, found.Tip));
    }

    private static bool Is(CompletionRequest request, string command) => request.Command.Equals(command, StringComparison.OrdinalIgnoreCase);
}
