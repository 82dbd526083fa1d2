using System;

namespace LanPeer.Protocol.Presence;

/// <summary>
/// The times of presence (docs/protocol.md, "Presence"). They are SWIM's (Das, Gupta, Motivala 2002) and Lifeguard's
/// (Dadgar, Phillips, Currey 2018), set for a LAN where an answer takes milliseconds and a stalled process 0.2 s.
/// </summary>
internal static class PresenceTimes
{
    /// <summary>Between two members that are probed, ±10 %.</summary>
    public static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    /// <summary>How long a probe waits for a sign of life.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Between two PINGs of a probe, at least: seven of them fit its time. With one datagram of ten lost each way, one
    /// probe of 100,000 fails where the peer is there.
    /// </summary>
    public static readonly TimeSpan Repeat = TimeSpan.FromSeconds(0.15);

    /// <summary>The same at most, where answers take long.</summary>
    public static readonly TimeSpan SlowRepeat = TimeSpan.FromSeconds(0.3);

    /// <summary>Between two PINGs to somebody suspect.</summary>
    public static readonly TimeSpan SuspectRepeat = TimeSpan.FromSeconds(0.3);

    /// <summary>When the host of somebody who does not answer is asked whether the port is open.</summary>
    public static readonly TimeSpan CheckAfter = TimeSpan.FromSeconds(0.16);

    /// <summary>When others are asked to try, and when others again.</summary>
    public static readonly TimeSpan AskHelpersAfter = TimeSpan.FromSeconds(0.4);

    /// <inheritdoc cref="AskHelpersAfter"/>
    public static readonly TimeSpan AskMoreHelpersAfter = TimeSpan.FromSeconds(0.7);

    /// <summary>Between two PINGs to a place whose host refuses.</summary>
    public static readonly TimeSpan RefusedRepeat = TimeSpan.FromSeconds(0.1);

    /// <summary>How long a peer whose port is refused may still show that it lives.</summary>
    public static readonly TimeSpan RefusedPatience = TimeSpan.FromSeconds(0.3);

    /// <summary>A wake-up later than this was a stall of this process, and proves nothing about others.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(0.1);

    /// <summary>After a stall of this length others may have given us up: we announce ourselves anew.</summary>
    public static readonly TimeSpan VeryLate = TimeSpan.FromSeconds(2);

    /// <summary>What a suspicion takes at least, times the decimal logarithm of the members when there are more than ten.</summary>
    public static readonly TimeSpan ShortestSuspicion = TimeSpan.FromSeconds(1);

    /// <summary>What it takes without anybody's confirmation, times the same.</summary>
    public static readonly TimeSpan LongestSuspicion = TimeSpan.FromSeconds(4);

    /// <summary>Between two members that are told of others.</summary>
    public static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(30);

    /// <summary>Who was not heard of directly for this long is not told to others: the dead must not go round.</summary>
    public static readonly TimeSpan HeardLately = TimeSpan.FromSeconds(60);

    /// <summary>How long a peer that is gone is looked for.</summary>
    public static readonly TimeSpan LookFor = TimeSpan.FromMinutes(10);

    /// <summary>Between two attempts to reach it: from the first, doubled each time, to the second.</summary>
    public static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);

    /// <summary>A network that has healed is whole again within a minute, with the 10 % it varies by.</summary>
    public static readonly TimeSpan LastLook = TimeSpan.FromSeconds(50);
}
