using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace LanPeer;

/// <summary>Questions to the network that take a while.</summary>
internal static class PeerQueries
{
    public static IEnumerable<LanPeer> Find(LanPeerEngine engine, TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
    {
        using IDisposable watch = engine.Watch();
        var seen = new HashSet<string>();
        TimeSpan began = engine.Elapsed;
        var question = new RepeatedQuestion(engine.Find, engine.PeersChanged, engine.Time);
        foreach (LanPeer peer in question.Run(
            () => engine.GetPeers(heardSince: began).Where(peer => seen.Add($"{peer.UserId} {peer.PeerId}")),
            () => engine.State == LanSessionState.Stopped,
            timeout,
            cancellation,
            whileWaiting))
        {
            yield return peer;
        }
    }

    public static List<LanPeer> AskForPeers(LanPeerEngine engine, TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
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
                || !engine.PeersChanged.WaitAfter(version, left, cancellation, whileWaiting))
            {
                break;
            }
        }

        known = engine.GetPeers();
        known.AddRange(query.Except(known));
        return known;
    }
}
