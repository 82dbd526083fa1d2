using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>No two programs may keep each other busy (REFERENCE D1).</summary>
public sealed class StormTests
{
    private readonly VirtualLan _lan = new();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Next_to_a_program_that_answers_everything_it_stays_quiet(bool answersToDiscovery, bool claimsNewRuns)
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");
        VirtualSocket fool = _lan.AddSocket("10.77.0.2", 9_000);
        fool.HearsBroadcasts = true;
        int run = 0;
        fool.Reaction = (_, packet) => fool.Send(
            answersToDiscovery ? packet.From with { Port = VirtualLan.DiscoveryPort } : packet.From,
            claimsNewRuns ? Say.LanPeer("fool@10.77.0.2", 9_000, $"{++run:x8}") : Say.Seed("fool@10.77.0.2", 9_000));
        _lan.Run(10);
        alice.Forget();

        _lan.Run(600);

        // Announcements by three broadcasts every 27 to 33 s, and at most one answer to each volley.
        Assert.InRange(alice.Sent.Count, 18 * 3, 23 * 4);
        Assert.True(alice.Sent.Count < 600);
        Assert.True(_lan.Log.Count < 1_000, $"{_lan.Log.Count} datagrams in all");
    }

    [Fact]
    public void A_slow_program_that_answers_answers_is_not_kept_going_either()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");
        VirtualSocket fool = _lan.AddSocket("10.77.0.2", 9_000);
        fool.HearsBroadcasts = true;

        // Slower than the limit of one answer a second, which would hide that answers are answered.
        fool.Reaction = (_, packet) => fool.Later(1.1, () => fool.Send(packet.From, Say.Seed("fool@10.77.0.2", 9_000)));
        _lan.Run(10);
        alice.Forget();

        _lan.Run(600);

        Assert.All(alice.Sent, packet => Assert.True(packet.IsBroadcast));
        Assert.Equal(["fool@10.77.0.2"], alice.Known);
    }

    [Fact]
    public void An_echo_of_every_datagram_changes_nothing()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");
        VirtualSocket echo = _lan.AddSocket("10.77.0.2", 9_000);
        echo.HearsBroadcasts = true;
        echo.Reaction = (_, packet) =>
        {
            echo.Send(packet.From, packet.Text);
            echo.Send(packet.From with { Port = VirtualLan.DiscoveryPort }, packet.Text);
        };

        _lan.Run(600);

        Assert.Empty(alice.Known);
        Assert.All(alice.Sent, packet => Assert.True(packet.IsBroadcast));
        Assert.InRange(alice.Sent.Count, 20 * 3, 28 * 3);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20)]
    public void Peers_at_rest_send_less_than_three_datagrams_a_second_each(int count)
    {
        List<VirtualPeer> peers = Enumerable.Range(1, count).Select(i => _lan.AddPeer($"p{i}", $"10.77.0.{i}")).ToList();
        _lan.Run(10);
        peers.ForEach(peer => peer.Forget());

        _lan.Run(600);

        Assert.All(peers, peer => Assert.Equal(count - 1, peer.Known.Count()));
        Assert.All(peers, peer => Assert.True(peer.Sent.Count < 1_800, $"{peer.Sent.Count} datagrams in 10 minutes"));

        // Announcements by three broadcasts. A PING and a PONG a second, and every 30 s a word on members.
        const double times = 600 / 27.0;
        Assert.All(peers, peer => Assert.True(peer.Sent.Count(IsText) <= times * 3, $"{peer.Sent.Count(IsText)} in the clear"));
        Assert.All(peers, peer => Assert.All(peer.Sent.Where(IsText), packet => Assert.True(packet.IsBroadcast)));
        Assert.All(peers, peer => Assert.True(
            peer.Sent.Count(packet => !IsText(packet)) <= 600 * 2.5, $"{peer.Sent.Count(packet => !IsText(packet))} sealed"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public void Peers_at_rest_without_an_identity_send_nothing_but_announcements(int count)
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");
        List<VirtualSocket> others = Enumerable.Range(2, count).Select(i => _lan.AddSocket($"10.77.0.{i}", 9_000)).ToList();
        foreach (VirtualSocket other in others)
        {
            Announce(other);
        }

        _lan.Run(10);
        alice.Forget();
        _lan.Run(600);

        Assert.Equal(count, alice.Known.Count());
        Assert.All(alice.Sent, packet => Assert.True(packet.IsBroadcast));
        Assert.True(alice.Sent.Count <= 600 / 27.0 * 3, $"{alice.Sent.Count} datagrams in 10 minutes");

        void Announce(VirtualSocket other)
        {
            other.Broadcast(Say.LanPeer($"b@{other.Endpoint.AddressText}", 9_000));
            other.Later(30, () => Announce(other));
        }
    }

    [Fact]
    public void Peers_that_start_together_answer_each_other_a_bounded_number_of_times()
    {
        List<VirtualPeer> peers = Enumerable.Range(1, 20).Select(i => _lan.AddPeer($"p{i}", $"10.77.0.{i}")).ToList();

        _lan.Run(10);

        // Four announcements in a burst of 2 s: at most three answers to each of the 19 others, a second apart. Besides them
        // two or three datagrams a second of presence, and what those few are told who ask for members.
        Assert.All(peers, peer => Assert.True(peer.Sent.Count(packet => !packet.IsBroadcast) <= (3 * 19) + 40));
    }

    [Fact]
    public void Two_peers_that_ask_each_other_for_ever_answer_only_questions()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1", s => s with { Seeds = [VirtualLan.Endpoint("10.99.0.2", 8_001)] });
        VirtualPeer bob = _lan.AddPeer("bob", "10.99.0.2", s => s with { Seeds = [VirtualLan.Endpoint("10.77.0.1", 8_000)] });
        _lan.Run(10);
        Assert.Equal([bob.UserId], alice.Known);
        Assert.Equal([alice.UserId], bob.Known);
        alice.Forget();

        _lan.Run(600);

        int questions = alice.Sent.Count(packet => packet["ASK"] is not null);
        int answers = alice.Sent.Count(packet => packet["ANSWER"] is not null);
        Assert.InRange(questions, 18, 23);
        Assert.InRange(answers, 18, 23);
    }

    private static bool IsText(Packet packet) => packet.Bytes[0] != WireLimits.BinaryMark;
}
