using System;

namespace LanPeer.Wire;

/// <summary>What every message carries: who, when, and an id of its own.</summary>
/// <param name="UserId">The sender's id in UTF-8.</param>
/// <param name="Timestamp">Unix seconds.</param>
/// <param name="MessageId">64 random bits, written as 16 lower-case hex digits.</param>
internal readonly record struct Envelope(ReadOnlyMemory<byte> UserId, long Timestamp, ulong MessageId);

/// <summary>How one receiver wants to be written to.</summary>
/// <param name="Dialect">The separator it reads.</param>
/// <param name="Tokens">Whether it drops messages without LSNP's TOKEN (the seed's later version, and the RFC's peers).</param>
internal readonly record struct WriteForm(Dialect Dialect, bool Tokens);

/// <summary>
/// Messages to bytes, in the seed's field order (docs/protocol.md, "Messages"). Each method returns the length of the
/// message, or 0 when it does not fit the buffer.
/// </summary>
internal static class MessageWriter
{
    /// <summary>Life of a TOKEN and the RFC's default TTL of a POST, in seconds.</summary>
    private const int TokenLife = 3_600;

    /// <summary>PEER_DISCOVERY with LanPeer's extensions.</summary>
    public static int Announcement(Span<byte> buffer, in Envelope envelope, in AnnouncementDetails details)
    {
        var writer = new DatagramWriter(buffer, Dialect.Lean);
        writer.Field("TYPE"u8, "PEER_DISCOVERY"u8);
        if (!envelope.UserId.IsEmpty)
        {
            writer.Field("USER_ID"u8, envelope.UserId.Span);
        }

        writer.Field("PORT"u8, details.Port);
        Stamp(ref writer, envelope);
        writer.Field("PROTO"u8, WireLimits.ProtocolVersion);
        if (details.Boot != 0)
        {
            writer.HexField("BOOT"u8, details.Boot, 8);
        }

        if (!details.PeerId.IsEmpty)
        {
            writer.Field("PEER_ID"u8, details.PeerId);
            writer.Field("KEY"u8, details.Key);
        }

        if (!details.Ask.IsEmpty)
        {
            writer.Field("ASK"u8, details.Ask);
        }

        if (!details.Answer.IsEmpty)
        {
            writer.Field("ANSWER"u8, details.Answer);
        }

        if (details.PadTo > 0)
        {
            writer.PadTo(details.PadTo);
        }

        return writer.Complete();
    }

    public static int Post(Span<byte> buffer, in Envelope envelope, MessageText text, WriteForm form)
    {
        var writer = new DatagramWriter(buffer, form.Dialect);
        writer.Field("TYPE"u8, "POST"u8);
        writer.Field("USER_ID"u8, envelope.UserId.Span);
        bool escaped = Content(ref writer, text.Text);
        Stamp(ref writer, envelope);
        if (form.Tokens)
        {
            writer.Field("TTL"u8, TokenLife);
            writer.TokenField(envelope.UserId.Span, envelope.Timestamp + TokenLife, "broadcast"u8);
        }

        Encoding(ref writer, escaped, text.IsJson);
        return writer.Complete();
    }

    /// <summary>A POST for a session, with its author's signature in base64; the session knows the author's keys.</summary>
    public static int SignedPost(Span<byte> buffer, in Envelope envelope, MessageText text, ReadOnlySpan<byte> signature)
    {
        var writer = new DatagramWriter(buffer, Dialect.Lean);
        writer.Field("TYPE"u8, "POST"u8);
        writer.Field("USER_ID"u8, envelope.UserId.Span);
        bool escaped = Content(ref writer, text.Text);
        Stamp(ref writer, envelope);
        Encoding(ref writer, escaped, text.IsJson);
        writer.Field("SIGNATURE"u8, signature);
        return writer.Complete();
    }

    /// <summary>A POST from a session for those who have none with its author: what was signed, and whose keys show it.</summary>
    /// <param name="buffer">Longer than the post by 232 bytes, and by what it left out.</param>
    /// <param name="post">As it came.</param>
    /// <param name="author">The keys.</param>
    public static int AttestedPost(Span<byte> buffer, in Datagram post, in PostAuthor author)
    {
        var writer = new DatagramWriter(buffer, Dialect.Lean);
        writer.Field("TYPE"u8, "POST"u8);
        writer.Field("USER_ID"u8, post[Field.UserId]);
        writer.Field("CONTENT"u8, post[Field.Content]);
        writer.Field("TIMESTAMP"u8, post[Field.Timestamp]);
        writer.Field("MESSAGE_ID"u8, post[Field.MessageId]);
        if (post.HasValue(Field.ContentEncoding))
        {
            writer.Field("CONTENT_ENCODING"u8, post[Field.ContentEncoding]);
        }

        if (post.HasValue(Field.ContentType))
        {
            writer.Field("CONTENT_TYPE"u8, post[Field.ContentType]);
        }

        writer.Field("PEER_ID"u8, author.PeerId);
        writer.Field("KEY"u8, author.Key);
        writer.Field("SIGN_KEY"u8, author.SignKey);
        writer.Field("SIGNATURE"u8, post[Field.Signature]);
        return writer.Complete();
    }

    public static int DM(Span<byte> buffer, in Envelope envelope, ReadOnlySpan<byte> to, MessageText text, WriteForm form)
    {
        var writer = new DatagramWriter(buffer, form.Dialect);
        writer.Field("TYPE"u8, "DM"u8);
        writer.Field("FROM"u8, envelope.UserId.Span);
        writer.Field("TO"u8, to);
        bool escaped = Content(ref writer, text.Text);
        Stamp(ref writer, envelope);
        if (form.Tokens)
        {
            writer.TokenField(envelope.UserId.Span, envelope.Timestamp + TokenLife, "chat"u8);
        }

        Encoding(ref writer, escaped, text.IsJson);
        return writer.Complete();
    }

