using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace LanPeer.Benchmarks;

/// <summary>Messages of nearly 1 MiB, one after the other, each with its receipt, against a TCP connection over loopback.</summary>
internal static class LargeFigure
{
    private const int Length = 1_000_000;
    private const int Count = 8;
    private const int Rounds = 7;

    public static IEnumerable<object> Run()
    {
        using Pair pair = Pair.Start();
        (LanSession alice, LanSession bob) = pair;
        string text = new('x', Length);
        var ours = new List<double>();
        var baseline = new List<double>();
        for (int round = -10; round < Rounds; round++)
        {
            double tcp = Tcp();
            long began = Stopwatch.GetTimestamp();
            for (int i = 0; i < Count; i++)
            {
                LanDelivery delivery = alice.SendDM(bob.UserId, text, TimeSpan.FromSeconds(30));
                if (delivery.State != LanDeliveryState.Delivered)
                {
                    throw new InvalidOperationException($"{delivery}: {delivery.Reason}");
                }

                _ = bob.Inbox.Take(static _ => true, int.MaxValue);
            }

            if (round >= 0)
            {
                ours.Add(Rate(began));
                baseline.Add(tcp);
            }
        }

        return
        [
            Result.Of("large messages: TCP of the BCL, in the clear", baseline, "MB/s"),
            Result.Of("large messages: DM of 1 MB with its receipt", ours, "MB/s"),
            Result.Of("large messages: DM / TCP", ours.Select((one, i) => one / baseline[i]), "x"),
        ];
    }

    private static double Rate(long began) => Count * (Length / 1e6) / Stopwatch.GetElapsedTime(began).TotalSeconds;

    /// <summary>The same bytes by a stream, and a byte back for each message.</summary>
    private static double Tcp()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var thread = new Thread(() =>
        {
            using TcpClient client = listener.AcceptTcpClient();
            byte[] buffer = new byte[Length];
            for (int i = 0; i < Count; i++)
            {
                client.GetStream().ReadExactly(buffer);
                client.GetStream().WriteByte(1);
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        using var sender = new TcpClient();
        sender.Connect((IPEndPoint)listener.LocalEndpoint);
        byte[] bytes = new byte[Length];
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Count; i++)
        {
            sender.GetStream().Write(bytes);
            _ = sender.GetStream().ReadByte();
        }

        return Rate(began);
    }
}
