using System;
using System.Collections.Generic;

namespace LanPeer;

/// <content>Whom this peer trusts.</content>
public sealed partial class LanSession
{
    /// <summary>The identities this peer knows.</summary>
    public IReadOnlyList<LanPin> GetPins() => _engine.GetPins();

    /// <summary>All pins as a JSON document, to be imported by another peer. It holds nothing secret.</summary>
    public byte[] ExportPins() => _engine.ExportPins();

    /// <summary>Adds pins exported elsewhere. What was decided here stands.</summary>
    /// <param name="document">From <see cref="ExportPins"/>.</param>
    /// <returns>What was added, and what stood against it.</returns>
    /// <exception cref="LanPeerException">The document cannot be used, or the session was stopped.</exception>
    public LanPinImport ImportPins(byte[] document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return _engine.ImportPins(document);
    }

    /// <summary>Approves an identity whose PEER_ID you have compared.</summary>
    /// <param name="peerId">PEER_ID, grouped or not.</param>
    /// <param name="userId">A user id that is to be its own from now on, whoever had it; null for none.</param>
    /// <returns>Its pin.</returns>
    /// <exception cref="LanPeerException">It is no PEER_ID, or there is no place for another pin.</exception>
    public LanPin Approve(string peerId, string? userId = null) => _engine.Approve(Normalize(peerId), userId) ?? throw NoPlace();

    /// <summary>Blocks an identity: nothing of it is received, whatever it calls itself, and nothing is sent to it.</summary>
    /// <param name="peerId">PEER_ID, grouped or not.</param>
    /// <returns>Its pin.</returns>
    /// <exception cref="LanPeerException">It is no PEER_ID, or there is no place for another pin.</exception>
    public LanPin Block(string peerId) => _engine.Block(Normalize(peerId)) ?? throw NoPlace();

    /// <summary>Undoes a block: the identity is pinned as before, or forgotten when it was never met.</summary>
    /// <param name="peerId">PEER_ID, grouped or not.</param>
    /// <returns>Its pin; null when there is none any more.</returns>
    /// <exception cref="LanPeerException">It is no PEER_ID.</exception>
    public LanPin? Unblock(string peerId) => _engine.Unblock(Normalize(peerId));

    /// <summary>Forgets an identity: it is new when it is next met, and its user ids are free.</summary>
    /// <param name="peerId">PEER_ID, grouped or not.</param>
    /// <returns>Whether it was known.</returns>
    /// <exception cref="LanPeerException">It is no PEER_ID.</exception>
    public bool RemovePin(string peerId) => _engine.RemovePin(Normalize(peerId));

    /// <summary>Takes what happened to trust since the last call, 64 events at most.</summary>
    public IReadOnlyList<LanTrustEventArgs> TakeTrustEvents() => _engine.Notices.TakeEvents();

    /// <summary>Takes the warnings since the last call: what could not be saved, and floods, once a minute.</summary>
    public IReadOnlyList<string> TakeWarnings() => _engine.TakeWarnings();

    private static string Normalize(string peerId)
        => Security.PeerId.TryNormalize(peerId, out string normal) ? normal
            : throw new LanPeerException(LanErrorId.InvalidPeerId, $"'{peerId}' is no PEER_ID.",
                "A PEER_ID has 32 letters A to Z and digits 2 to 7, in groups of four or not. Get-LanPeer shows those that are here.");

    private static LanPeerException NoPlace()
        => new(LanErrorId.PinBookFull, "There is no place for another pin: all of them are approved or blocked.",
            "Remove pins that are not needed any more with Remove-LanPin.");
}
