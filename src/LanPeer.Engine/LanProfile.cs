using LanPeer.Wire;

namespace LanPeer;

/// <summary>A profile: one's own, or a peer's as last received.</summary>
public sealed class LanProfile
{
    private readonly byte[]? _avatar;

    internal LanProfile(string userId, string displayName, string status, byte[]? avatar)
    {
        UserId = userId;
        DisplayName = displayName;
        Status = status;
        _avatar = avatar;
        AvatarType = avatar is null ? null : AvatarImage.Recognise(avatar);
    }

    /// <summary>Whose it is.</summary>
    public string UserId { get; }

    /// <summary>One line, at most 256 bytes of UTF-8.</summary>
    public string DisplayName { get; }

    /// <summary>One line, at most 1,024 bytes of UTF-8.</summary>
    public string Status { get; }

    /// <summary>image/png, image/jpeg, image/gif or image/webp, by content; null without an avatar.</summary>
    public string? AvatarType { get; }

    /// <summary>The image, at most 20,480 bytes; null without one. A copy: changing it changes nothing.</summary>
    public byte[]? AvatarBytes => (byte[]?)_avatar?.Clone();

    /// <summary>The extension a file of this avatar should have, with its dot; empty without one.</summary>
    public string AvatarExtension => AvatarType is null ? "" : AvatarImage.Extension(AvatarType);

    /// <summary>Length of the avatar in bytes, 0 without one.</summary>
    public int AvatarLength => _avatar?.Length ?? 0;

    /// <summary>The display name.</summary>
    public override string ToString() => DisplayName;
}
