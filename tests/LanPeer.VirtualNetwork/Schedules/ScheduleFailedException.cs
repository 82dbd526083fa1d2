using System;

namespace LanPeer.VirtualNetwork;

/// <summary>A schedule did not hold. Its message says which one, how to run it again, and what happened last.</summary>
internal sealed class ScheduleFailedException(long seed, string message, Exception cause) : Exception(message, cause)
{
    public long Seed => seed;
}
