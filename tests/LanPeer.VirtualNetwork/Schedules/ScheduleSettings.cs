using System;
using System.Globalization;

namespace LanPeer.VirtualNetwork;

/// <summary>What the environment says about schedules.</summary>
/// <param name="Only">LANPEER_SCHEDULE: run this seed alone.</param>
/// <param name="Duration">LANPEER_HOURS: go on with fresh seeds for so long; at most a week.</param>
internal sealed record ScheduleSettings(long? Only, TimeSpan Duration)
{
    public const string SeedVariable = "LANPEER_SCHEDULE";
    public const string HoursVariable = "LANPEER_HOURS";

    private const double MaxHours = 168;

    public static ScheduleSettings FromEnvironment()
        => Parse(Environment.GetEnvironmentVariable(SeedVariable), Environment.GetEnvironmentVariable(HoursVariable));

    /// <exception cref="FormatException">A value that is set and makes no sense, so that no run passes by mistake.</exception>
    public static ScheduleSettings Parse(string? seed, string? hours)
    {
        long only = 0;
        if (!string.IsNullOrEmpty(seed) && !long.TryParse(seed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out only))
        {
            throw new FormatException($"{SeedVariable} is '{seed}', not the number of a schedule.");
        }

        double duration = 0;
        if (!string.IsNullOrEmpty(hours)
            && (!double.TryParse(hours, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out duration) || !(duration <= MaxHours)))
        {
            throw new FormatException($"{HoursVariable} is '{hours}', not a number of hours from 0 to {MaxHours}.");
        }

        return new ScheduleSettings(string.IsNullOrEmpty(seed) ? null : only, TimeSpan.FromHours(duration));
    }
}
