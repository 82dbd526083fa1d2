using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Transport;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>Both ways in and out of a socket: by system calls for many datagrams, and by the BCL.</summary>
public sealed class TransportTests : EngineTest
{
    public enum Way
    {
        SystemCalls,
        Managed,
    }

    [Theory]
    [InlineData(Way.SystemCalls, Way.SystemCalls)]
    [InlineData(Way.SystemCalls, Way.Managed)]
    [InlineData(Way.Managed, Way.SystemCalls)]
    [InlineData(Way.Managed, Way.Managed)]
    public void What_is_sent_arrives_in_order_and_names_its_sender(Way sender, Way receiver)
    {
        DatagramPath from = Open(sender, out Ipv4Endpoint fromPlace);
        DatagramPath to = Open(receiver, out Ipv4Endpoint toPlace);
        Effects effects = new();
        for (int i = 0; i < 300; i++)
        {
            Add(effects, toPlace, (byte)i, 1 + (i % 1_400));
        }

        Assert.Empty(Send(from, effects));

        List<(byte[] Bytes, Ipv4Endpoint Source)> came = Receive(to, 300);
        Assert.Equal(Enumerable.Range(0, 300).Select(i => 1 + (i % 1_400)), came.Select(datagram => datagram.Bytes.Length));
        Assert.Equal(Enumerable.Range(0, 300).Select(i => (byte)i), came.Select(datagram => datagram.Bytes[^1]));
        Assert.All(came, datagram => Assert.Equal(fromPlace, datagram.Source));
    }

    [Theory]
    [InlineData(Way.SystemCalls, Way.SystemCalls)]
    [InlineData(Way.SystemCalls, Way.Managed)]
    [InlineData(Way.Managed, Way.SystemCalls)]
    [InlineData(Way.Managed, Way.Managed)]
    public void A_run_of_one_size_arrives_as_the_datagrams_it_was(Way sender, Way receiver)
    {
        DatagramPath from = Open(sender, out _);
        DatagramPath to = Open(receiver, out Ipv4Endpoint toPlace);
        Effects effects = new();
        int[] sizes = [.. Enumerable.Repeat(1_200, 150), 700, 1_200, 1_200, 1_300, .. Enumerable.Repeat(20, 200), 21, 5, 1_472, 1_472, 1_473, 1_473, 9_000, 9_000];
        for (int i = 0; i < sizes.Length; i++)
        {
            Add(effects, toPlace, (byte)i, sizes[i]);
        }

        Assert.Empty(Send(from, effects));

        List<(byte[] Bytes, Ipv4Endpoint Source)> came = Receive(to, sizes.Length);
        Assert.Equal(sizes, came.Select(datagram => datagram.Bytes.Length));
        Assert.All(came.Select((datagram, i) => (datagram.Bytes, i)), pair => Assert.All(pair.Bytes, value => Assert.Equal((byte)pair.i, value)));
    }

    [Fact]
    public void After_many_that_came_one_by_one_those_that_come_together_are_taken_together_again()
    {
        DatagramPath from = Open(Way.SystemCalls, out _);
        DatagramPath to = Open(Way.SystemCalls, out Ipv4Endpoint toPlace);
        var batch = new ReceiveBatch();
        SendOneByOne(from, to, toPlace, batch);

        Effects many = new();
        for (int i = 0; i < 100; i++)
        {
            // None as long as the one before it: the kernel puts none of them together.
            Add(many, toPlace, (byte)i, 10 + i);
        }

        Assert.Empty(Send(from, many));
        var counts = new List<int>();
        while (counts.Sum() < 100)
        {
            Assert.True(to.ReceiveFor(batch, TimeSpan.FromSeconds(20)));
            counts.Add(batch.Count);
        }

        Assert.InRange(counts.Count, 4, 11);
        Assert.Contains(ReceiveBatch.Slots, counts);
    }

    [Fact]
    public void After_many_that_came_one_by_one_a_run_of_one_size_arrives_as_the_datagrams_it_was()
    {
        DatagramPath from = Open(Way.SystemCalls, out _);
        DatagramPath to = Open(Way.SystemCalls, out Ipv4Endpoint toPlace);
        SendOneByOne(from, to, toPlace, new ReceiveBatch());
        Effects run = new();
        for (int i = 0; i < 60; i++)
        {
            Add(run, toPlace, (byte)i, i < 59 ? 1_200 : 7);
        }

        Assert.Empty(Send(from, run));

        List<(byte[] Bytes, Ipv4Endpoint Source)> came = Receive(to, 60);
        Assert.Equal(Enumerable.Range(0, 60).Select(i => (i < 59 ? 1_200 : 7, (byte)i)), came.Select(datagram => (datagram.Bytes.Length, datagram.Bytes[^1])));
    }

