using System;
using System.Net.Sockets;
using System.Threading;

namespace LanPeer.Benchmarks.Competitors;

/// <summary>sendmmsg and recvmmsg in C, and nothing else: no keys, no receipts, no order.</summary>
internal sealed class RawSocketContestant : Contestant
{
    public override string Name => "raw sockets in C";

    /// <summary>The ping-pong is in C as a whole: <see cref="NativeBaseline.PingPong"/>.</summary>
    public override Trip OpenTrip() => throw new NotSupportedException();

    public override Fan OpenFan(int receivers)
    {
        var sockets = new LoopbackSockets(receivers);
        Socket sender = LoopbackSockets.Open();
        nint fan = NativeBaseline.NewFan(sockets.Ports, s_payload);
        long arrived = 0;
        var pump = new Pump(() => Interlocked.Add(ref arrived, NativeBaseline.Drain(sockets.Handles, out _)));
        return new Fan(
            messages => NativeBaseline.SendFan(fan, (int)sender.Handle, messages),
            () => Interlocked.Read(ref arrived),
            static () => { },
            () =>
            {
                pump.Dispose();
                NativeBaseline.FreeFan(fan);
                sender.Dispose();
                sockets.Dispose();
            });
    }
}
