using System;
using System.Text.Json;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>A message that arrived.</summary>
public sealed class LanMessage
{
    private readonly string _rawContent;
    private readonly Lazy<object?>? _data;

    internal LanMessage(LanMessageType type, string from, string rawContent)
    {
        Type = type;
        From = from;
        _rawContent = rawContent;
        Content = VisibleText.Block(rawContent);
    }

    /// <summary>Post, DM or Profile.</summary>
    public LanMessageType Type { get; }

    /// <summary>The user id of its author.</summary>
    public string From { get; }

    /// <summary>Its author as known when it arrived; null when it came before its author's announcement.</summary>
    public LanPeer? FromPeer { get; internal init; }

    /// <summary>The user id it was sent to in a DM; empty otherwise.</summary>
    public string To { get; internal init; } = "";

    /// <summary>
    /// The text, with control characters other than line breaks and tabs made visible, so that no message can command a
    /// terminal. <see cref="GetRawContent"/> has it exactly as sent. In a Profile, the status.
    /// </summary>
    public string Content { get; }

    /// <summary>
    /// What the message carries besides its text: the LanProfile in a Profile, in structured data what
    /// <see cref="LanPeerOptions.DataReader"/> makes of it, otherwise null. Made when it is first asked for.
    /// </summary>
    public object? Data => Profile ?? _data?.Value;

    /// <summary>Whether it was sent as structured data. <see cref="Data"/> is null all the same when that cannot be read.</summary>
    public bool IsJson
    {
        get => _data is not null;
        internal init => _data = value ? new Lazy<object?>(ReadJson) : null;
    }

    /// <summary>Unix seconds of years that there are; what the local time was then takes longer to find out than it is often wanted.</summary>
    internal long? SentAt { get; init; }

    /// <inheritdoc cref="SentAt"/>
    internal DateTimeOffset Arrived { get; init; }

    /// <summary>The profile in a Profile.</summary>
    internal LanProfile? Profile { get; init; }

    /// <inheritdoc cref="LanPeerOptions.DataReader"/>
    internal Func<JsonElement, object?>? ReadData { get; init; }

    /// <summary>When its author says it was sent, local time; null when it does not say. Clocks differ.</summary>
    public DateTime? Timestamp => SentAt is long seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds).LocalDateTime : null;

    /// <summary>When it arrived, local time.</summary>
    public DateTime ReceivedAt => Arrived.LocalDateTime;

    /// <summary>Its author's id for it, usually 16 hex digits; may be empty.</summary>
    public string MessageId { get; internal init; } = "";

    /// <summary>How sure one can be who wrote it.</summary>
    public LanTrust Trust { get; internal init; }

    /// <summary>A POST with its author's signature, as it came; null otherwise.</summary>
    internal byte[]? Signed { get; init; }

    /// <summary>Who has signed it.</summary>
    internal PublicIdentity? Author { get; init; }

    /// <summary>Its place in the order of arrival, given by the inbox before anyone sees it.</summary>
    internal long Sequence { get; set; }

    /// <summary>Whose share of the inbox it counts to: the host it came from, or the sender where that is this host.</summary>
    internal string ShareKey { get; init; } = "";

    /// <summary>Whether it came through a session: its sender has a receipt for it, and it must not be lost any more.</summary>
    internal bool IsCredited { get; init; }

    /// <summary>Whether handlers of an event have it: it need not be kept in the inbox then. The inbox guards it.</summary>
    internal bool IsTold { get; set; }

    /// <summary>Whether it is in the inbox. The inbox guards it.</summary>
    internal bool IsInInbox { get; set; }

    /// <summary>Bytes it takes in the inbox, roughly.</summary>
    internal int Weight => 256 + (2 * _rawContent.Length)
        + (ReferenceEquals(Content, _rawContent) ? 0 : 2 * Content.Length)
        + (Signed?.Length ?? 0)
        + (Profile is LanProfile profile ? profile.AvatarLength + (2 * (profile.DisplayName.Length + profile.Status.Length)) : 0);

    /// <summary>The text exactly as it was sent, control characters and all. Do not print it to a terminal.</summary>
    public string GetRawContent() => _rawContent;

    /// <summary>
    /// A signed POST with its author's keys, as it may be passed on: anybody can tell from it who wrote it, if its signature is
    /// right. That is found out by <see cref="LanSignedPost.TryVerify"/> and not when it arrives, as its session tells whose
    /// it is (docs/protocol.md, "Signed posts").
    /// </summary>
    /// <returns>
    /// Made for each call; null for everything else, and for a POST without a USER_ID or with a CR in a field, which none is that LanPeer writes.
    /// </returns>
    public byte[]? GetSignedBytes() => Signed is null ? null : PostSignature.Attest(Signed, Author!);

    /// <summary>Null for what is no JSON, or nested too deep: whoever sent it is not to break a pipeline.</summary>
    private object? ReadJson()
    {
        try
        {
            using var document = JsonDocument.Parse(_rawContent, new JsonDocumentOptions { MaxDepth = WireLimits.MaxJsonDepth });
            return ReadData is null ? document.RootElement.Clone() : ReadData(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The content.</summary>
    public override string ToString() => Content;
}
