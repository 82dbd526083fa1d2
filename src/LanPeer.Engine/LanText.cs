using LanPeer.Wire;

namespace LanPeer;

/// <summary>Text from the network that is to be shown.</summary>
public static class LanText
{
    /// <summary>
    /// Makes visible what would command a terminal, reorder a line or hide in it, as in <see cref="LanMessage.Content"/>.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="isLine">Whether line breaks and tabs are made visible, too.</param>
    /// <returns>The same object when there is nothing to be made visible.</returns>
    public static string MakeVisible(string text, bool isLine = false)
    {
        System.ArgumentNullException.ThrowIfNull(text);
        return isLine ? VisibleText.Line(text) : VisibleText.Block(text);
    }
}