    public static int Profile(Span<byte> buffer, in Envelope envelope, in ProfileDetails profile, WriteForm form)
    {
        var writer = new DatagramWriter(buffer, form.Dialect);
        writer.Field("TYPE"u8, "PROFILE"u8);
        writer.Field("USER_ID"u8, envelope.UserId.Span);
        writer.Field("DISPLAY_NAME"u8, profile.DisplayName);
        writer.Field("STATUS"u8, profile.Status);
        Stamp(ref writer, envelope);
        if (profile.AvatarType is not null)
        {
            writer.Field("AVATAR_TYPE"u8, profile.AvatarType);
            writer.Field("AVATAR_ENCODING"u8, "base64"u8);
            writer.Field("AVATAR_DATA"u8, profile.AvatarBase64.Span);
        }

        return writer.Complete();
    }

    /// <param name="buffer">Where to write.</param>
    /// <param name="envelope">Who asks.</param>
    /// <param name="padTo">Bytes the request fills up to: an answer is never larger than three times the question.</param>
    public static int PeerListRequest(Span<byte> buffer, in Envelope envelope, int padTo)
    {
        var writer = new DatagramWriter(buffer, Dialect.Lean);
        writer.Field("TYPE"u8, "PEER_LIST_REQUEST"u8);
        writer.Field("FROM"u8, envelope.UserId.Span);
        Stamp(ref writer, envelope);
        writer.PadTo(padTo);
        return writer.Complete();
    }

    /// <param name="buffer">Where to write; its length is the budget.</param>
    /// <param name="envelope">Who answers.</param>
    /// <param name="list">The two arrays, already JSON.</param>
    public static int PeerListResponse(Span<byte> buffer, in Envelope envelope, in PeerListText list)
    {
        var writer = new DatagramWriter(buffer, Dialect.Lean);
        writer.Field("TYPE"u8, "PEER_LIST_RESPONSE"u8);
        writer.Field("FROM"u8, envelope.UserId.Span);
        writer.Field("PEERS"u8, list.Peers);
        writer.Field("COUNT"u8, list.Count);
        Stamp(ref writer, envelope);
        writer.Field("ENDPOINTS"u8, list.Endpoints);
        return writer.Complete();
    }

    /// <summary>The goodbye, for peers that announced PROTO: everybody else calls it an unknown type.</summary>
    public static int Leave(Span<byte> buffer, in Envelope envelope, uint boot)
    {
        var writer = new DatagramWriter(buffer, Dialect.Lean);
        writer.Field("TYPE"u8, "LEAVE"u8);
        writer.Field("USER_ID"u8, envelope.UserId.Span);
        Stamp(ref writer, envelope);
        writer.HexField("BOOT"u8, boot, 8);
        return writer.Complete();
    }

    private static void Stamp(ref DatagramWriter writer, in Envelope envelope)
    {
        writer.Field("TIMESTAMP"u8, envelope.Timestamp);
        writer.HexField("MESSAGE_ID"u8, envelope.MessageId, 16);
    }

    private static bool Content(ref DatagramWriter writer, string text)
    {
        if (writer.TryPlainField("CONTENT"u8, text))
        {
            return false;
        }

        bool escaped = ContentEscape.IsNeeded(text);
        writer.Field("CONTENT"u8, escaped ? ContentEscape.Encode(text) : text);
        return escaped;
    }

    private static void Encoding(ref DatagramWriter writer, bool escaped, bool isJson)
    {
        if (escaped)
        {
            writer.Field("CONTENT_ENCODING"u8, ContentEscape.Name);
        }

        if (isJson)
        {
            writer.Field("CONTENT_TYPE"u8, WireLimits.JsonContent);
        }
    }
}

/// <summary>What an announcement says besides its envelope.</summary>
internal readonly ref struct AnnouncementDetails
{
    public ushort Port { get; init; }

    /// <summary>Random per start, so that a restart shows; 0 in a scan, which is no peer.</summary>
    public uint Boot { get; init; }

    /// <summary>Who is announced; empty for a peer that shows no identity.</summary>
    public ReadOnlySpan<byte> PeerId { get; init; }

    /// <summary>The agreement key in base64.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    public ReadOnlySpan<byte> Ask { get; init; }

    public ReadOnlySpan<byte> Answer { get; init; }

    public int PadTo { get; init; }
}

/// <summary>A profile ready for the wire.</summary>
/// <param name="DisplayName">One line.</param>
/// <param name="Status">One line.</param>
/// <param name="AvatarType">MIME type, or null when there is no avatar.</param>
/// <param name="AvatarBase64">The avatar in base64, made once however many peers get it.</param>
internal readonly record struct ProfileDetails(string DisplayName, string Status, string? AvatarType, ReadOnlyMemory<byte> AvatarBase64);

/// <summary>A peer list ready for the wire.</summary>
internal readonly record struct PeerListText(string Peers, string Endpoints, int Count);

/// <summary>Who wrote a POST, in the form of the wire.</summary>
internal readonly ref struct PostAuthor
{
    public ReadOnlySpan<byte> PeerId { get; init; }

    /// <summary>The agreement key in base64: the id is the hash of both keys.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The signing key in base64.</summary>
    public ReadOnlySpan<byte> SignKey { get; init; }
}
