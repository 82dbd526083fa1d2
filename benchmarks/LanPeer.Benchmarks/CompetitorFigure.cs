using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using LiteNetLib;
using MQTTnet;
using NetMQ;
using NetMQ.Sockets;

namespace LanPeer.Benchmarks;

/// <summary>What people would use instead, theirs in the clear and ours sealed: round trips, and messages delivered to many.</summary>
internal static class CompetitorFigure
{
    private const int Trips = 2_000;
    private const int Blocks = 5;
    private static readonly byte[] s_payload = new byte[200];

    public static IEnumerable<object> Run()
    {
        List<Contestant> contestants = [new Ours(), new NetMQContestant(), new LiteNetLibContestant()];
        if (MosquittoContestant.TryStart(out MosquittoContestant? mosquitto))
        {
            contestants.Add(mosquitto!);
        }
        else
        {
            yield return "competitors: mosquitto left out, it is not installed.";
        }

        try
        {
            foreach (object result in RoundTrips(contestants))
            {
                yield return result;
            }

            foreach (int size in (int[])[100, 1_000])
            {
                foreach (object result in Delivered(contestants, size))
                {
                    yield return result;
                }
            }
        }
        finally
        {
            mosquitto?.Dispose();
            NetMQConfig.Cleanup(block: false);
        }
    }

    private static IEnumerable<object> RoundTrips(List<Contestant> contestants)
    {
        Dictionary<Contestant, List<double>> medians = contestants.ToDictionary(static one => one, static _ => new List<double>());
        for (int block = 0; block < Blocks; block++)
        {
            foreach (Contestant contestant in contestants)
            {
                medians[contestant].Add(RoundTripFigure.Percentile(contestant.RoundTrips(Trips / Blocks), 0.5) / 1_000);
            }
        }

        return medians.SelectMany(pair => (Result[])
        [
            Result.Of($"round trip, {pair.Key.Name}, p50", pair.Value, "us"),
            .. pair.Key is Ours ? [] : (Result[])[Result.Of($"round trip, {pair.Key.Name} / LanPeer", pair.Value.Select((one, i) => one / medians[contestants[0]][i]), "x", ">= 4")],
        ]);
    }

    private static IEnumerable<object> Delivered(List<Contestant> contestants, int size)
    {
        List<double> ours = [];
        foreach (Contestant contestant in contestants)
        {
            List<double> rates;
            string? failure = null;
            try
            {
                rates = contestant.Deliver(size, Math.Max(20, 10_000 / size), Blocks);
            }
            catch (Exception error) when (error is TimeoutException or AggregateException)
            {
                // Some cannot hold so many receivers here: mosquitto has a descriptor for each, of 1,024 by default.
                (rates, failure) = ([], error.GetBaseException().Message);
            }

            if (failure is not null)
            {
                yield return $"delivered to {size}, {contestant.Name}: {failure}";
                continue;
            }

            yield return Result.Of($"delivered to {size}, {contestant.Name}", rates, "a second");
            if (contestant is Ours)
            {
                ours = rates;
            }
            else if (ours.Count > 0)
            {
                yield return Result.Of($"delivered to {size}, LanPeer / {contestant.Name}", rates.Select((one, i) => ours[i] / one), "x", "> 1");
            }
        }
    }

    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private abstract class Contestant
    {
        public abstract string Name { get; }

        /// <summary>Nanoseconds of round trips, one after the other.</summary>
        public abstract double[] RoundTrips(int count);

        /// <summary>Messages that arrive a second when so many are sent to so many receivers in this process.</summary>
        public abstract List<double> Deliver(int receivers, int messages, int blocks);

        protected static double[] Time(int count, Action trip)
        {
            for (int i = 0; i < 50; i++)
            {
                trip();
            }

            double[] times = new double[count];
            for (int i = 0; i < count; i++)
            {
                long start = Stopwatch.GetTimestamp();
                trip();
                times[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            }

            return times;
        }

        protected static List<double> Rates(int receivers, int messages, int blocks, Action send, Func<long> arrived, Action pump)
        {
            var rates = new List<double>();
            for (int block = -1; block < blocks; block++)
            {
                long wanted = arrived() + ((long)receivers * messages);
                long began = Stopwatch.GetTimestamp();
                for (int i = 0; i < messages; i++)
                {
                    send();
                }

                while (arrived() < wanted)
                {
                    pump();
                    if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(60))
                    {
                        throw new TimeoutException($"{wanted - arrived()} messages did not arrive.");
                    }
                }

                if (block >= 0)
                {
                    rates.Add(receivers * messages / Stopwatch.GetElapsedTime(began).TotalSeconds);
                }
            }

            return rates;
        }
    }

