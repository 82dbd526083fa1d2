using System;
using System.Collections.Generic;
using System.Linq;

namespace LanPeer.Cmdlets;

/// <summary>Peers and pins in sentences, and whose a user id is.</summary>
internal static class PeerLists
{
    /// <summary>Peers named in a sentence; more are counted.</summary>
    private const int Shown = 10;

    /// <summary>The part of a user id before the @.</summary>
    public static string NameOf(string userId) => userId[..Math.Max(0, userId.LastIndexOf('@'))];

    /// <summary>What the engine finds a peer by: two may use one user id, a PEER_ID is one's own. It takes it without hyphens.</summary>
    public static string IdOf(LanPeer peer) => peer.PeerId?.Replace("-", "", StringComparison.Ordinal) ?? peer.UserId;

    /// <summary>Their user ids.</summary>
    public static string UserIds(IReadOnlyList<LanPeer> peers) => List(peers, peer => peer.UserId);

    /// <summary>Their user ids, with the PEER_ID where that is all that tells two apart.</summary>
    public static string Told(IReadOnlyList<LanPeer> peers)
        => List(peers, peer => peers.Count(other => other.UserId == peer.UserId) > 1 ? Whole(peer) : peer.UserId);

    /// <summary>Their user ids and PEER_IDs, for somebody who has to compare them.</summary>
    public static string WithPeerIds(IReadOnlyList<LanPeer> peers) => List(peers, Whole);

    /// <summary>Their PEER_IDs with a user id each has.</summary>
    public static string WithPeerIds(IReadOnlyList<LanPin> pins)
        => List(pins, pin => pin.UserIds.Count > 0 ? $"{pin.UserIds[0]} (PEER_ID {pin.PeerId})" : $"PEER_ID {pin.PeerId}");

    /// <summary>The pin a user id belongs to; null when it is nobody's.</summary>
    public static LanPin? OwnerOf(IReadOnlyList<LanPin> pins, string userId)
        => pins.FirstOrDefault(pin => pin.UserIds.Contains(userId, StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether a name belongs to an identity other than this peer's.</summary>
    public static bool IsNameOfAnother(IReadOnlyList<LanPin> pins, string name, LanPeer peer)
        => pins.Any(pin => pin.PeerId != peer.PeerId
            && pin.UserIds.Any(id => NameOf(id).Equals(name, StringComparison.OrdinalIgnoreCase)));

    private static string Whole(LanPeer peer)
        => peer.PeerId is null ? $"{peer.UserId} (no PEER_ID)" : $"{peer.UserId} (PEER_ID {peer.PeerId})";

    private static string List<T>(IReadOnlyList<T> all, Func<T, string> text)
    {
        string list = string.Join(", ", all.Take(Shown).Select(text));
        return all.Count > Shown ? $"{list} and {all.Count - Shown} more" : list;
    }
}
