using System;
using System.Collections.Generic;
using System.Threading;

namespace LanPeer;

/// <summary>Questions to the network that take a while.</summary>
internal static class PeerQueries
{
    /// <summary>A question asked once may be lost; asked again after this time it costs the others nothing.</summary>
    private static readonly TimeSpan s_repeat = TimeSpan.FromMilliseconds(300);

    public static IEnumerable<LanPeer> Find(LanPeerEngine engine, TimeSpan timeout, CancellationToken cancellation)
    {
        using IDisposable watch = engine.Watch();
        var seen = new HashSet<string>();
        TimeSpan began = engine.Elapsed;
        TimeSpan end = began + timeout;
        bool isRepeated = false;
        engine.Find();
        while (true)
        {
            long version = engine.PeersChanged.Version;
            foreach (LanPeer peer in engine.GetPeers(heardSince: began))
            {
                if (seen.Add($"{peer.UserId} {peer.PeerId}"))
                {
                    yield return peer;
                }
            }

            TimeSpan now = engine.Elapsed;
            if (now >= end || engine.State == LanSessionState.Stopped)
            {
                yield break;
            }

            TimeSpan wait = end - now;
            if (!isRepeated && wait > began + s_repeat - now)
            {
                wait = began + s_repeat - now;
            }

            if (wait <= TimeSpan.Zero || !engine.PeersChanged.WaitAfter(version, wait, cancellation))
            {
                if (!isRepeated)
                {
                    isRepeated = true;
                    engine.Find();
                }
            }
        }
    }

    public static List<LanPeer> AskForPeers(LanPeerEngine engine, TimeSpan timeout, CancellationToken cancellation)
    {
        TimeSpan end = engine.Elapsed + timeout;
        using ListQuery query = engine.AskForLists();
        List<LanPeer> known;
        while (true)
        {
            long version = engine.PeersChanged.Version;
            known = engine.GetPeers();
            TimeSpan left = end - engine.Elapsed;
            bool isComplete = query.Answered >= query.Asked && query.Except(known).TrueForAll(peer => peer.Port == 0);
            if (isComplete || left <= TimeSpan.Zero || engine.State == LanSessionState.Stopped
                || !engine.PeersChanged.WaitAfter(version, left, cancellation))
            {
                break;
            }
        }

        known = engine.GetPeers();
        known.AddRange(query.Except(known));
        return known;
    }
}
