using System;
using System.Text;
using System.Text.Json;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>What a user may send. Everything is checked before anything is sent: nothing is cut or replaced silently.</summary>
internal static class TextRules
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void CheckMessage(MessageText message)
    {
        string text = message.Text;
        if (string.IsNullOrEmpty(text))
        {
            throw new LanPeerException(LanErrorId.EmptyMessage, "The message is empty.", "Give it at least one character.");
        }

        CheckWellFormed("message", text);
        if (message.IsJson)
        {
            CheckJson(text);
        }
    }

    private static void CheckJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = WireLimits.MaxJsonDepth });
        }
        catch (JsonException error)
        {
            throw new LanPeerException(LanErrorId.InvalidText,
                $"The data is no JSON with arrays and objects at most {WireLimits.MaxJsonDepth} deep.", "Send it as text, or repair it.", error);
        }
    }

    public static void CheckProfile(string displayName, string status)
    {
        CheckLine("display name", displayName, WireLimits.MaxDisplayName);
        CheckLine("status", status, WireLimits.MaxStatus);
        if (string.IsNullOrWhiteSpace(displayName))
        {
            throw new LanPeerException(LanErrorId.InvalidText, "The display name is empty.", "Give it at least one visible character.");
        }
    }

    public static void CheckAvatar(byte[]? avatar)
    {
        if (avatar is null)
        {
            return;
        }

        if (avatar.Length > WireLimits.MaxAvatar)
        {
            throw new LanPeerException(LanErrorId.AvatarTooLarge,
                $"The avatar has {avatar.Length:N0} bytes; at most {WireLimits.MaxAvatar:N0} can be sent.", "Use a smaller or more strongly compressed image.");
        }

        if (AvatarImage.Recognise(avatar) is null)
        {
            throw new LanPeerException(LanErrorId.AvatarNotAnImage,
                "The avatar's content is no PNG, JPEG, GIF or WebP image.", "Use an image of one of these formats; the file's name does not matter.");
        }
    }

    public static LanPeerException TooLarge(string what)
        => new(LanErrorId.MessageTooLarge,
            $"{what} has more than {WireLimits.MaxMessage:N0} bytes with what is sent around it.", "Split it into smaller ones. Nothing of it was sent.");

    /// <summary>For a receiver that reads one datagram.</summary>
    public static LanPeerException TooLargeForDatagram(string what)
        => new(LanErrorId.MessageTooLarge,
            $"{what} does not fit one datagram of {WireLimits.MaxDatagram:N0} bytes.", "Split it into smaller ones. Nothing of it was sent.");

    private static void CheckLine(string what, string text, int max)
    {
        CheckWellFormed(what, text);
        if (text.AsSpan().IndexOfAny("\r\n\0") >= 0)
        {
            throw new LanPeerException(LanErrorId.InvalidText, $"The {what} has a line break.", "Keep it to one line.");
        }

        int length = Encoding.UTF8.GetByteCount(text);
        if (length > max)
        {
            throw new LanPeerException(LanErrorId.MessageTooLarge,
                $"The {what} has {length:N0} bytes of UTF-8; at most {max:N0} can be sent.", "Shorten it.");
        }
    }

    private static void CheckWellFormed(string what, string text)
    {
        try
        {
            _ = s_strict.GetByteCount(text);
        }
        catch (EncoderFallbackException error)
        {
            throw new LanPeerException(LanErrorId.InvalidText,
                $"The {what} is no well-formed Unicode: half of a surrogate pair at index {error.Index}.", "Repair or remove that character.", error);
        }
    }
}
