using System;
using System.IO;
using System.Linq;
using System.Threading;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>Stopping, from wherever and however often. Alone, as threads and sockets of the process are counted.</summary>
[Collection(Alone.Name)]
public sealed class StopTests : EngineTest
{
    [Fact]
    public void Stopping_is_said_once_and_may_be_asked_any_number_of_times()
    {
        (LanSession alice, LanSession bob) = StartTwo();

        alice.Dispose();
        long sent = alice.Counters.Sent;
        alice.Dispose();

        Assert.Equal(LanSessionState.Stopped, alice.State);
        Assert.Equal(sent, alice.Counters.Sent);
        Wait.Until(() => bob.Peers.Count == 0, "bob hears the goodbye");
    }

    [Fact]
    public void Many_threads_may_stop_it_at_once_in_the_middle_of_traffic()
    {
        for (int round = 0; round < 10; round++)
        {
            LanSession alice = Start("alice");
            LanSession bob = Start("bob");
            WaitToKnow(alice, bob.UserId);
            using var go = new Barrier(9);
            Exception? failure = null;
            Thread[] threads = Enumerable.Range(0, 8).Select(i => new Thread(() =>
            {
                go.SignalAndWait();
                try
                {
                    for (int j = 0; i < 2 && j < 200; j++)
                    {
                        alice.Post("traffic");
                    }

                    alice.Dispose();
                }
                catch (LanPeerException error) when (error.ErrorId == LanErrorId.SessionStopped)
                {
                    // Somebody else was faster.
                }
                catch (Exception error)
                {
                    failure = error;
                }
            })).ToArray();
            foreach (Thread thread in threads)
            {
                thread.Start();
            }

            go.SignalAndWait(TestContext.Current.CancellationToken);
            foreach (Thread thread in threads)
            {
                Wait.For(thread, "a thread that stops the session");
            }

            Assert.Null(failure);
            Assert.Equal(LanSessionState.Stopped, alice.State);
            bob.Dispose();
        }
    }

    [Fact]
    public void Whoever_waits_is_woken()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        long version = alice.Inbox.Version;
        bool isWoken = false;
        using var isSearching = new ManualResetEventSlim();
        var reader = new Thread(() => isWoken = alice.Inbox.WaitAfter(version, Timeout.InfiniteTimeSpan, CancellationToken.None));
        var searcher = new Thread(() =>
        {
            foreach (LanPeer peer in alice.Find(TimeSpan.FromMinutes(10), CancellationToken.None))
            {
                Assert.Equal(bob.UserId, peer.UserId);
                isSearching.Set();
            }
        });
        reader.Start();
        searcher.Start();
        Assert.True(isSearching.Wait(Wait.Long, TestContext.Current.CancellationToken));

        alice.Dispose();

        Wait.For(reader, "the reader of the inbox");
        Wait.For(searcher, "the search");
        Assert.True(isWoken);
    }

    [Fact]
    public void What_has_arrived_stays_in_the_inbox()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        alice.Post("hi");
        Wait.Until(() => bob.Inbox.Count == 1, "the post arrives");

        bob.Dispose();

        Assert.Equal("hi", Assert.Single(bob.Inbox.Take(_ => true, 10)).Content);
    }

    [Fact]
    public void Twenty_starts_and_stops_leave_no_thread_and_no_socket_behind()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Threads and sockets are counted in /proc.");
        }

        // The first one loads what stays loaded: the pool, the timer thread, the interface list.
        Start("first").Dispose();
        Wait.Until(() => Threads() == 0, "threads of earlier tests end");
        int sockets = Sockets();

        for (int i = 0; i < 20; i++)
        {
            LanSession alice = Start("alice");
            LanSession bob = Start("bob");
            WaitToKnow(alice, bob.UserId);
            Assert.True(Threads() >= 4);
            Assert.True(Sockets() >= sockets + 4);
            using (LanScan scan = LanScan.Open(LanNetwork.Loopback, DiscoveryPort))
            {
                Assert.Single(scan.Run(Wait.Long, CancellationToken.None).Take(1));
            }

            alice.Dispose();
            bob.Dispose();
        }

        Wait.Until(() => Threads() == 0, "all threads end");
        Wait.Until(() => Sockets() <= sockets, "all sockets close");
    }

    [Fact]
    public void A_start_that_fails_leaves_nothing_behind()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Threads and sockets are counted in /proc.");
        }

        Start("alice");
        int threads = Threads();
        int sockets = Sockets();

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(LanErrorId.NameInUse, ErrorOf(() => Start("alice")));
            Assert.Equal(LanErrorId.SeedNotResolved, ErrorOf(() => Start("bob", o => o with { Seeds = ["[::1]:8000"] })));
        }

        Wait.Until(() => Threads() == threads && Sockets() == sockets, "nothing is left of the failed ones");
    }

    private static int Threads() => Directory.GetDirectories("/proc/self/task").Count(task =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith("LanPeer ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It ended while we looked.
            return false;
        }
    });

    private static int Sockets() => Directory.GetFiles("/proc/self/fd").Count(link =>
    {
        try
        {
            return new FileInfo(link).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false;
        }
    });
}
