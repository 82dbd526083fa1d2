using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using MQTTnet;

namespace LanPeer.Benchmarks.Competitors;

/// <summary>Clients of MQTTnet and a broker of its own, mosquitto, on loopback.</summary>
internal sealed class MosquittoContestant : Contestant, IDisposable
{
    private readonly Process _broker;
    private readonly int _port;
    private readonly string _folder;

    private MosquittoContestant(Process broker, int port, string folder)
    {
        _broker = broker;
        _port = port;
        _folder = folder;
    }

    public override string Name => "MQTTnet and mosquitto";

    public override int[] Processes => [_broker.Id];

    /// <summary>Null where mosquitto is not installed, and on Windows, which has no shell to start it with.</summary>
    public static MosquittoContestant? TryStart()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        int port = FreePort();
        string folder = Directory.CreateTempSubdirectory("lanpeer-mosquitto-").FullName;
        string configuration = Path.Combine(folder, "mosquitto.conf");

        // As fast as it can be, and as many clients and messages as there are.
        File.WriteAllText(configuration, $"""
            listener {port} 127.0.0.1
            allow_anonymous true
            set_tcp_nodelay true
            max_connections -1
            max_queued_messages 0

            """);

        // It has a descriptor for each client, of 1,024 by default.
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"ulimit -n 8192; exec mosquitto -c {configuration}"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var contestant = new MosquittoContestant(Process.Start(start)!, port, folder);
        contestant._broker.BeginErrorReadLine();
        contestant._broker.BeginOutputReadLine();
        Thread.Sleep(500);
        if (!contestant._broker.HasExited)
        {
            return contestant;
        }

        contestant.Dispose();
        return null;
    }

    public override Trip OpenTrip()
    {
        var came = new SemaphoreSlim(0);
        IMqttClient one = Connect("pong", () =>
        {
            came.Release();
            return Task.CompletedTask;
        });
        IMqttClient? replier = null;
        MqttApplicationMessage ping = Message("ping");
        MqttApplicationMessage pong = Message("pong");
        IMqttClient other = Connect("ping", () => replier!.PublishAsync(pong));
        replier = other;
        return new Trip(
            () =>
            {
                one.PublishAsync(ping).Wait();
                came.Wait();
            },
            () =>
            {
                one.Dispose();
                other.Dispose();
                came.Dispose();
            });
    }

    public override Fan OpenFan(int receivers)
    {
        long arrived = 0;
        IMqttClient[] clients = [.. Enumerable.Range(0, receivers).Select(_ => Connect("fan", () =>
        {
            Interlocked.Increment(ref arrived);
            return Task.CompletedTask;
        }))];
        IMqttClient publisher = Connect("other", static () => Task.CompletedTask);
        MqttApplicationMessage message = Message("fan");
        return new Fan(
            messages =>
            {
                for (int i = 0; i < messages; i++)
                {
                    publisher.PublishAsync(message).Wait();
                }
            },
            () => Interlocked.Read(ref arrived),
            static () => { },
            () =>
            {
                publisher.Dispose();
                foreach (IMqttClient client in clients)
                {
                    client.Dispose();
                }
            });
    }

    public void Dispose()
    {
        if (!_broker.HasExited)
        {
            _broker.Kill();
            _broker.WaitForExit(5_000);
        }

        _broker.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static MqttApplicationMessage Message(string topic)
        => new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(s_payload).Build();

    private IMqttClient Connect(string topic, Func<Task> received)
    {
        IMqttClient client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += _ => received();
        client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", _port).Build()).Wait();
        client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(topic).Build()).Wait();
        return client;
    }
}
