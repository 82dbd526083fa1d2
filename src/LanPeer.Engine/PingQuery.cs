using System;
using System.Collections.Generic;
using System.Threading;

namespace LanPeer;

/// <summary>Rounds of pings to several peers at once, whose answers are given as they come.</summary>
/// <param name="engine">Who asks.</param>
/// <param name="timeout">How long an answer may take, from the beginning of its round.</param>
/// <param name="cancellation">Ends it.</param>
/// <param name="whileWaiting">Called every 50 ms or more often while waiting; null for nothing.</param>
internal sealed class PingQuery(LanPeerEngine engine, TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
{
    /// <summary>A ping that has to wait for a handshake is tried again as often as that.</summary>
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks all peers, waits, asks again.</summary>
    /// <param name="ids">Their user ids or PEER_IDs.</param>
    /// <param name="count">How many rounds.</param>
    /// <param name="interval">From the beginning of one to that of the next; longer where answers are waited for longer.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="LanPeerException">The session was stopped.</exception>
    public IEnumerable<LanPing> Run(IReadOnlyList<string> ids, int count, TimeSpan interval)
    {
        using IDisposable watch = engine.Watch();
        var asked = new List<string>(ids);
        for (int round = 1; round <= count && asked.Count > 0; round++)
        {
            TimeSpan began = engine.Elapsed;
            foreach (PingWait ping in RunRound(asked, round, began))
            {
                if (ping.IsUnsupported)
                {
                    asked.Remove(ping.Id);
                }

                yield return ping.Result();
            }

            bool isLast = round == count || asked.Count == 0;
            Rest(isLast ? began : began + interval);
        }
    }

    private IEnumerable<PingWait> RunRound(List<string> ids, int round, TimeSpan began)
    {
        List<PingWait> open = ids.ConvertAll(id => new PingWait(id, round));
        try
        {
            while (open.Count > 0)
            {
                // Read before looking: what comes in between is not missed.
                long version = engine.PeersChanged.Version;
                if (engine.State == LanSessionState.Stopped)
                {
                    throw engine.Stopped();
                }

                open.FindAll(ping => !ping.IsSent).ForEach(engine.TrySend);
                bool isOver = engine.Elapsed - began >= timeout;
                foreach (PingWait ping in open.FindAll(ping => isOver || ping.IsAnswered || ping.IsUnsupported))
                {
                    engine.Forget(ping);
                    open.Remove(ping);
                    yield return ping;
                }

                if (open.Count > 0)
                {
                    TimeSpan left = began + timeout - engine.Elapsed;
                    left = open.Exists(ping => !ping.IsSent) && left > s_retry ? s_retry : left;
                    _ = engine.PeersChanged.WaitAfter(version, left, cancellation, whileWaiting);
                }
            }
        }
        finally
        {
            open.ForEach(engine.Forget);
        }
    }

    private void Rest(TimeSpan until)
    {
        while (engine.Elapsed < until && engine.State != LanSessionState.Stopped)
        {
            long version = engine.PeersChanged.Version;
            _ = engine.PeersChanged.WaitAfter(version, until - engine.Elapsed, cancellation, whileWaiting);
        }
    }
}
