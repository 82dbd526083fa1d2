using System;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using LanPeer.Wire;

namespace LanPeer.Security;

/// <summary>
/// What a POST's signature covers (docs/protocol.md, "Signed posts"): who, where, when and every byte of the content, so
/// that whoever gets it later, from whomever, can tell who wrote it.
/// </summary>
internal static class PostSignature
{
    private static readonly byte[] s_label = Encoding.ASCII.GetBytes("LanPeer POST 1");

    /// <summary>The bytes that are signed. Each part is preceded by its length, so that no two posts have the same.</summary>
    /// <param name="network">Name of the closed network; empty on the open one.</param>
    /// <param name="peerId">The author.</param>
    /// <param name="userId">What the author calls himself.</param>
    /// <param name="messageId">As in the datagram.</param>
    /// <param name="timestamp">As in the datagram.</param>
    /// <param name="content">As its author wrote it, escapes undone.</param>
    /// <param name="contentType">As in the datagram; empty for a text.</param>
    public static byte[] Statement(
        string network, ReadOnlySpan<byte> peerId, ReadOnlySpan<byte> userId, ReadOnlySpan<byte> messageId, ReadOnlySpan<byte> timestamp, string content,
        ReadOnlySpan<byte> contentType)
    {
        int parts = contentType.IsEmpty ? 7 : 8;
        byte[] statement = new byte[(parts * sizeof(uint)) + contentType.Length + s_label.Length + Encoding.UTF8.GetByteCount(network)
            + peerId.Length + userId.Length + messageId.Length + timestamp.Length + Encoding.UTF8.GetByteCount(content)];
        int at = 0;
        Add(s_label);
        Add(Encoding.UTF8.GetBytes(network));
        Add(peerId);
        Add(userId);
        Add(messageId);
        Add(timestamp);
        Add(Encoding.UTF8.GetBytes(content));
        if (!contentType.IsEmpty)
        {
            // Without it the statement is that of a text, as peers without structured data make it.
            Add(contentType);
        }

        return statement;

        void Add(ReadOnlySpan<byte> part)
        {
            BinaryPrimitives.WriteUInt32BigEndian(statement.AsSpan(at), (uint)part.Length);
            part.CopyTo(statement.AsSpan(at + sizeof(uint)));
            at += sizeof(uint) + part.Length;
        }
    }

    /// <summary>Signs a post; 64 bytes in base64.</summary>
    public static byte[] Sign(Identity author, string network, in Envelope envelope, MessageText content)
    {
        byte[] statement = Statement(
            network,
            Encoding.ASCII.GetBytes(author.PeerId),
            envelope.UserId.Span,
            Encoding.ASCII.GetBytes(envelope.MessageId.ToString("x16", CultureInfo.InvariantCulture)),
            Encoding.ASCII.GetBytes(envelope.Timestamp.ToString(CultureInfo.InvariantCulture)),
            content.Text,
            content.IsJson ? WireLimits.JsonContent : default);
        Span<byte> signature = stackalloc byte[Identity.SignatureLength];
        author.Sign(statement, signature);
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(signature));
    }

    /// <summary>The author of a post that carries proof, from its bytes alone.</summary>
    /// <param name="post">A POST in the text form.</param>
    /// <param name="network">Name of the network it was written for.</param>
    /// <param name="author">Who wrote it.</param>
    /// <returns>False when the proof is missing, malformed or wrong; never throws for that.</returns>
    public static bool TryVerify(in Datagram post, string network, out PublicIdentity? author)
        => TryGetAuthor(post, out author)
            && TryDecode(post[Field.Signature], Identity.SignatureLength) is byte[] signature
            && Identity.Verify(author!.SigningKey,
                Statement(network, post[Field.PeerId], post[Field.UserId], post[Field.MessageId], post[Field.Timestamp], post.ContentText(), post[Field.ContentType]), signature);

    /// <summary>Whether a post names these keys as its author's.</summary>
    public static bool NamesAuthor(in Datagram post, PublicIdentity author)
    {
        Span<byte> text = stackalloc byte[WireLimits.KeyLength];
        Encoding.ASCII.GetBytes(author.PeerId, text);
        if (!text[..WireLimits.PeerIdLength].SequenceEqual(post[Field.PeerId]))
        {
            return false;
        }

        Base64.EncodeToUtf8(author.AgreementKey, text, out _, out _);
        if (!text.SequenceEqual(post[Field.Key]))
        {
            return false;
        }

        Base64.EncodeToUtf8(author.SigningKey, text, out _, out _);
        return text.SequenceEqual(post[Field.SignKey]);
    }

    /// <summary>Decodes base64 of a known length; null when it is none.</summary>
    public static byte[]? TryDecode(ReadOnlySpan<byte> base64, int length)
    {
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        return Base64.DecodeFromUtf8(base64, bytes, out int used, out int written) == System.Buffers.OperationStatus.Done
            && used == base64.Length && written == length ? bytes[..length] : null;
    }

    private static bool TryGetAuthor(in Datagram post, out PublicIdentity? author)
    {
        author = null;
        return TryDecode(post[Field.Key], Noise.P256Agreement.PointLength) is byte[] agreement
            && TryDecode(post[Field.SignKey], Noise.P256Agreement.PointLength) is byte[] signing
            && PublicIdentity.TryCreate(agreement, signing, out author)
            && Encoding.ASCII.GetBytes(author.PeerId).AsSpan().SequenceEqual(post[Field.PeerId]);
    }
}
