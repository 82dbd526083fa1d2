using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Transport;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>Who receives: the port's thread, or one that waits for what comes.</summary>
public sealed class ReceptionTests : IDisposable
{
    private readonly UdpPort _port = UdpPort.OpenUnicast(IPAddress.Loopback, (ushort)TestEnvironment.NewPort());
    private readonly Socket _sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<int> _handled = [];
    private readonly HashSet<int> _handlers = [];
    private readonly Reception _reception;
    private readonly Signal _signal;
    private readonly Signal _other;
    private readonly Thread _thread;
    private int _inside;
    private int _overlaps;

    public ReceptionTests()
    {
        _reception = new Reception(_port, Handle);
        _signal = new Signal(_reception);
        _other = new Signal(_reception);
        _sender.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _thread = new Thread(ReceiveAll) { IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _port.Dispose();
        Wait.For(_thread, "the port's thread");
        _sender.Dispose();
        Assert.Equal(0, _overlaps);
    }

    [Fact]
    public void Who_waits_again_and_again_receives_by_itself()
    {
        SkipWhereNobodyCan();

        TalkUntilOwn();

        Assert.Equal(Enumerable.Range(0, Count), Handled());
    }

    [Fact]
    public void What_comes_when_nobody_waits_any_more_is_received()
    {
        SkipWhereNobodyCan();
        TalkUntilOwn();
        int before = Count;

        Send(before);
        Send(before + 1);

        Wait.Until(() => Count == before + 2, "the thread receives again");
    }

    [Fact]
    public void Whoever_sleeps_meanwhile_is_woken_by_who_receives()
    {
        SkipWhereNobodyCan();
        for (int round = 0; round < 20; round++)
        {
            TalkUntilOwn();
            long seen = _other.Version;
            bool isWoken = false;
            var sleeper = new Thread(() => isWoken = _other.WaitAfter(seen, Wait.Long, CancellationToken.None));
            sleeper.Start();

            Send(Count);

            Wait.For(sleeper, "the other one");
            Assert.True(isWoken);
        }
    }

    [Fact]
    public void A_wait_that_receives_by_itself_can_be_cancelled_and_has_its_time()
    {
        SkipWhereNobodyCan();
        TalkUntilOwn();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        Assert.Throws<OperationCanceledException>(() => _signal.WaitAfter(_signal.Version, Timeout.InfiniteTimeSpan, cancellation.Token));

        TalkUntilOwn();
        Assert.False(_signal.WaitAfter(_signal.Version, TimeSpan.FromMilliseconds(20), CancellationToken.None));
        TalkUntilOwn();
        Assert.False(_signal.WaitAfter(_signal.Version, TimeSpan.Zero, CancellationToken.None));
    }

    [Fact]
    public void Who_looks_again_and_again_without_waiting_keeps_nobody_from_receiving()
    {
        SkipWhereNobodyCan();
        for (int round = 0; round < 20; round++)
        {
            TalkUntilOwn();
            int before = Count;
            Send(before);

            // Without a pause: each look would put off the thread if it counted as one at the socket.
            long began = System.Diagnostics.Stopwatch.GetTimestamp();
            while (Count == before && System.Diagnostics.Stopwatch.GetElapsedTime(began) < Wait.Long)
            {
                _ = _other.WaitAfter(_other.Version - 1, TimeSpan.FromTicks(1), CancellationToken.None);
                _ = _signal.WaitAfter(_signal.Version, TimeSpan.Zero, CancellationToken.None);
            }

            Assert.Equal(before + 1, Count);
        }
    }

    [Fact]
    public void Closing_ends_the_thread_whoever_receives()
    {
        SkipWhereNobodyCan();
        TalkUntilOwn();

        _port.Dispose();

        Assert.False(_signal.WaitAfter(_signal.Version, TimeSpan.FromMilliseconds(20), CancellationToken.None));
        Wait.For(_thread, "the port's thread");
    }

    [Fact]
    public void An_error_of_who_handles_a_batch_leaves_nobody_without_a_receiver()
    {
        SkipWhereNobodyCan();
        TalkUntilOwn();
        int before = Count;
        Send(-1);

        // Whichever thread it meets, this one or the port's.
        Exception? thrown = Record.Exception(() => _signal.WaitAfter(_signal.Version, TimeSpan.FromMilliseconds(20), CancellationToken.None));
        Assert.Null(thrown);
        Send(before);

        Wait.Until(() => Count == before + 1, "the next datagram is received");
    }

    [Fact]
    public void Who_received_once_wakes_at_once_when_it_does_not_receive_any_more()
    {
        using UdpPort port = UdpPort.OpenUnicast(IPAddress.Loopback, (ushort)TestEnvironment.NewPort());
        var reception = new Reception(port, static (_, _) => true);
        var signal = new Signal(reception);
        _ = _sender.SendTo([1], new IPEndPoint(IPAddress.Loopback, port.Port));
        Assert.True(reception.ReceiveNext());
        for (int i = 0; i < 20; i++)
        {
            long seen = signal.Version;
            bool isWoken = false;
            var sleeper = new Thread(() => isWoken = signal.WaitAfter(seen, Wait.Long, CancellationToken.None));
            sleeper.Start();

            // Some sleep by now, some are about to. Threads that come later may have the number of one that ended.
            Thread.Sleep(i % 5);
            signal.Raise();

            Wait.For(sleeper, "the one who sleeps");
            Assert.True(isWoken);
        }
    }

    [Fact]
    public void Any_number_of_threads_that_wait_cancel_and_give_up_lose_nothing()
    {
        const int threads = 6;
        const int datagrams = 2_000;
        using var end = new CancellationTokenSource();
        Thread[] waiting = [.. Enumerable.Range(0, threads).Select(i => new Thread(() => WaitAtRandom(new Random(i), end.Token)))];
        foreach (Thread thread in waiting)
        {
            thread.Start();
        }

        var random = new Random(1);
        for (int i = 0; i < datagrams; i++)
        {
            Send(i);
            if (random.Next(10) == 0)
            {
                int sent = i + 1;
                Wait.Until(() => Count == sent, $"datagram {i} is received");
            }
        }

        Wait.Until(() => Count == datagrams, "all are received");
        end.Cancel();
        foreach (Thread thread in waiting)
        {
            Wait.For(thread, "a waiting thread");
        }

        Assert.Equal(Enumerable.Range(0, datagrams), Handled());
    }

    private int Count
    {
        get
        {
            lock (_handled)
            {
                return _handled.Count;
            }
        }
    }

    private void ReceiveAll()
    {
        while (true)
        {
            try
            {
                if (!_reception.ReceiveNext())
                {
                    return;
                }
            }
            catch (SocketException)
            {
                // As the engine's threads do, it goes on.
            }
        }
    }

    private static void SkipWhereNobodyCan()
    {
        if (!DatagramPath.UsesSystemCalls)
        {
            Assert.Skip("On the BCL's sockets the thread alone receives.");
        }
    }

    private int[] Handled()
    {
        lock (_handled)
        {
            return [.. _handled];
        }
    }

    /// <summary>Sends and waits for it until this thread has received one by itself.</summary>
    private void TalkUntilOwn()
    {
        lock (_handled)
        {
            _handlers.Clear();
        }

        Wait.Until(
            () =>
            {
                // The thread leaves its place for two milliseconds at a time: not always is this one back so soon.
                for (int i = 0; i < 20; i++)
                {
                    long seen = _signal.Version;
                    int next = Count;
                    Send(next);
                    while (Count == next)
                    {
                        Assert.True(_signal.WaitAfter(seen, Wait.Long, CancellationToken.None));
                        seen = _signal.Version;
                    }
                }

                lock (_handled)
                {
                    return _handlers.Contains(Environment.CurrentManagedThreadId);
                }
            },
            "this thread receives");
    }

    private void WaitAtRandom(Random random, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            Signal signal = random.Next(2) == 0 ? _signal : _other;
            using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(end);
            if (random.Next(4) == 0)
            {
                cancellation.CancelAfter(random.Next(3));
            }

            try
            {
                _ = signal.WaitAfter(signal.Version, TimeSpan.FromMicroseconds(random.Next(3_000)), cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                // As it was meant to.
            }
        }
    }

    private void Send(int number) => _ = _sender.SendTo(BitConverter.GetBytes(number), new IPEndPoint(IPAddress.Loopback, _port.Port));

    private bool Handle(ReceiveBatch batch, Effects effects)
    {
        _overlaps += Interlocked.Increment(ref _inside) == 1 ? 0 : 1;
        try
        {
            lock (_handled)
            {
                _ = _handlers.Add(Environment.CurrentManagedThreadId);
                for (int i = 0; i < batch.Count; i++)
                {
                    int number = BitConverter.ToInt32(batch.Datagram(i));
                    if (number < 0)
                    {
                        throw new SocketException();
                    }

                    _handled.Add(number);
                }
            }
        }
        finally
        {
            _ = Interlocked.Decrement(ref _inside);
        }

        _signal.Raise();
        _other.Raise();
        return true;
    }
}
