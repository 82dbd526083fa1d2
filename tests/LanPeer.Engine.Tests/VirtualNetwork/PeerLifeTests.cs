using System;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.VirtualNetwork;

/// <summary>What can happen to a peer's process.</summary>
public sealed class PeerLifeTests
{
    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly VirtualPeer _bob;

    public PeerLifeTests()
    {
        _alice = _lan.AddPeer("alice", "10.77.0.1");
        _bob = _lan.AddPeer("bob", "10.77.0.2");
        _lan.Run(10);
    }

    [Fact]
    public void A_stopped_peer_says_goodbye_and_a_killed_one_is_missed_later()
    {
        VirtualPeer carol = _lan.AddPeer("carol", "10.77.0.3");
        _lan.Run(10);

        carol.Stop();
        _bob.Kill();
        _lan.Settle();

        Assert.Equal([_bob.UserId], _alice.Known);
        Assert.Equal((PeerState.Down, PeerState.Down), (_bob.State, carol.State));
        int sent = _bob.Sent.Count;
        _lan.Run(10);
        Assert.Empty(_alice.Known);
        Assert.Equal(sent, _bob.Sent.Count);
    }

    [Fact]
    public void A_restarted_peer_is_another_run_of_the_same_name()
    {
        uint boot = _bob.Machine.Boot;
        _bob.Kill();
        _lan.Run(1);

        _bob.Restart(port: 9_999);
        _lan.Run(1);

        Assert.NotEqual(boot, _bob.Machine.Boot);
        Assert.Equal((2, "10.77.0.2:9999"), (_bob.Run, _bob.Endpoint.ToString()));
        Assert.Equal("10.77.0.2:9999", _alice.Peer("bob@10.77.0.2").Endpoint.ToString());
        Assert.Equal([_alice.UserId], _bob.Known);
        _alice.DM(_bob.UserId, "hello again");
        _lan.Settle();
        Assert.Equal("hello again", Assert.Single(_bob.Arrivals).Content);
    }

    [Fact]
    public void What_a_plan_keeps_on_disk_is_there_after_a_restart()
    {
        string peerId = _bob.Machine.Identity.PeerId;
        uint boot = _bob.Machine.Boot;

        _bob.Restart();
        _lan.Run(3);

        Assert.Equal(peerId, _bob.Machine.Identity.PeerId);
        Assert.NotEqual(boot, _bob.Machine.Boot);
        Assert.Equal(_alice.UserId, Assert.Single(_bob.Machine.Pins.Find(_alice.Machine.Identity.PeerId)!.UserIds));
        Assert.NotEqual(PinVerdict.Conflict, _alice.Peer(_bob.UserId).Verdict);
    }

    [Fact]
    public void A_machine_may_be_made_otherwise()
    {
        int made = 0;
        var plan = new PeerPlan(new PeerSettings { Name = "carol" });
        Func<PeerPlan, LocalNetwork, RandomSource, PeerSecurity, PeerMachine> make = plan.MakeMachine;
        plan.MakeMachine = (own, network, random, security) =>
        {
            made++;
            return make(own, network, random, security);
        };

        _lan.AddPeer(plan, "10.77.0.3").Restart();

        Assert.Equal(2, made);
    }

    [Fact]
    public void Arithmetic_takes_its_time_one_piece_after_the_other()
    {
        VirtualPeer carol = _lan.AddSilentPeer("carol", "10.77.0.3");
        carol.WorkTime = TimeSpan.FromSeconds(0.05);
        carol.Start();

        _lan.Run(0.04);
        Assert.Empty(carol.WorkReasons);
        _lan.Run(0.02);
        Assert.Single(carol.WorkReasons);
        _lan.Run(0.05);
        Assert.Equal(2, carol.WorkReasons.Count);
        _lan.Run(5);

        Assert.Equal([_alice.UserId, _bob.UserId], carol.Known.Order());
        Assert.True(carol.WorkReasons.Count > 1);
    }