    [Fact]
    public void Short_waits_end_by_themselves_and_take_what_comes()
    {
        DatagramPath path = Open(Way.SystemCalls, out Ipv4Endpoint place);
        var batch = new ReceiveBatch();
        path.LimitWaits(areShort: true);
        for (int i = 0; i < 20; i++)
        {
            Assert.False(path.ReceiveFor(batch, TimeSpan.FromMilliseconds(1)));
            Assert.Equal(0, batch.Count);
        }

        Effects effects = new();
        Add(effects, place, 1, 10);
        Assert.Empty(Send(path, effects));
        Assert.True(path.ReceiveFor(batch, TimeSpan.FromMilliseconds(1)));
        Assert.Equal(10, batch.Datagram(0).Length);

        // The thread of the port goes on waiting, however short each wait is.
        bool isOpen = false;
        var thread = new Thread(() => isOpen = path.Receive(batch)) { IsBackground = true };
        thread.Start();
        Assert.Empty(Send(path, effects));
        Wait.For(thread, "the receiving thread");
        Assert.True(isOpen);
        Assert.Equal(10, batch.Datagram(0).Length);

        path.LimitWaits(areShort: false);
        Assert.False(path.ReceiveFor(batch, TimeSpan.FromMilliseconds(1)));
        path.LimitWaits(areShort: true);
        path.Dispose();
        Assert.False(path.ReceiveFor(batch, TimeSpan.FromMilliseconds(1)));
        path.LimitWaits(areShort: false);
    }

    [Theory]
    [InlineData(Way.SystemCalls, Way.SystemCalls)]
    [InlineData(Way.SystemCalls, Way.Managed)]
    [InlineData(Way.Managed, Way.SystemCalls)]
    [InlineData(Way.Managed, Way.Managed)]
    public void The_smallest_and_the_largest_datagrams_arrive(Way sender, Way receiver)
    {
        DatagramPath from = Open(sender, out _);
        DatagramPath to = Open(receiver, out Ipv4Endpoint toPlace);
        Effects effects = new();
        int[] sizes = [0, 0, 65_507, 1, 0, 65_507];
        for (int i = 0; i < sizes.Length; i++)
        {
            Add(effects, toPlace, (byte)i, sizes[i]);
        }

        Assert.Empty(Send(from, effects));

        Assert.Equal(sizes, Receive(to, sizes.Length).Select(datagram => datagram.Bytes.Length));
    }

    [Theory]
    [InlineData(Way.SystemCalls)]
    [InlineData(Way.Managed)]
    public void One_that_cannot_be_sent_stops_none_of_the_others(Way way)
    {
        DatagramPath from = Open(way, out _);
        DatagramPath to = Open(way, out Ipv4Endpoint toPlace);
        Effects effects = new();
        var nowhere = new Ipv4Endpoint(Ipv4Endpoint.LoopbackAddress, 0);
        for (int i = 0; i < 260; i++)
        {
            // Nothing is sent to port 0: the kernel refuses it, alone and in a run.
            Add(effects, i is 0 or 7 or 8 or 200 or 259 ? nowhere : toPlace, (byte)i, 100);
        }

        List<SendFailure> failures = Send(from, effects);

        Assert.Equal([0, 7, 8, 200, 259], failures.Select(failure => failure.Index));
        Assert.All(failures, failure => Assert.NotEqual(SocketError.Success, failure.Error));
        Assert.Equal(255, Receive(to, 255).Count);
    }

    [Theory]
    [InlineData(Way.SystemCalls)]
    [InlineData(Way.Managed)]
    public void Both_name_an_error_alike(Way way)
    {
        DatagramPath from = Open(way, out _);
        Effects effects = new();

        // Without the option for it a broadcast is refused (EACCES).
        Add(effects, new Ipv4Endpoint(Ipv4Endpoint.LoopbackBroadcast, 9), 1, 10);

        Assert.Equal([new SendFailure(0, SocketError.AccessDenied)], Send(from, effects));
    }

    [Theory]
    [InlineData(Way.SystemCalls)]
    [InlineData(Way.Managed)]
    public void Closing_ends_the_thread_that_waits(Way way)
    {
        for (int i = 0; i < 50; i++)
        {
            DatagramPath path = Open(way, out _);
            bool isOpen = true;
            var thread = new Thread(() => isOpen = path.Receive(new ReceiveBatch())) { IsBackground = true };
            thread.Start();
            // Some wait by now, some are about to.
            Thread.Sleep(i % 3);
            path.Dispose();
            Wait.For(thread, "the receiving thread");
            Assert.False(isOpen);
            Assert.False(path.Receive(new ReceiveBatch()));
        }
    }

