using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using LanPeer.Protocol.Delivery;
using LanPeer.VirtualNetwork;

namespace LanPeer.Benchmarks;

/// <summary>Direct messages against loss each way, on the virtual network: everything follows from the seed.</summary>
internal static class DeliveryFigure
{
    private const int Count = 2_000;
    private const int Seed = 1;
    private const double Patience = 120;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);
    private static readonly double[] s_losses = [0, 0.01, 0.05, 0.1, 0.2, 0.3];

    public static IEnumerable<object> Run()
    {
        yield return new Table(
            $"{Count:N0} DMs against loss each way (virtual network, 0.2 ms one way, seed {Seed})",
            ["loss", "delivered", "duplicates", "in order", "pipeline took", "datagrams per DM, pipeline", "receipt p50", "receipt p99", "datagrams per DM, one each 20 ms"],
            [.. s_losses.Select(Row)]);
    }

    private static string[] Row(double loss)
    {
        Talk pipeline = Pipeline(loss);
        Talk single = OneByOne(loss);
        double[] waits = [.. single.Waits.Select(static wait => wait.TotalMilliseconds).Order()];
        return
        [
            Text($"{loss * 100:0} %"),
            Text($"{pipeline.Delivered:N0} + {single.Delivered:N0} of {Count:N0} + {Count:N0}"),
            Text($"{pipeline.Duplicates + single.Duplicates}"),
            pipeline.IsInOrder && single.IsInOrder ? "yes" : "no",
            Text($"{pipeline.Took.TotalMilliseconds:0} ms"),
            Text($"{pipeline.DatagramsEach:0.00}"),
            Text($"{waits[waits.Length / 2]:0.0} ms"),
            Text($"{waits[(int)(waits.Length * 0.99)]:0.0} ms"),
            Text($"{single.DatagramsEach:0.00}"),
        ];
    }

    /// <summary>As Send-LanDM does with a pipeline: up to 1,000 on the way.</summary>
    private static Talk Pipeline(double loss)
    {
        var talk = new Talk(loss);
        for (int i = 0; i < Count; i++)
        {
            talk.Send(i);
            if (talk.Unsettled > 1_000)
            {
                _ = talk.Lan.RunUntil(() => talk.Unsettled < 500, s_limit);
            }
        }

        return talk.End();
    }

    /// <summary>A sender that waits for nothing and nobody: each message alone on its way, unless one before it was lost.</summary>
    private static Talk OneByOne(double loss)
    {
        var talk = new Talk(loss);
        for (int i = 0; i < Count; i++)
        {
            talk.Send(i);
            talk.Lan.Run(s_pause);
        }

        return talk.End();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Alice, who writes to Bob.</summary>
    private sealed class Talk
    {
        private readonly VirtualPeer _alice;
        private readonly VirtualPeer _bob;
        private readonly TimeSpan _began;
        private readonly List<TimeSpan> _sentAt = [];
        private readonly Traffic _traffic;
        private int _told;

        public Talk(double loss)
        {
            Lan = new VirtualLan(Seed);
            _alice = Lan.AddPeer("alice", "10.77.0.1");
            _bob = Lan.AddPeer("bob", "10.77.0.2");
            Lan.Run(3);
            _alice.Forget();
            _bob.Forget();

            // Counts before the network loses anything.
            _traffic = Lan.Add(new Traffic());
            Lan.Add(new Loss(loss));
            _began = Lan.Now;
            Lan.AfterEvent = Note;
        }

        public VirtualLan Lan { get; }

        public int Unsettled => _alice.Machine.UnsettledCount;

        /// <summary>From each command to its receipt.</summary>
        public List<TimeSpan> Waits { get; } = [];

        public TimeSpan Took { get; private set; }

        public int Delivered => _alice.Settled.Count(settled => settled.Outcome == Outcome.Delivered);

        public int Duplicates => _bob.Arrivals.Count - _bob.Arrivals.Select(arrival => arrival.Content).Distinct().Count();

        public bool IsInOrder => _bob.Arrivals.Select(arrival => arrival.Content).SequenceEqual(Enumerable.Range(0, Count).Select(Body));

        /// <summary>All that both have sent, acknowledgements and probes of presence included.</summary>
        public double DatagramsEach => _traffic.Unicasts / (double)Count;

        public void Send(int i)
        {
            _sentAt.Add(Lan.Now);
            _ = _alice.DM(_bob.UserId, Body(i), Patience) ?? throw new InvalidOperationException("The message was not taken.");
        }

        public Talk End()
        {
            _ = Lan.RunUntil(() => Unsettled == 0, s_limit);
            Took = Lan.Now - _began;
            return this;
        }

        private static string Body(int i) => $"message {i}";

        /// <summary>Receipts come in the order of sending.</summary>
        private void Note()
        {
            for (; _told < _alice.Settled.Count; _told++)
            {
                Waits.Add(Lan.Now - _sentAt[_told]);
            }
        }
    }
}
