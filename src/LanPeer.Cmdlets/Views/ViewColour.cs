using System;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Views;

/// <summary>
/// Colours by the conventions of $PSStyle, so that whoever has changed those has changed these. PowerShell takes them out
/// again where its OutputRendering is PlainText or its output is no terminal.
/// </summary>
internal static class ViewColour
{
    /// <summary>A state in its colour; as it is where it has none.</summary>
    /// <param name="state">Any state, trust or kind.</param>
    /// <param name="style">$PSStyle; null for plain text.</param>
    public static string Paint(object? state, object? style)
    {
        string text = state?.ToString() ?? "";
        if (style is null || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")))
        {
            return text;
        }

        string? colour = Read(style, PlaceOf((state as PSObject)?.BaseObject ?? state));
        return string.IsNullOrEmpty(colour) ? text : $"{colour}{text}{Read(style, "Reset")}";
    }

    /// <summary>Where $PSStyle has the colour of a state; empty for what is neither good nor bad.</summary>
    private static string PlaceOf(object? state) => state switch
    {
        LanPeerState.Alive or LanSessionState.Running or LanTrust.Verified or LanPinState.Approved or LanDeliveryState.Delivered
            or LanPingState.Answered => "Foreground.Green",
        LanPeerState.Suspect or LanSessionState.DiscoveryBlocked or LanTrust.Unsigned or LanDeliveryState.Unknown
            or LanPingState.Unsupported => "Formatting.Warning",
        LanPeerState.Gone or LanTrust.Conflict or LanPinState.Blocked or LanDeliveryState.Failed or LanDeliveryState.Refused
            or LanPingState.Lost or LanTrustEventKind => "Formatting.Error",
        LanPeerState.Left or LanPeerState.Reported or LanSessionState.Stopped => "Dim",
        _ => "",
    };

    /// <summary>A property by its path; the type is none of the library this is compiled against.</summary>
    private static string? Read(object style, string path)
    {
        object? value = style;
        foreach (string name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            value = value is null ? null : PSObject.AsPSObject(value).Properties[name]?.Value;
        }

        return path.Length == 0 ? null : value as string;
    }
}