    [Fact]
    public void Receiving_for_a_time_takes_what_is_there_and_ends_without()
    {
        DatagramPath path = Open(Way.SystemCalls, out Ipv4Endpoint place);
        var batch = new ReceiveBatch();
        Assert.True(path.CanReceiveFor);
        for (int i = 0; i < 300; i++)
        {
            Assert.False(path.ReceiveFor(batch, TimeSpan.Zero));
        }

        Assert.False(path.ReceiveFor(batch, TimeSpan.FromMilliseconds(1)));
        Effects effects = new();
        Add(effects, place, 1, 10);
        Add(effects, place, 2, 0);
        Assert.Empty(Send(path, effects));

        Assert.True(path.ReceiveFor(batch, TimeSpan.FromSeconds(20)));
        Assert.Equal(2, batch.Count);
        Assert.Equal([10, 0], [batch.Datagram(0).Length, batch.Datagram(1).Length]);
        Assert.False(path.ReceiveFor(batch, TimeSpan.Zero));
        Assert.Equal(0, batch.Count);

        path.Dispose();
        Assert.False(path.ReceiveFor(batch, TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData(Way.SystemCalls)]
    [InlineData(Way.Managed)]
    public void What_is_sent_after_closing_is_reported(Way way)
    {
        DatagramPath path = Open(way, out Ipv4Endpoint place);
        path.Dispose();
        Effects effects = new();
        Add(effects, place, 1, 10);
        Add(effects, place, 2, 10);

        Assert.Equal([new SendFailure(0, SocketError.Shutdown), new SendFailure(1, SocketError.Shutdown)], Send(path, effects));
    }

    [Theory]
    [InlineData(Way.SystemCalls)]
    [InlineData(Way.Managed)]
    public void Neither_sending_nor_receiving_allocates(Way way)
    {
        DatagramPath from = Open(way, out _);
        DatagramPath to = Open(way, out Ipv4Endpoint place);
        var batch = new ReceiveBatch();
        var failures = new List<SendFailure>();
        Effects effects = new();
        for (int i = 0; i < 20; i++)
        {
            Add(effects, place, (byte)i, 200 + (i / 4));
        }

        Assert.Equal(0, Allocation.Of(Exchange));

        void Exchange()
        {
            from.Send(effects.Arena, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(effects.Sends), failures);
            for (int left = 20; left > 0; left -= batch.Count)
            {
                if (!to.Receive(batch) || batch.Count == 0)
                {
                    throw new InvalidOperationException("Nothing came.");
                }
            }
        }
    }

    [Fact]
    public void The_switch_chooses_the_BCL()
    {
        if (LinuxSockets.IsThere)
        {
            Assert.Equal(Environment.GetEnvironmentVariable(DatagramPath.Variable) != "managed", DatagramPath.UsesSystemCalls);
        }
        else
        {
            Assert.False(DatagramPath.UsesSystemCalls);
        }
    }

    /// <summary>100 datagrams, each of which is received before the next is sent; every seventh is empty.</summary>
    private static void SendOneByOne(DatagramPath from, DatagramPath to, Ipv4Endpoint place, ReceiveBatch batch)
    {
        for (int i = 0; i < 100; i++)
        {
            Effects one = new();
            Add(one, place, (byte)i, i % 7 == 0 ? 0 : 10 + i);
            Assert.Empty(Send(from, one));
            Assert.True(to.ReceiveFor(batch, TimeSpan.FromSeconds(20)));
            Assert.Equal((1, i % 7 == 0 ? 0 : 10 + i), (batch.Count, batch.Datagram(0).Length));
        }
    }

    private static void Add(Effects effects, Ipv4Endpoint to, byte value, int length)
    {
        effects.Room()[..length].Fill(value);
        effects.Send(effects.Commit(length), to);
    }

    private static List<SendFailure> Send(DatagramPath path, Effects effects)
    {
        var failures = new List<SendFailure>();
        path.Send(effects.Arena, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(effects.Sends), failures);
        return failures;
    }

    private static List<(byte[] Bytes, Ipv4Endpoint Source)> Receive(DatagramPath path, int count)
    {
        var came = new List<(byte[], Ipv4Endpoint)>();
        var thread = new Thread(() =>
        {
            var batch = new ReceiveBatch();
            while (came.Count < count && path.Receive(batch))
            {
                for (int i = 0; i < batch.Count; i++)
                {
                    came.Add((batch.Datagram(i).ToArray(), batch.Source(i)));
                }
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        Wait.For(thread, $"all {count} come");
        return came;
    }

    private DatagramPath Open(Way way, out Ipv4Endpoint place)
    {
        if (way == Way.SystemCalls && !LinuxSockets.IsThere)
        {
            Assert.Skip("This system has no sendmmsg.");
        }

        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 * 1_048_576 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, TestEnvironment.NewPort()));
        place = new Ipv4Endpoint(Ipv4Endpoint.LoopbackAddress, (ushort)((IPEndPoint)socket.LocalEndPoint!).Port);
        return Keep<DatagramPath>(way == Way.SystemCalls ? new LinuxPath(socket) : new ManagedPath(socket));
    }
}
