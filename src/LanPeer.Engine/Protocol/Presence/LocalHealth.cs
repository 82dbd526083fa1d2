using System;

namespace LanPeer.Protocol.Presence;

/// <summary>
/// How far this peer trusts its own ears (Lifeguard, "local health multiplier"). Who misses answers that others get is
/// slow itself, and waits longer before it suspects anybody.
/// </summary>
internal sealed class LocalHealth
{
    public const int Worst = 8;

    /// <summary>0 is well.</summary>
    public int Trouble { get; private set; }

    /// <summary>What times of patience are multiplied by.</summary>
    public int Scale => Trouble + 1;

    /// <summary>A probe found its peer.</summary>
    public void Succeeded() => Trouble = Math.Max(0, Trouble - 1);

    /// <summary>A probe found nobody where others did.</summary>
    public void MissedWhatOthersHeard() => Trouble = Math.Min(Worst, Trouble + 1);
}
