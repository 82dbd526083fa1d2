using System;
using System.ComponentModel;
using System.Globalization;
using System.Linq;

namespace LanPeer.Cmdlets.Views;

/// <summary>What the views in LanPeer.format.ps1xml show of an object, for them alone: its texts may change at any time.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class LanView
{
    /// <summary>A state in the colour of $PSStyle that says how it is to be taken.</summary>
    /// <param name="state">Any state, trust or kind.</param>
    /// <param name="style">$PSStyle; null for plain text.</param>
    public static string State(object? state, object? style) => ViewColour.Paint(state, style);

    /// <summary>How long ago something was: "3 s ago". Empty for never.</summary>
    /// <param name="time">Local time.</param>
    public static string Ago(DateTime? time)
    {
        if (time is not DateTime then)
        {
            return "";
        }

        TimeSpan ago = DateTime.Now - then;
        return ago.TotalSeconds < 1 ? "now"
            : ago.TotalMinutes < 1 ? Rounded(ago.TotalSeconds, "s")
            : ago.TotalHours < 1 ? Rounded(ago.TotalMinutes, "min")
            : ago.TotalDays < 1 ? Rounded(ago.TotalHours, "h")
            : Rounded(ago.TotalDays, "d");
    }

    /// <summary>How many days ago something was that is known to the hour.</summary>
    /// <param name="time">Local time.</param>
    public static string Day(DateTime time) => (DateTime.Today - time.Date).TotalDays switch
    {
        <= 0 => "today",
        < 2 => "yesterday",
        double days => Rounded(days, "d"),
    };

    /// <summary>The time of the day, and of another day the date: what is on the screen is still true an hour later.</summary>
    /// <param name="time">Local time.</param>
    public static string Clock(DateTime time)
        => time.Date == DateTime.Today ? time.ToString("HH:mm:ss", CultureInfo.CurrentCulture) : time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A time and how long ago it was. Empty for never.</summary>
    /// <param name="time">Local time.</param>
    public static string Seen(DateTime? time) => time is DateTime then ? $"{then.ToString(CultureInfo.CurrentCulture)} ({Ago(time)})" : "";

    /// <summary>A round trip in milliseconds. Empty for none.</summary>
    /// <param name="time">How long it took.</param>
    public static string Milliseconds(TimeSpan? time)
        => time is TimeSpan taken ? taken.TotalMilliseconds.ToString("N2", CultureInfo.CurrentCulture) + " ms" : "";

    /// <summary>Who wrote a message, as he calls himself; marked where he is not the only one.</summary>
    /// <param name="message">Any message.</param>
    /// <param name="style">$PSStyle; null for plain text.</param>
    public static string Author(LanMessage message, object? style)
    {
        ArgumentNullException.ThrowIfNull(message);
        string name = message.FromPeer?.DisplayName ?? message.From;
        return message.Trust == LanTrust.Conflict ? $"[{ViewColour.Paint(LanTrust.Conflict, style)}] {name}" : name;
    }

    /// <summary>What a message says; of a profile, whose it is and its status.</summary>
    /// <param name="message">Any message.</param>
    public static string Text(LanMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Data is LanProfile profile ? $"{profile}: {message.Content}" : message.Content;
    }

    /// <summary>Type and size of an avatar. Empty for none.</summary>
    /// <param name="profile">Any profile.</param>
    public static string Avatar(LanProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return profile.AvatarType is null ? "" : string.Create(CultureInfo.CurrentCulture, $"{profile.AvatarExtension.TrimStart('.')}, {profile.AvatarLength:N0} B");
    }

    /// <summary>What was dropped, the most frequent reason first.</summary>
    /// <param name="counters">Any counters.</param>
    public static string Drops(LanCounters counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        return string.Join(", ", counters.Dropped.OrderByDescending(drop => drop.Value).Select(drop => $"{drop.Value} {drop.Key}"));
    }

    private static string Rounded(double count, string unit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(count):0} {unit} ago");
}
