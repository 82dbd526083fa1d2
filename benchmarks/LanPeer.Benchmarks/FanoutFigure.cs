using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net.Sockets;

namespace LanPeer.Benchmarks;

/// <summary>One POST to many peers: CPU of the sending thread for each receiver, against sendmmsg in C, in alternating slices.</summary>
internal static class FanoutFigure
{
    private const int Rounds = 31;

    /// <summary>About 6 s, as long as the competitors have: in the first seconds the compiler has not done its best yet.</summary>
    private const int WarmUp = 100;
    private static readonly int[] s_sizes = [10, 100, 1_000];

    public static IEnumerable<object> Run()
    {
        if (!NativeBaseline.IsThere)
        {
            yield return $"fanout: left out, {NativeBaseline.Missing}.";
            yield break;
        }

        foreach (int size in s_sizes)
        {
            foreach (Result result in Plain(size).Concat(Sealed(size)))
            {
                yield return result;
            }
        }
    }

    /// <summary>Ratio of the sending thread's CPU to that of the baseline; for the floor in the tests.</summary>
    public static IEnumerable<Result> Plain(int size)
    {
        using LanSession session = Loopback.Start("fan");
        using var sockets = new LoopbackSockets(size);
        sockets.Announce(session);
        Loopback.Until(() => session.Peers.Count == size, "all peers are known");
        System.Threading.Thread.Sleep(200);
        _ = NativeBaseline.Drain(sockets.Handles, out _);
        string text = new('x', 200 - 92);
        _ = session.BeginPost(text);
        int came = NativeBaseline.Drain(sockets.Handles, out byte[] datagram);
        if (came != size)
        {
            throw new InvalidOperationException($"{came} of {size} came.");
        }

        int posts = Math.Clamp(5_000 / size, 5, 50);
        using Socket plain = LoopbackSockets.Open();
        var slices = new Slices(sockets.Handles, datagram, sockets.Ports, plain);
        for (int round = -3; round < Rounds; round++)
        {
            slices.Baseline(posts, round >= 0);
            slices.Ours(() => _ = session.BeginPost(text), posts, round >= 0, () => NativeBaseline.Drain(sockets.Handles, out _));
        }

        return slices.Results($"fan-out to {size} in the clear, {datagram.Length} bytes", "<= 1.05", 2.1);
    }

    private static IEnumerable<Result> Sealed(int size)
    {
        using LanSession session = Loopback.Start("fan");
        using var peers = new SealedPeers(size, session, isPolled: false);
        peers.PumpUntilKnown(session, size);
        for (int i = 0; i < 50; i++)
        {
            // Introductions are over, and round trips measured.
            peers.Pump();
            System.Threading.Thread.Sleep(10);
        }

        using var sockets = new LoopbackSockets(size);
        string text = new('x', 200 - 92);
        byte[] plainDatagram = new byte[200];
        const int posts = 1;
        using Socket plain = LoopbackSockets.Open();
        var slices = new Slices(sockets.Handles, plainDatagram, sockets.Ports, plain);
        int rounds = size < 1_000 ? 3 * Rounds : Rounds;
        for (int round = -WarmUp; round < rounds; round++)
        {
            slices.Baseline(Math.Max(1, 2_000 / size), round >= 0);
            long before = peers.Arrived;
            LanSending? sending = null;
            slices.Ours(() => sending = session.BeginPost(text, TimeSpan.FromSeconds(30)), posts, round >= 0, () =>
            {
                peers.PumpUntil(() => sending!.IsSettled, "all receipts are there");
                return (int)(peers.Arrived - before);
            });
        }

        return slices.Results($"fan-out to {size} sealed, {text.Length} characters and a signature", "<= 1.75");
    }

    /// <summary>Slices of the baseline and of ours in turn.</summary>
    private sealed class Slices(int[] handles, byte[] datagram, ushort[] ports, Socket plain)
    {
        private readonly List<double> _baseline = [];
        private readonly List<double> _ours = [];
        private readonly List<double> _rates = [];
        private readonly List<double> _allocated = [];
        private long _sent;
        private long _came;

        public void Baseline(int posts, bool counts)
        {
            nint fan = NativeBaseline.NewFan(ports, datagram);
            ulong start = NativeBaseline.ThreadCpu();
            int sent = NativeBaseline.SendFan(fan, (int)plain.Handle, posts);
            double each = (NativeBaseline.ThreadCpu() - start) / (double)sent;
            NativeBaseline.FreeFan(fan);
            _ = NativeBaseline.Drain(handles, out _);
            if (counts)
            {
                _baseline.Add(each);
            }
        }

        public void Ours(Action post, int posts, bool counts, Func<int> settle)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long began = Stopwatch.GetTimestamp();
            ulong start = NativeBaseline.ThreadCpu();
            for (int i = 0; i < posts; i++)
            {
                post();
            }

            double messages = posts * ports.Length;
            double each = (NativeBaseline.ThreadCpu() - start) / messages;
            double rate = messages / Stopwatch.GetElapsedTime(began).TotalSeconds;
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            int came = settle();
            if (counts)
            {
                _ours.Add(each);
                _rates.Add(rate);
                _allocated.Add(allocated / messages);
                _sent += (long)messages;
                _came += came;
            }
        }

        public IEnumerable<Result> Results(string what, string bar, double? limit = null) =>
        [
            Result.Of($"{what}: sendmmsg in C", _baseline, "ns a message"),
            Result.Of($"{what}: POST", _ours, "ns a message"),
            Result.Of($"{what}: POST / sendmmsg", _ours.Select((ours, i) => ours / _baseline[i]), "x", ports.Length == 1_000 ? bar : "", limit),
            Result.Of($"{what}: delivered", _rates, "a second"),
            Result.Of($"{what}: allocated by the sender", _allocated, "bytes a message", "0"),
            Result.Of($"{what}: lost", [_sent - _came], $"of {_sent}", "0"),
        ];
    }
}
