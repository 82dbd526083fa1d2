using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

/// <summary>Escaped texts and avatars, as tests/vectors has them.</summary>
public sealed class ContentVectorTests
{
    public static TheoryData<string> Escapes => VectorFile.Escape.Names;

    public static TheoryData<string> Avatars => VectorFile.Avatar.Names;

    [Theory]
    [MemberData(nameof(Escapes))]
    public void Text_is_escaped_and_restored(string name)
    {
        JsonElement entry = VectorFile.Escape[name];
        string encoded = entry.GetProperty("encoded").GetString()!;
        if (entry.TryGetProperty("refused", out _))
        {
            Assert.False(ContentEscape.IsValid(Encoding.UTF8.GetBytes(encoded)));
            return;
        }

        string text = entry.GetProperty("text").GetString()!;
        Assert.Equal(entry.GetProperty("needed").GetBoolean(), ContentEscape.IsNeeded(text));
        Assert.Equal(encoded, ContentEscape.Encode(text));
        Assert.True(ContentEscape.IsValid(Encoding.UTF8.GetBytes(encoded)));
        Assert.Equal(text, ContentEscape.Decode(Encoding.UTF8.GetBytes(encoded)));
    }

    [Theory]
    [MemberData(nameof(Avatars))]
    public void Avatar_is_kept_or_not(string name)
    {
        JsonElement entry = VectorFile.Avatar[name];
        byte[] image = entry.TryGetProperty("image", out JsonElement parts) ? VectorFile.Join(parts) : [];
        string data = parts.ValueKind == JsonValueKind.Undefined ? entry.GetProperty("data").GetString()! : Convert.ToBase64String(image);
        var lines = new List<string> { "TYPE:PROFILE", "USER_ID:alice@10.77.0.1", "DISPLAY_NAME:Alice", "AVATAR_DATA:" + data };
        Add(lines, "AVATAR_ENCODING", VectorFile.Optional(entry, "encoding"));
        Add(lines, "AVATAR_TYPE", VectorFile.Optional(entry, "claimed"));

        Assert.Equal(DropReason.None, DatagramReader.Read(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n\n"), out Datagram datagram));
        byte[]? avatar = AvatarImage.Read(datagram);
        string? accepted = entry.GetProperty("accepted").GetString();
        Assert.Equal(accepted, avatar is null ? null : AvatarImage.Recognise(avatar));
        if (accepted is not null)
        {
            Assert.Equal(data, Convert.ToBase64String(avatar!));
        }
    }

    [Theory]
    [InlineData("image/png", ".png")]
    [InlineData("image/jpeg", ".jpg")]
    [InlineData("image/gif", ".gif")]
    [InlineData("image/webp", ".webp")]
    public void File_extension_follows_the_type(string mimeType, string extension)
        => Assert.Equal(extension, AvatarImage.Extension(mimeType));

    private static void Add(List<string> lines, string key, string? value)
    {
        if (value is not null)
        {
            lines.Add($"{key}:{value}");
        }
    }
}