    private sealed class Ours : Contestant
    {
        public override string Name => "LanPeer (sealed)";

        public override double[] RoundTrips(int count)
        {
            using Pair pair = Pair.Start();
            (LanSession alice, LanSession bob) = pair;
            string text = new('x', s_payload.Length);
            return Time(count, () => _ = alice.SendDM(bob.UserId, text));
        }

        public override List<double> Deliver(int receivers, int messages, int blocks)
        {
            using LanSession session = Loopback.Start("fan");
            using var peers = new SealedPeers(receivers, session);
            peers.PumpUntil(() => session.Peers.Count(peer => peer.PeerId is not null) == receivers, "all peers are known");
            string text = new('x', s_payload.Length);
            return Rates(receivers, messages, blocks, () => _ = session.BeginPost(text), () => peers.Arrived, peers.Pump);
        }
    }

    private sealed class NetMQContestant : Contestant
    {
        public override string Name => "NetMQ";

        public override double[] RoundTrips(int count)
        {
            using var one = new PairSocket();
            using var other = new PairSocket();
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
            double[] times = Time(count, () =>
            {
                one.SendFrame(s_payload);
                _ = one.ReceiveFrameBytes();
            });
            one.SendFrame([0]);
            echo.Join();
            return times;
        }

        public override List<double> Deliver(int receivers, int messages, int blocks)
        {
            using var publisher = new PublisherSocket();
            publisher.Options.SendHighWatermark = 0;
            int port = publisher.BindRandomPort("tcp://127.0.0.1");
            long arrived = 0;
            using var poller = new NetMQPoller();
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
            try
            {
                // Until all subscriptions are there: a message sent until then reaches some.
                long before;
                do
                {
                    before = Interlocked.Read(ref arrived);
                    publisher.SendFrame(s_payload);
                    Thread.Sleep(300);
                }
                while (Interlocked.Read(ref arrived) - before < receivers);
                return Rates(receivers, messages, blocks, () => publisher.SendFrame(s_payload), () => Interlocked.Read(ref arrived), static () => { });
            }
            finally
            {
                poller.Stop();
                foreach (SubscriberSocket subscriber in subscribers)
                {
                    subscriber.Dispose();
                }
            }
        }
    }

    private sealed class LiteNetLibContestant : Contestant
    {
        public override string Name => "LiteNetLib (reliable)";

        public override double[] RoundTrips(int count)
        {
            using var came = new SemaphoreSlim(0);
            NetManager server = Manager((peer, reader) => peer.Send(reader, DeliveryMethod.ReliableOrdered));
            NetManager client = Manager((_, _) => came.Release());
            server.Start(IPAddress.Loopback, IPAddress.IPv6Loopback, 0);
            client.Start(IPAddress.Loopback, IPAddress.IPv6Loopback, 0);
            NetPeer peer = client.Connect("127.0.0.1", server.LocalPort, "key");
            Loopback.Until(() => peer.ConnectionState == ConnectionState.Connected, "it is connected");
            double[] times = Time(count, () =>
            {
                peer.Send(s_payload, DeliveryMethod.ReliableOrdered);

                // It sends at an interval; this is how one tells it not to wait.
                client.TriggerUpdate();
                server.TriggerUpdate();
                while (!came.Wait(0))
                {
                    server.TriggerUpdate();
                    Thread.Yield();
                }
            });
            client.Stop();
            server.Stop();
            return times;
        }

