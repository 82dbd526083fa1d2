using System;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>A POST whose author can be told from its bytes alone (docs/protocol.md, "Signed posts").</summary>
public sealed class LanSignedPost
{
    private LanSignedPost(string peerId, string userId, string content)
    {
        PeerId = peerId;
        UserId = userId;
        Content = content;
    }

    /// <summary>Who wrote it: PEER_ID in groups of four.</summary>
    public string PeerId { get; }

    /// <summary>What the author called himself then.</summary>
    public string UserId { get; }

    /// <summary>The text, with control characters made visible.</summary>
    public string Content { get; }

    /// <summary>When it was sent by the author's clock, local time; null when it does not say.</summary>
    public DateTime? Timestamp { get; private init; }

    /// <summary>The author's id for it.</summary>
    public string MessageId { get; private init; } = "";

    /// <summary>Checks a post that was kept or passed on.</summary>
    /// <param name="bytes">From <see cref="LanMessage.GetSignedBytes"/>.</param>
    /// <param name="networkName">The closed network it was written for; empty for the open one.</param>
    /// <param name="post">What it says, when the signature is right.</param>
    /// <returns>False when it is no POST, does not name its author, carries no signature, or was changed; nothing is thrown for that.</returns>
    public static bool TryVerify(ReadOnlySpan<byte> bytes, string networkName, out LanSignedPost? post)
    {
        post = null;
        if (DatagramReader.Read(bytes, out Datagram datagram, PostSignature.MaxAttested) != DropReason.None || datagram.Type != MessageType.Post
            || !PostSignature.TryVerify(datagram, networkName, out PublicIdentity? author))
        {
            return false;
        }

        post = new LanSignedPost(Security.PeerId.Grouped(author!.PeerId), datagram.Text(Field.UserId), VisibleText.Block(datagram.ContentText()))
        {
            Timestamp = datagram.Timestamp is long seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds).LocalDateTime : null,
            MessageId = datagram.Text(Field.MessageId),
        };
        return true;
    }

    /// <summary>Author and content.</summary>
    public override string ToString() => $"{UserId}: {Content}";
}
