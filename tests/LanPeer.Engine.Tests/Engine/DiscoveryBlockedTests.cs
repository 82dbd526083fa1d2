using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>The discovery port belongs to a program that does not share it (REFERENCE D14).</summary>
public sealed class DiscoveryBlockedTests : EngineTest
{
    private readonly Socket _holder = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly FakeTimeProvider _time = new();

    public DiscoveryBlockedTests()
    {
        Keep(_holder);
        _holder.Bind(new IPEndPoint(IPAddress.Any, DiscoveryPort));
    }

    [Fact]
    public void The_session_runs_and_says_so()
    {
        LanSession alice = Start("alice");

        Assert.Equal(LanSessionState.DiscoveryBlocked, alice.State);
    }

    [Fact]
    public void Unicast_works_all_the_same()
    {
        LanSession alice = Start("alice");
        LanSession bob = Start("bob", o => o with { Seeds = [$"127.0.0.1:{alice.Port}"] });
        WaitToKnow(alice, bob.UserId);
        WaitToKnow(bob, alice.UserId);

        alice.SendDM(bob.UserId, "hi");
        bob.Post("hello");

        Assert.Equal("hi", Receive(bob, LanMessageType.DM).Content);
        Assert.Equal("hello", Receive(alice, LanMessageType.Post).Content);
    }

    [Fact]
    public void It_is_tried_again_every_five_seconds_until_it_is_free()
    {
        LanPeerEngine alice = Keep(LanPeerEngine.Start(Options("alice"), _time));
        Assert.Equal(LanSessionState.DiscoveryBlocked, alice.State);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(LanSessionState.DiscoveryBlocked, alice.State);

        _holder.Dispose();
        Assert.Equal(LanSessionState.DiscoveryBlocked, alice.State);
        for (int i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(LanSessionState.Running, alice.State);
        LanSession bob = Start("bob");
        Wait.Until(() => alice.GetPeers().Any(peer => peer.UserId == bob.UserId), "announcements are heard again");
        Assert.DoesNotContain("Fault", alice.GetCounters().Dropped.Keys);
    }

    [Fact]
    public void Neighbours_of_the_same_user_find_each_other_by_the_run_folder()
    {
        LanPeerEngine alice = Keep(LanPeerEngine.Start(Options("alice"), TimeProvider.System, callsNeighbours: true));
        LanPeerEngine bob = Keep(LanPeerEngine.Start(Options("bob"), TimeProvider.System, callsNeighbours: true));

        Wait.Until(() => bob.GetPeers().Any(peer => peer.UserId == alice.UserId), "bob finds alice");
        Wait.Until(() => alice.GetPeers().Any(peer => peer.UserId == bob.UserId), "alice finds bob");
        Assert.Equal(LanSessionState.DiscoveryBlocked, alice.State);
    }

    [Fact]
    public void A_search_asks_the_neighbours_too()
    {
        LanPeerEngine alice = Keep(LanPeerEngine.Start(Options("alice"), _time, callsNeighbours: true));
        LanPeerEngine bob = Keep(LanPeerEngine.Start(Options("bob"), _time, callsNeighbours: false));

        // Time stands still, so nothing but the question itself can have found him.
        Assert.Empty(alice.GetPeers());
        alice.Find();

        Wait.Until(() => alice.GetPeers().Any(peer => peer.UserId == bob.UserId), "alice finds bob");
    }

    [Fact]
    public void Without_calling_neighbours_they_do_not_find_each_other()
    {
        LanPeerEngine alice = Keep(LanPeerEngine.Start(Options("alice"), _time, callsNeighbours: false));
        LanPeerEngine bob = Keep(LanPeerEngine.Start(Options("bob"), _time, callsNeighbours: false));
        alice.Find();
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Empty(alice.GetPeers());
        Assert.Empty(bob.GetPeers());
    }
}
