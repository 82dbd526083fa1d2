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
    /// <summary>Bytes of a post that is passed on, at most: it came in a session.</summary>
    public const int MaxAttested = WireLimits.MaxMessage + MaxGrowth;

    /// <summary>Three fields of 232 bytes, and the names of those that were left out.</summary>
    private const int MaxGrowth = 512;

    private const int AuthorLength = WireLimits.PeerIdLength + (2 * WireLimits.KeyLength);

    private static readonly Field[] s_kept =
        [Field.UserId, Field.MessageId, Field.Timestamp, Field.Content, Field.ContentEncoding, Field.ContentType, Field.Signature];

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

    /// <summary>Whether a post names somebody else's keys as its author's; one from a session need not name any.</summary>
    public static bool NamesAnother(in Datagram post, PublicIdentity author)
    {
        if (!post.Has(Field.PeerId) && !post.Has(Field.Key) && !post.Has(Field.SignKey))
        {
            return false;
        }

        Span<byte> text = stackalloc byte[AuthorLength];
        PostAuthor named = Write(author, text);
        return (post.Has(Field.PeerId) && !named.PeerId.SequenceEqual(post[Field.PeerId]))
            || (post.Has(Field.Key) && !named.Key.SequenceEqual(post[Field.Key]))
            || (post.Has(Field.SignKey) && !named.SignKey.SequenceEqual(post[Field.SignKey]));
    }

    /// <summary>A post from a session with its author's keys, so that whoever has no session with the author can check it.</summary>
    /// <param name="post">As it came.</param>
    /// <param name="author">With whom that session is.</param>
    /// <returns>
    /// Null when a value holds a CR, which no author writes and which would not survive at the end of a line, and when there is
    /// no user id: a sender named in another field, as the dialect of the RFC does it, is not signed.
    /// </returns>
    public static byte[]? Attest(ReadOnlySpan<byte> post, PublicIdentity author)
    {
        _ = DatagramReader.Read(post, out Datagram read, MaxAttested);
        if (!read.HasValue(Field.UserId))
        {
            return null;
        }

        foreach (Field field in s_kept)
        {
            if (read[field].Contains((byte)'\r'))
            {
                return null;
            }
        }

        Span<byte> text = stackalloc byte[AuthorLength];
        byte[] attested = new byte[post.Length + MaxGrowth];
        return attested[..MessageWriter.AttestedPost(attested, read, Write(author, text))];
    }

    /// <summary>Decodes base64 of a known length; null when it is none.</summary>
    public static byte[]? TryDecode(ReadOnlySpan<byte> base64, int length)
    {
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        return Base64.DecodeFromUtf8(base64, bytes, out int used, out int written) == System.Buffers.OperationStatus.Done
            && used == base64.Length && written == length ? bytes[..length] : null;
    }

    private static PostAuthor Write(PublicIdentity author, Span<byte> text)
    {
        const int key = WireLimits.PeerIdLength;
        const int signKey = key + WireLimits.KeyLength;
        Encoding.ASCII.GetBytes(author.PeerId, text);
        Base64.EncodeToUtf8(author.AgreementKey, text[key..], out _, out _);
        Base64.EncodeToUtf8(author.SigningKey, text[signKey..], out _, out _);
        return new PostAuthor { PeerId = text[..key], Key = text[key..signKey], SignKey = text[signKey..] };
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
