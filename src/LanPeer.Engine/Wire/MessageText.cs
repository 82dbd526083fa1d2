namespace LanPeer.Wire;

/// <summary>What a POST or DM says.</summary>
/// <param name="Text">As its author wrote it.</param>
/// <param name="IsJson">Whether that is JSON (RFC 8259) that stands for data, and is marked as such.</param>
internal readonly record struct MessageText(string Text, bool IsJson = false)
{
    public static implicit operator MessageText(string text) => new(text);
}
