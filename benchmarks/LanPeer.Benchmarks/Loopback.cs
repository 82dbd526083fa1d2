using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;

namespace LanPeer.Benchmarks;

/// <summary>Sessions on loopback that leave nothing behind, and waiting for what they do.</summary>
internal static class Loopback
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Tests have 20,000 to 29,999, and Linux gives out 32,768 and up by itself.</summary>
    private const int FirstPort = 30_000;
    private const int PortCount = 2_000;

    // Two runs on one machine begin at different places.
    private static int s_nextPort = Environment.ProcessId * 61 % PortCount;

    /// <summary>That of all sessions of this process, unless they are given another.</summary>
    public static int DiscoveryPort { get; } = NewDiscoveryPort();

    /// <summary>One that nobody else in this process has.</summary>
    public static int NewDiscoveryPort() => FirstPort + (Interlocked.Increment(ref s_nextPort) % PortCount);

    /// <summary>A session with an inbox that holds what a figure lets come in.</summary>
    public static LanSession Start(string name) => Start(name, DiscoveryPort, 100_000);

    /// <summary>A session as people start it.</summary>
    public static LanSession Start(string name, int discoveryPort) => Start(name, discoveryPort, new LanPeerOptions { Name = name }.InboxCapacity);

    /// <summary>Waits until something holds, and looks every 2 ms; a minute is for slow machines.</summary>
    /// <exception cref="TimeoutException">In vain.</exception>
    public static void Until(Func<bool> condition, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > s_patience)
            {
                throw new TimeoutException($"Waited in vain: {what}.");
            }

            Thread.Sleep(2);
        }
    }

    private static LanSession Start(string name, int discoveryPort, int inboxCapacity) => LanSession.Start(new LanPeerOptions
    {
        Name = name,
        Network = LanNetwork.Loopback,
        DiscoveryPort = discoveryPort,
        Ephemeral = true,
        InboxCapacity = inboxCapacity,
    });
}

/// <summary>Two sessions that can seal what they say to each other.</summary>
internal sealed record Pair(LanSession Alice, LanSession Bob) : IDisposable
{
    public static Pair Start()
    {
        var pair = new Pair(Loopback.Start("alice"), Loopback.Start("bob"));
        Loopback.Until(() => KnowsSomebody(pair.Alice) && KnowsSomebody(pair.Bob), "the two know each other");
        return pair;
    }

    public void Dispose()
    {
        Alice.Dispose();
        Bob.Dispose();
    }

    private static bool KnowsSomebody(LanSession session) => session.Peers.Any(static peer => peer.PeerId is not null);
}
