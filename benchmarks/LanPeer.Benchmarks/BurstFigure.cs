using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using LanPeer.Protocol;
using LanPeer.Transport;
using LanPeer.Wire;

namespace LanPeer.Benchmarks;

/// <summary>64 datagrams to one peer: the transport against sendmmsg in C, and 64 DMs until all receipts are there.</summary>
internal static class BurstFigure
{
    private const int Count = 64;
    private const int Rounds = 31;
    private const int Bursts = 20;

    public static IEnumerable<object> Run()
    {
        if (!NativeBaseline.IsThere)
        {
            return [$"burst: left out, {NativeBaseline.Missing}."];
        }

        return [.. Transport(), .. Messages()];
    }

    private static List<Result> Transport()
    {
        using Socket plain = LoopbackSockets.Open();
        using Socket receiver = LoopbackSockets.Open(8 * 1_048_576);
        using UdpPort port = UdpPort.OpenUnicast(IPAddress.Loopback, 0);
        ushort to = (ushort)((IPEndPoint)receiver.LocalEndPoint!).Port;
        nint fan = NativeBaseline.NewFan([.. Enumerable.Repeat(to, Count)], new byte[200]);
        var effects = new Effects();
        for (int i = 0; i < Count; i++)
        {
            effects.Room(200)[..200].Clear();
            effects.Send(effects.Commit(200), new Ipv4Endpoint(Ipv4Endpoint.LoopbackAddress, to));
        }

        var failures = new List<SendFailure>();
        var baseline = new List<double>();
        var ours = new List<double>();
        int[] handle = [(int)receiver.Handle];
        long missing = 0;
        for (int round = -3; round < Rounds; round++)
        {
            ulong start = NativeBaseline.ThreadCpu();
            _ = NativeBaseline.SendFan(fan, (int)plain.Handle, Bursts);
            double first = (NativeBaseline.ThreadCpu() - start) / (double)(Count * Bursts);
            missing += (Count * Bursts) - NativeBaseline.Drain(handle, out _);
            start = NativeBaseline.ThreadCpu();
            for (int i = 0; i < Bursts; i++)
            {
                port.Send(effects, failures);
            }

            double second = (NativeBaseline.ThreadCpu() - start) / (double)(Count * Bursts);
            missing += (Count * Bursts) - NativeBaseline.Drain(handle, out _);
            if (round >= 0)
            {
                baseline.Add(first);
                ours.Add(second);
            }
        }

        NativeBaseline.FreeFan(fan);
        return
        [
            Result.Of("burst of 64 to one, 200 bytes: sendmmsg in C", baseline, "ns a datagram"),
            Result.Of("burst of 64 to one, 200 bytes: LanPeer's transport", ours, "ns a datagram"),
            Result.Of("burst of 64 to one: speed of sendmmsg", baseline.Select((one, i) => one / ours[i]), "x"),
            Result.Of("burst of 64 to one: lost", [missing], "datagrams", "0"),
        ];
    }

    private static List<Result> Messages()
    {
        using Pair pair = Pair.Start();
        (LanSession alice, LanSession bob) = pair;
        string text = new('x', 100);
        string to = bob.UserId;
        var rates = new List<double>();
        for (int round = -5; round < Rounds; round++)
        {
            long began = Stopwatch.GetTimestamp();
            LanSending[] sendings = [.. Enumerable.Range(0, Count).Select(_ => alice.BeginDM(to, text))];
            foreach (LanSending sending in sendings)
            {
                _ = sending.Wait(TimeSpan.FromSeconds(30), default);
            }

            if (round >= 0)
            {
                rates.Add(Count / Stopwatch.GetElapsedTime(began).TotalSeconds);
            }

            _ = bob.Inbox.Take(static _ => true, int.MaxValue);
        }

        return [Result.Of("burst of 64 DMs to one, with receipts", rates, "a second")];
    }
}