    [Fact]
    public void Arithmetic_begun_before_a_death_is_not_finished_after_it()
    {
        _bob.WorkTime = TimeSpan.FromSeconds(0.05);
        VirtualPeer carol = _lan.AddPeer("carol", "10.77.0.3");
        _lan.Run(0.04);
        Assert.DoesNotContain(carol.UserId, _bob.Known);
        int finished = _bob.WorkReasons.Count;

        _bob.Kill();
        _lan.Run(5);
        Assert.Equal(finished, _bob.WorkReasons.Count);
        _bob.Restart();
        _lan.Run(15);

        Assert.Equal([_alice.UserId, carol.UserId], _bob.Known.Order());
    }

    [Fact]
    public void A_paused_peer_does_nothing_and_then_reads_what_has_piled_up()
    {
        _bob.Forget();
        _bob.Pause();
        _alice.DM(_bob.UserId, "one");
        _alice.DM(_bob.UserId, "two");
        _lan.Run(200);
        Assert.Empty(_bob.Arrivals);
        Assert.Empty(_bob.Sent);
        Assert.Equal(TimeSpan.MaxValue, _bob.NextDeadline);
        Assert.True(_bob.Buffer.Count > 2);

        _bob.Resume();

        Assert.Equal(["one", "two"], _bob.Arrivals.Select(arrival => arrival.Content));
        Assert.Equal(0, _bob.Buffer.Count);
        _lan.Run(0.001);
        Assert.Equal(3, _bob.Sent.Count(packet => packet.IsBroadcast));
    }

    [Fact]
    public void The_buffer_of_a_paused_peer_has_an_end_for_each_socket()
    {
        _bob.Pause();
        VirtualSocket flood = _lan.AddSocket("10.77.0.9", 9_000);
        string text = new('x', 1_000);
        for (int i = 0; i < 1_000; i++)
        {
            flood.Send(_bob.Endpoint, text);
        }

        flood.Broadcast("one for the other socket");
        _lan.Settle();

        Assert.Equal((SocketBuffer.Capacity / 1_640) + 1, _bob.Buffer.Count);
        Assert.Equal(1_001 - _bob.Buffer.Count, _bob.Buffer.Dropped);
        _bob.Forget();
        _bob.Resume();
        Assert.Equal((SocketBuffer.Capacity / 1_640) + 1, _bob.Reasons.Count);
        _bob.Pause();
        flood.Send(_bob.Endpoint, text);
        _lan.Settle();
        Assert.Equal(1, _bob.Buffer.Count);
    }

    [Fact]
    public void A_peer_killed_while_paused_does_not_find_its_datagrams_again()
    {
        _bob.Pause();
        _alice.DM(_bob.UserId, "lost");
        _lan.Settle();

        _bob.Restart();
        _lan.Run(1);

        Assert.DoesNotContain(_bob.Arrivals, arrival => arrival.Content == "lost");
        Assert.Equal(PeerState.Running, _bob.State);
    }

    [Fact]
    public void What_a_process_has_planned_waits_while_it_is_paused_and_ends_with_it()
    {
        string done = "";
        _bob.After(TimeSpan.FromSeconds(1), () => done += $"first at {_lan.Now.TotalSeconds}, ");
        _bob.Pause();
        _lan.Run(5);
        Assert.Equal("", done);
        _bob.Resume();
        Assert.Equal("first at 15, ", done);

        _bob.After(TimeSpan.FromSeconds(1), () => done += "never");
        _bob.Restart();
        _lan.Run(5);

        Assert.Equal("first at 15, ", done);
    }

    [Fact]
    public void A_peer_told_of_an_arrival_may_answer_at_once()
    {
        _bob.OnArrival = (bob, arrival) => bob.DM(arrival.From, $"re: {arrival.Content}");

        _alice.DM(_bob.UserId, "lunch?");
        _lan.Settle();

        Assert.Equal("re: lunch?", Assert.Single(_alice.Arrivals).Content);
        Assert.Equal("lunch?", Assert.Single(_bob.Arrivals).Content);
    }
}
