using System;
using System.Collections.Generic;
using System.Threading;
using LanPeer.Wire;

namespace LanPeer;

/// <content>Sending, and waiting for receipts.</content>
public sealed partial class LanSession
{
    /// <summary>How long it is tried to reach somebody who is not waited for.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Sends a message to all peers known now, and does not wait for their receipts.</summary>
    /// <param name="text">Any text; with what is sent around it at most 1,048,576 bytes.</param>
    /// <param name="patience">How long it is tried to reach each of them; 30 s when null.</param>
    /// <returns>The message on its way.</returns>
    /// <exception cref="LanPeerException">The text cannot be sent, or the session was stopped.</exception>
    public LanSending BeginPost(string text, TimeSpan? patience = null) => _engine.Post(text, patience ?? s_patience);

    /// <summary>Sends a message to one peer, and does not wait for its receipt.</summary>
    /// <param name="userId">The peer's user id or PEER_ID.</param>
    /// <param name="text">Any text; with what is sent around it at most 1,048,576 bytes.</param>
    /// <param name="patience">How long it is tried to reach it; 30 s when null.</param>
    /// <returns>The message on its way.</returns>
    /// <exception cref="LanPeerException">The text cannot be sent, or the session was stopped.</exception>
    public LanSending BeginDM(string userId, string text, TimeSpan? patience = null) => _engine.DM(userId, text, patience ?? s_patience);

    /// <summary>Sends data to all peers known now, as JSON that arrives as <see cref="LanMessage.Data"/>, and does not wait for their receipts.</summary>
    /// <param name="json">JSON (RFC 8259), nested at most 64 deep; with what is sent around it at most 1,048,576 bytes.</param>
    /// <param name="patience">How long it is tried to reach each of them; 30 s when null.</param>
    /// <returns>The message on its way.</returns>
    /// <exception cref="LanPeerException">It is no JSON or cannot be sent, or the session was stopped.</exception>
    public LanSending BeginPostData(string json, TimeSpan? patience = null)
        => _engine.Post(new MessageText(json, IsJson: true), patience ?? s_patience);

    /// <summary>Sends data to one peer, as JSON that arrives as <see cref="LanMessage.Data"/>, and does not wait for its receipt.</summary>
    /// <param name="userId">The peer's user id or PEER_ID.</param>
    /// <param name="json">JSON (RFC 8259), nested at most 64 deep; with what is sent around it at most 1,048,576 bytes.</param>
    /// <param name="patience">How long it is tried to reach it; 30 s when null.</param>
    /// <returns>The message on its way.</returns>
    /// <exception cref="LanPeerException">It is no JSON or cannot be sent, or the session was stopped.</exception>
    public LanSending BeginDMData(string userId, string json, TimeSpan? patience = null)
        => _engine.DM(userId, new MessageText(json, IsJson: true), patience ?? s_patience);

    /// <summary>Sets the own profile and sends it to all peers, also to those that come later.</summary>
    /// <param name="displayName">One line, 1 to 256 bytes of UTF-8.</param>
    /// <param name="status">One line, at most 1,024 bytes of UTF-8.</param>
    /// <param name="avatar">A PNG, JPEG, GIF or WebP image of at most 20,480 bytes; null for none.</param>
    /// <returns>The profile on its way.</returns>
    /// <exception cref="LanPeerException">Something of it cannot be sent, or the session was stopped.</exception>
    public LanSending BeginProfile(string displayName, string status, byte[]? avatar)
        => _engine.SetProfile(displayName, status, (byte[]?)avatar?.Clone());

    /// <summary>Sends a message to all peers known now, and waits for their receipts.</summary>
    /// <param name="text">Any text; with what is sent around it at most 1,048,576 bytes.</param>
    /// <param name="timeout">How long at most; 5 s when null.</param>
    /// <returns>What became of it, for each peer.</returns>
    /// <exception cref="LanPeerException">The text cannot be sent, or the session was stopped.</exception>
    public IReadOnlyList<LanDelivery> Post(string text, TimeSpan? timeout = null)
        => Settled(BeginPost(text, timeout ?? s_defaultTimeout));

    /// <summary>Sends a message to one peer, and waits for its receipt.</summary>
    /// <param name="userId">The peer's user id or PEER_ID.</param>
    /// <param name="text">Any text; with what is sent around it at most 1,048,576 bytes.</param>
    /// <param name="timeout">How long at most; 5 s when null.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="LanPeerException">The text cannot be sent, or the session was stopped.</exception>
    public LanDelivery SendDM(string userId, string text, TimeSpan? timeout = null)
        => Settled(BeginDM(userId, text, timeout ?? s_defaultTimeout))[0];

    /// <inheritdoc cref="BeginProfile"/>
    /// <returns>What became of it, for each peer that gave its receipt within 5 s.</returns>
    public IReadOnlyList<LanDelivery> SetProfile(string displayName, string status, byte[]? avatar)
    {
        LanSending sending = BeginProfile(displayName, status, avatar);
        _ = sending.Wait(s_defaultTimeout, CancellationToken.None);
        return sending.Deliveries;
    }

    private static IReadOnlyList<LanDelivery> Settled(LanSending sending)
    {
        // It settles by itself when its time is over.
        _ = sending.Wait(Timeout.InfiniteTimeSpan, CancellationToken.None);
        return sending.Deliveries;
    }
}
