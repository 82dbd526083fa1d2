using System;
using System.Linq;
using System.Net;
using System.Threading;
using LiteNetLib;

namespace LanPeer.Benchmarks.Competitors;

/// <summary>Reliable and in order, over UDP.</summary>
internal sealed class LiteNetLibContestant : Contestant
{
    public override string Name => "LiteNetLib (reliable)";

    public override Trip OpenTrip()
    {
        var came = new SemaphoreSlim(0);

        // It sends at an interval; TriggerUpdate is how one tells it not to wait.
        NetManager? server = null;
        server = Manager((peer, reader) =>
        {
            peer.Send(reader, DeliveryMethod.ReliableOrdered);
            server!.TriggerUpdate();
        });
        NetManager client = Manager((_, _) => came.Release());
        server.Start(IPAddress.Loopback, IPAddress.IPv6Loopback, 0);
        client.Start(IPAddress.Loopback, IPAddress.IPv6Loopback, 0);
        NetPeer peer = client.Connect("127.0.0.1", server.LocalPort, "key");
        Loopback.Until(() => peer.ConnectionState == ConnectionState.Connected, "it is connected");
        return new Trip(
            () =>
            {
                peer.Send(s_payload, DeliveryMethod.ReliableOrdered);
                client.TriggerUpdate();
                came.Wait();
            },
            () =>
            {
                client.Stop();
                server.Stop();
                came.Dispose();
            });
    }

    public override Fan OpenFan(int receivers)
    {
        long arrived = 0;
        NetManager server = Manager(static (_, _) => { });
        server.Start(IPAddress.Loopback, IPAddress.IPv6Loopback, 0);

        // Each with threads of its own would be thousands of them.
        NetManager[] clients = [.. Enumerable.Range(0, receivers).Select(_ =>
        {
            NetManager client = Manager((_, _) => Interlocked.Increment(ref arrived), isManual: true);
            client.StartInManualMode(0);
            client.Connect("127.0.0.1", server.LocalPort, "key");
            return client;
        })];
        var pump = new Pump(() =>
        {
            foreach (NetManager client in clients)
            {
                client.PollEvents();
                client.ManualUpdate(1);
            }
        });
        Loopback.Until(() => server.ConnectedPeersCount == receivers, "all are connected");
        return new Fan(
            messages =>
            {
                for (int i = 0; i < messages; i++)
                {
                    server.SendToAll(s_payload, DeliveryMethod.ReliableOrdered);
                }

                server.TriggerUpdate();
            },
            () => Interlocked.Read(ref arrived),
            static () => { },
            () =>
            {
                pump.Dispose();
                foreach (NetManager client in clients)
                {
                    client.Stop();
                }

                server.Stop();
            });
    }

    private static NetManager Manager(Action<NetPeer, byte[]> received, bool isManual = false)
    {
        var listener = new EventBasedNetListener();
        listener.ConnectionRequestEvent += static request => request.Accept();
        listener.NetworkReceiveEvent += (peer, reader, _, _) => received(peer, reader.GetRemainingBytes());
        return new NetManager(listener) { UnsyncedEvents = !isManual, IPv6Enabled = false, UpdateTime = 1, AutoRecycle = true };
    }
}
