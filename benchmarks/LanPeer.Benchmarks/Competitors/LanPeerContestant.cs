using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace LanPeer.Benchmarks.Competitors;

/// <summary>
/// Sealed, with receipts, and arrived when it is in the receiver's inbox. To many either single messages, which are POSTs,
/// or bursts of DMs, handed to the session as a pipeline to Send-LanDM does it.
/// </summary>
internal sealed class LanPeerContestant(bool isPost) : Contestant
{
    /// <summary>As many as Send-LanDM lets be on their way.</summary>
    private const int Window = 1_000;

    /// <summary>Messages after which the receiver's inbox is emptied: nobody leaves 30,000 in it.</summary>
    private const int Unread = 256;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly string s_text = new('x', Length);

    public override string Name => isPost ? "LanPeer, POSTs" : "LanPeer, DMs";

    public override Trip OpenTrip()
    {
        Pair pair = Pair.Start();
        string to = pair.Bob.UserId;
        int trips = 0;
        return new Trip(
            () =>
            {
                if (++trips % Unread == 0)
                {
                    _ = pair.Bob.Inbox.Take(static _ => true, int.MaxValue);
                }

                if (pair.Alice.SendDM(to, s_text).State != LanDeliveryState.Delivered)
                {
                    throw new InvalidOperationException("A message was not delivered.");
                }
            },
            pair.Dispose);
    }

    public override Fan OpenFan(int receivers)
    {
        LanSession session = Loopback.Start("fan");
        var peers = new SealedPeers(receivers, session);
        peers.PumpUntilKnown(session, receivers);
        string[] ids = [.. session.Peers.Select(static peer => peer.UserId)];
        var pump = new Pump(peers.PumpOrWait);
        var open = new Queue<LanSending>();
        return new Fan(
            isPost ? messages => Post(session, messages, open) : messages => Write(session, ids, messages, open),
            () => peers.Arrived,
            () => TakeUntil(open, 0),
            () =>
            {
                pump.Dispose();
                session.Dispose();
                peers.Dispose();
            });
    }

    private static void Post(LanSession session, int messages, Queue<LanSending> open)
    {
        for (int i = 0; i < messages; i++)
        {
            open.Enqueue(session.BeginPost(s_text, s_patience));
        }
    }

    /// <summary>The messages of a burst one after the other, as the lines of a pipeline are, until all have their receipts.</summary>
    private static void Write(LanSession session, string[] ids, int messages, Queue<LanSending> open)
    {
        for (int left = messages; left > 0; left -= CompetitorFigure.Burst)
        {
            foreach (string id in ids)
            {
                for (int i = 0; i < Math.Min(left, CompetitorFigure.Burst); i++)
                {
                    open.Enqueue(session.BeginDM(id, s_text, s_patience));
                    TakeUntil(open, Window);
                }
            }
        }

        TakeUntil(open, 0);
    }

    /// <summary>Takes the oldest out, those that are settled and those that are too many; waits for the latter.</summary>
    private static void TakeUntil(Queue<LanSending> open, int window)
    {
        while (open.TryPeek(out LanSending? oldest) && (open.Count > window || oldest.IsSettled))
        {
            if (!oldest.Wait(Timeout.InfiniteTimeSpan, default))
            {
                throw new InvalidOperationException("A message was not settled.");
            }

            _ = open.Dequeue();
        }
    }
}
