using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;

namespace LanPeer.SeedStandIn;

/// <content>What the peer sends: field orders as captured, everything from the unicast socket.</content>
public sealed partial class SeedPeer
{
    /// <summary>Announces itself at every target, up to the first that fails (D16).</summary>
    public void Announce()
    {
        foreach (IPAddress target in _options.EffectiveTargets)
        {
            if (Send(DiscoveryDatagram(), target, _options.DiscoveryPort) is { } error)
            {
                if (!_stopping.IsSet)
                {
                    ReportError($"announcement: {error}");
                }

                return;
            }

            Counters.CountAnnounced();
        }
    }

    /// <summary>Sends a POST to every known peer. Line breaks in the text go out as they are (D6).</summary>
    public SeedSendResult Post(string text) =>
        SendToAll(SeedMessage.Encode(
            ("TYPE", "POST"),
            ("USER_ID", UserId),
            ("CONTENT", text),
            ("TIMESTAMP", SeedMessage.Now()),
            ("MESSAGE_ID", SeedMessage.NewMessageId())));

    /// <summary>Sends a DM to one known peer; to an unknown id nothing is sent.</summary>
    public SeedSendResult Dm(string toUserId, string text)
    {
        if (_table.Find(toUserId) is not { } peer)
        {
            return new SeedSendResult(0, 0, $"Peer {toUserId} not found or unreachable");
        }

        string? error = Send(
            SeedMessage.Encode(
                ("TYPE", "DM"),
                ("FROM", UserId),
                ("TO", toUserId),
                ("CONTENT", text),
                ("TIMESTAMP", SeedMessage.Now()),
                ("MESSAGE_ID", SeedMessage.NewMessageId())),
            peer.Address,
            peer.Port);
        return error is null ? new SeedSendResult(1, 1, null) : new SeedSendResult(0, 0, error);
    }

    /// <summary>
    /// Keeps the profile and sends it to the peers known now; who comes later never gets it (D24).
    /// Neither the picture nor its type is checked (D23).
    /// </summary>
    public SeedSendResult SetProfile(string displayName, string status, byte[]? avatarBytes = null, string? avatarType = null)
    {
        string? type = avatarBytes is null ? null : avatarType ?? "image/png";
        var fields = new List<(string Key, string Value)>
        {
            ("TYPE", "PROFILE"),
            ("USER_ID", UserId),
            ("DISPLAY_NAME", displayName),
            ("STATUS", status),
            ("TIMESTAMP", SeedMessage.Now()),
            ("MESSAGE_ID", SeedMessage.NewMessageId()),
        };
        if (avatarBytes is not null)
        {
            fields.Add(("AVATAR_TYPE", type!));
            fields.Add(("AVATAR_ENCODING", "base64"));
            fields.Add(("AVATAR_DATA", Convert.ToBase64String(avatarBytes)));
        }

        _table.PutProfile(UserId, new SeedProfile(displayName, status, type));
        return SendToAll(SeedMessage.Encode([.. fields]));
    }

    /// <summary>The peer table as LIST shows it; while it is empty, LIST announces at once.</summary>
    public IReadOnlyList<SeedPeerEntry> List()
    {
        SeedPeerEntry[] peers = _table.Snapshot();
        if (peers.Length == 0)
        {
            Announce();
        }

        return peers;
    }

    /// <summary>Sends these bytes from the unicast socket.</summary>
    public SeedSendResult SendRaw(ReadOnlySpan<byte> datagram, IPEndPoint target)
    {
        string? error = Send(datagram, target.Address, target.Port);
        return new SeedSendResult(1, error is null ? 1 : 0, error);
    }

    private byte[] DiscoveryDatagram() => SeedMessage.Encode(
        ("TYPE", "PEER_DISCOVERY"),
        ("USER_ID", UserId),
        ("PORT", Port.ToString(CultureInfo.InvariantCulture)),
        ("TIMESTAMP", SeedMessage.Now()),
        ("MESSAGE_ID", SeedMessage.NewMessageId()));

    private SeedSendResult SendToAll(byte[] datagram)
    {
        SeedPeerEntry[] peers = _table.Snapshot();
        int sent = 0;
        string? error = null;
        foreach (SeedPeerEntry peer in peers)
        {
            if (TableChanged(peers.Length) is { } aborted)
            {
                return new SeedSendResult(0, sent, aborted);
            }

            if (Send(datagram, peer.Address, peer.Port) is { } problem)
            {
                error = problem;
                ReportError($"{peer.Id}: {problem}");
            }
            else
            {
                sent++;
            }
        }

        // Failures are part of the claimed number (D8), a table that changed after the last send spoils it too.
        return TableChanged(peers.Length) is { } late
            ? new SeedSendResult(0, sent, late)
            : new SeedSendResult(peers.Length, sent, error);
    }

    // The seed's program walks its table while the receiving threads write to it: once an entry has come
    // or gone, the walk dies and the peers further on get nothing (D9).
    private string? TableChanged(int countAtStart)
    {
        if (_table.Count == countAtStart)
        {
            return null;
        }

        const string Aborted = "dictionary changed size during iteration";
        ReportError(Aborted);
        return Aborted;
    }

    private string? Send(ReadOnlySpan<byte> datagram, IPAddress address, System.Numerics.BigInteger port) =>
        (_sockets ?? throw new InvalidOperationException("The stand-in has not been started."))
            .Send(datagram, address, port);
}
