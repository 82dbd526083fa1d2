using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Completion;

/// <summary>Completes the names, user ids, display names and PEER_IDs of known peers.</summary>
internal sealed class PeerCompleter : LanCompleter
{
    /// <summary>The peers a word fits, by name, with what is known of them as tooltip.</summary>
    internal static IEnumerable<CompletionResult> Complete(IReadOnlyList<LanPeer> peers, CompletionWord word, bool givesPeerIds = true)
        => Find(peers, word, givesPeerIds).Select(found => word.Result(found.Text, TipOf(found.Peer)));

    /// <summary>The peers a word fits, by name, and what to call them.</summary>
    internal static IEnumerable<(string Text, LanPeer Peer)> Find(IReadOnlyList<LanPeer> peers, CompletionWord word, bool givesPeerIds = true)
    {
        var names = new PeerNames(peers.Select(NamedPeer.Of), givesPeerIds);
        return peers.Select(peer => (Text: names.Of(NamedPeer.Of(peer), word), Peer: peer))
            .Where(found => found.Text is not null)
            .Select(found => (found.Text!, found.Peer))
            .OrderBy(found => found.Item1, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What is known of a peer, on one line. Control characters are visible in what it says of itself.</summary>
    internal static string TipOf(LanPeer peer) => $"{peer.DisplayName}: {peer.State}, {peer.Trust}, {peer.Address}:{peer.Port}";

    /// <inheritdoc/>
    protected override IEnumerable<CompletionResult> Complete(CompletionRequest request)
    {
        IReadOnlyList<LanPeer> peers = request.Session?.Peers ?? [];
        bool isAvatar = request.Command.Equals("Save-LanAvatar", StringComparison.OrdinalIgnoreCase);
        return Complete(isAvatar ? [.. peers.Where(peer => peer.HasAvatar)] : peers, request.Word);
    }
}

/// <summary>Completes a parameter that takes peers and no names to a command that gives the peer.</summary>
internal sealed class PeerObjectCompleter : LanCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionResult> Complete(CompletionRequest request)
    {
        string session = request.SessionText is string text ? $" -Session {text}" : "";
        return PeerCompleter.Find(request.Session?.Peers ?? [], request.Word).Select(found => new CompletionResult(
            $"(Get-LanPeer {request.Word.AsArgument(found.Text)}{session})", found.Text, CompletionResultType.ParameterValue, PeerCompleter.TipOf(found.Peer)));
    }
}
