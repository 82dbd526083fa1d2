using System.Linq;
using System.Threading;
using NetMQ;
using NetMQ.Sockets;

namespace LanPeer.Benchmarks.Competitors;

/// <summary>Over TCP: a pair, and a publisher with its subscribers.</summary>
internal sealed class NetMQContestant : Contestant
{
    public override string Name => "NetMQ";

    public override Trip OpenTrip()
    {
        var one = new PairSocket();
        var other = new PairSocket();
        int port = one.BindRandomPort("tcp://127.0.0.1");
        other.Connect($"tcp://127.0.0.1:{port}");
        var echo = new Thread(() =>
        {
            for (byte[] came = other.ReceiveFrameBytes(); came.Length > 1; came = other.ReceiveFrameBytes())
            {
                other.SendFrame(came);
            }
        });
        echo.Start();
        return new Trip(
            () =>
            {
                one.SendFrame(s_payload);
                _ = one.ReceiveFrameBytes();
            },
            () =>
            {
                one.SendFrame([0]);
                echo.Join();
                one.Dispose();
                other.Dispose();
            });
    }

    public override Fan OpenFan(int receivers)
    {
        var publisher = new PublisherSocket();
        publisher.Options.SendHighWatermark = 0;
        int port = publisher.BindRandomPort("tcp://127.0.0.1");
        long arrived = 0;
        var poller = new NetMQPoller();
        SubscriberSocket[] subscribers = [.. Enumerable.Range(0, receivers).Select(_ =>
        {
            var subscriber = new SubscriberSocket();
            subscriber.Options.ReceiveHighWatermark = 0;
            subscriber.Connect($"tcp://127.0.0.1:{port}");
            subscriber.SubscribeToAnyTopic();
            subscriber.ReceiveReady += (_, e) =>
            {
                while (e.Socket.TryReceiveFrameBytes(out byte[]? _))
                {
                    Interlocked.Increment(ref arrived);
                }
            };
            poller.Add(subscriber);
            return subscriber;
        })];
        poller.RunAsync();

        // Until all subscriptions are there: a message sent until then reaches some.
        long before;
        do
        {
            before = Interlocked.Read(ref arrived);
            publisher.SendFrame(s_payload);
            Thread.Sleep(500);
        }
        while (Interlocked.Read(ref arrived) - before < receivers);
        return new Fan(
            messages =>
            {
                for (int i = 0; i < messages; i++)
                {
                    publisher.SendFrame(s_payload);
                }
            },
            () => Interlocked.Read(ref arrived),
            static () => { },
            () =>
            {
                poller.Stop();
                foreach (SubscriberSocket subscriber in subscribers)
                {
                    subscriber.Dispose();
                }

                poller.Dispose();
                publisher.Dispose();
            });
    }
}
