using System;
using System.Buffers;
using System.Buffers.Text;

namespace LanPeer.Wire;

/// <summary>Avatars: recognised by content, never by name or claim; at most 20,480 bytes.</summary>
internal static class AvatarImage
{
    /// <summary>The MIME type of an image the first bytes of which show it to be PNG, JPEG, GIF or WebP; else null.</summary>
    /// <remarks>Signatures: PNG (ISO/IEC 15948 §5.2) with IHDR, JPEG SOI and a marker, GIF87a/GIF89a, RIFF WebP (RFC 9649).</remarks>
    public static string? Recognise(ReadOnlySpan<byte> image)
    {
        if (image.Length >= 33 && image[0] == 0x89 && image[1..].StartsWith("PNG\r\n\u001a\n"u8) && image[12..].StartsWith("IHDR"u8))
        {
            return "image/png";
        }

        if (image.Length >= 4 && image[0] == 0xFF && image[1] == 0xD8 && image[2] == 0xFF && image[3] >= 0xC0)
        {
            return "image/jpeg";
        }

        if (image.Length >= 13 && (image.StartsWith("GIF87a"u8) || image.StartsWith("GIF89a"u8)))
        {
            return "image/gif";
        }

        return image.Length >= 20 && image.StartsWith("RIFF"u8) && image[8..].StartsWith("WEBP"u8) ? "image/webp" : null;
    }

    /// <summary>The file extension of a recognised type, with its dot.</summary>
    public static string Extension(string mimeType) => mimeType switch
    {
        "image/png" => ".png",
        "image/jpeg" => ".jpg",
        "image/gif" => ".gif",
        _ => ".webp",
    };

    /// <summary>
    /// The avatar of a received PROFILE: base64 of a recognised image within the limit, or nothing. What the sender
    /// claims as AVATAR_TYPE is not believed. A bad avatar costs the profile nothing but the avatar.
    /// </summary>
    public static byte[]? Read(in Datagram profile)
    {
        ReadOnlySpan<byte> text = profile[Field.AvatarData];
        ReadOnlySpan<byte> encoding = profile[Field.AvatarEncoding];
        if (text.IsEmpty || text.Length > Base64.GetMaxEncodedToUtf8Length(WireLimits.MaxAvatar)
            || !(encoding.IsEmpty || encoding.SequenceEqual("base64"u8)))
        {
            return null;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        try
        {
            OperationStatus status = Base64.DecodeFromUtf8(text, buffer, out _, out int length);
            ReadOnlySpan<byte> image = buffer.AsSpan(0, length);
            return status == OperationStatus.Done && length <= WireLimits.MaxAvatar && Recognise(image) is not null
                ? image.ToArray() : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