        public override List<double> Deliver(int receivers, int messages, int blocks)
        {
            long arrived = 0;
            NetManager server = Manager(static (_, _) => { });
            server.Start(IPAddress.Loopback, IPAddress.IPv6Loopback, 0);
            NetManager[] clients = [.. Enumerable.Range(0, receivers).Select(_ =>
            {
                NetManager client = Manager((_, _) => Interlocked.Increment(ref arrived), isManual: true);
                client.StartInManualMode(0);
                client.Connect("127.0.0.1", server.LocalPort, "key");
                return client;
            })];
            void Pump()
            {
                foreach (NetManager client in clients)
                {
                    client.PollEvents();
                    client.ManualUpdate(15);
                }
            }

            long began = Stopwatch.GetTimestamp();
            while (server.ConnectedPeersCount < receivers && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60))
            {
                Pump();
                Thread.Sleep(1);
            }

            List<double> rates = Rates(receivers, messages, blocks, () => server.SendToAll(s_payload, DeliveryMethod.ReliableOrdered), () => Interlocked.Read(ref arrived), () =>
            {
                server.TriggerUpdate();
                Pump();
            });
            foreach (NetManager client in clients)
            {
                client.Stop();
            }

            server.Stop();
            return rates;
        }

        private static NetManager Manager(Action<NetPeer, byte[]> received, bool isManual = false)
        {
            var listener = new EventBasedNetListener();
            listener.ConnectionRequestEvent += static request => request.Accept();
            listener.NetworkReceiveEvent += (peer, reader, _, _) => received(peer, reader.GetRemainingBytes());
            return new NetManager(listener) { UnsyncedEvents = !isManual, IPv6Enabled = false, UpdateTime = 1, AutoRecycle = true };
        }
    }

    private sealed class MosquittoContestant : Contestant, IDisposable
    {
        private readonly Process _broker;
        private readonly int _port;

        private MosquittoContestant(Process broker, int port)
        {
            _broker = broker;
            _port = port;
        }

        public override string Name => "MQTTnet and mosquitto";

        /// <summary>Starts a broker of its own, which without a configuration listens on loopback only.</summary>
        public static bool TryStart(out MosquittoContestant? contestant)
        {
            contestant = null;
            int port = FreePort();
            try
            {
                contestant = new MosquittoContestant(Process.Start(new ProcessStartInfo("mosquitto", ["-p", $"{port}"])
                {
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                })!, port);
                Thread.Sleep(500);
                return !contestant._broker.HasExited;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }

        public override double[] RoundTrips(int count)
        {
            using var came = new SemaphoreSlim(0);
            using IMqttClient one = Connect("pong", () => came.Release());
            IMqttClient? replier = null;
            using IMqttClient other = Connect("ping", () => replier!.PublishAsync(Message("pong")).Wait());
            replier = other;
            MqttApplicationMessage ping = Message("ping");
            return Time(count, () =>
            {
                one.PublishAsync(ping).Wait();
                came.Wait();
            });
        }

        public override List<double> Deliver(int receivers, int messages, int blocks)
        {
            long arrived = 0;
            IMqttClient[] clients = [.. Enumerable.Range(0, receivers).Select(_ => Connect("fan", () => Interlocked.Increment(ref arrived)))];
            using IMqttClient publisher = Connect("other", static () => { });
            MqttApplicationMessage message = Message("fan");
            try
            {
                // Beyond 1,000 waiting for one client the broker drops messages.
                return Rates(receivers, Math.Min(messages, 500), blocks, () => publisher.PublishAsync(message).Wait(), () => Interlocked.Read(ref arrived), static () => { });
            }
            finally
            {
                foreach (IMqttClient client in clients)
                {
                    client.Dispose();
                }
            }
        }

        public void Dispose()
        {
            _broker.Kill();
            _broker.WaitForExit(5_000);
            _broker.Dispose();
        }

        private static MqttApplicationMessage Message(string topic)
            => new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(s_payload).Build();

        private IMqttClient Connect(string topic, Action received)
        {
            IMqttClient client = new MqttClientFactory().CreateMqttClient();
            client.ApplicationMessageReceivedAsync += _ =>
            {
                received();
                return System.Threading.Tasks.Task.CompletedTask;
            };
            client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", _port).Build()).Wait();
            client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(topic).Build()).Wait();
            return client;
        }
    }
}
