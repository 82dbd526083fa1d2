using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using LanPeer.Transport;

namespace LanPeer.Benchmarks;

/// <summary>CPU of taking a datagram of 200 bytes out of a socket, against recvmmsg in C.</summary>
internal static class ReceiveFigure
{
    private const int Rounds = 31;
    private const int Count = 2_000;

    public static IEnumerable<object> Run()
    {
        if (!NativeBaseline.IsThere)
        {
            return [$"receive: left out, {NativeBaseline.Missing}."];
        }

        using Socket sender = LoopbackSockets.Open();
        using Socket plain = LoopbackSockets.Open(8 * 1_048_576);
        using UdpPort port = UdpPort.OpenUnicast(IPAddress.Loopback, 0);
        nint toPlain = NativeBaseline.NewFan([(ushort)((IPEndPoint)plain.LocalEndPoint!).Port], new byte[200]);
        nint toPort = NativeBaseline.NewFan([port.Port], new byte[200]);
        var batch = new ReceiveBatch();
        var baseline = new List<double>();
        var ours = new List<double>();
        long allocated = 0;
        for (int round = -5; round < Rounds; round++)
        {
            int sent = NativeBaseline.SendFan(toPlain, (int)sender.Handle, Count);
            double first = NativeBaseline.Receive((int)plain.Handle, sent) / (double)sent;
            sent = NativeBaseline.SendFan(toPort, (int)sender.Handle, Count);
            long before = GC.GetAllocatedBytesForCurrentThread();
            ulong start = NativeBaseline.ThreadCpu();
            for (int left = sent; left > 0; left -= batch.Count)
            {
                _ = port.Receive(batch);
            }

            double second = (NativeBaseline.ThreadCpu() - start) / (double)sent;
            if (round >= 0)
            {
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                baseline.Add(first);
                ours.Add(second);
            }
        }

        NativeBaseline.FreeFan(toPlain);
        NativeBaseline.FreeFan(toPort);
        return
        [
            Result.Of("receive, 200 bytes: recvmmsg in C", baseline, "ns a message"),
            Result.Of("receive, 200 bytes: LanPeer", ours, "ns a message"),
            Result.Of("receive, 200 bytes: speed of recvmmsg", ours.Select((one, i) => baseline[i] / one), "x", ">= 0.8"),
            Result.Of("receive, allocated", [allocated / (double)(Rounds * Count)], "bytes a message", "0"),
        ];
    }
}
