using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>What was recorded is worth nothing: in the same run, in the next one, from elsewhere, to others.</summary>
public sealed class ReplayTests : AttackTest
{
    private static readonly Ipv4Endpoint s_elsewhere = VirtualLan.Endpoint("10.77.0.66", 6_666);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_recorded_counts_again_in_the_same_run(bool isReversed)
    {
        Talk();
        string before = StateOf(Alice);
        long counters = Counters();
        Replay(Recorded(isReversed), packet => packet.From);
        Assert.Equal(before, StateOf(Alice));
        Replay(Recorded(isReversed), _ => s_elsewhere);
        Lan.Run(40);

        Assert.Equal(before, StateOf(Alice));
        Assert.True(Counters() >= counters);
        AssertTheyTalk();
    }

    [Fact]
    public void What_was_recorded_before_a_restart_makes_no_peer_after_it()
    {
        Talk();
        List<Packet> recorded = Recorded();
        Bob.Kill();
        Alice.Restart();
        Alice.Forget();
        string before = StateOf(Alice);
        Replay(recorded, packet => packet.From);
        Replay(recorded, _ => s_elsewhere);
        Lan.Run(40);

        Assert.Empty(Alice.Known);
        Assert.Equal(before, StateOf(Alice));
        Bob.Restart();
        Lan.Run(40);
        AssertTheyTalk();
    }

    [Fact]
    public void What_the_other_side_sent_before_its_restart_changes_nothing_after_it()
    {
        Talk();
        List<Packet> recorded = Recorded();
        Bob.Restart();
        Lan.Run(3);
        Alice.Forget();
        string before = StateOf(Alice);
        for (int i = 0; i < 3; i++)
        {
            Replay(recorded, packet => packet.From);
            Replay(recorded, _ => s_elsewhere);
            Lan.Run(10);
        }

        Assert.Equal(before, StateOf(Alice));
        AssertTheyTalk();
    }

    [Fact]
    public void What_was_recorded_makes_no_peer_of_one_who_was_forgotten()
    {
        Talk();
        List<Packet> recorded = Recorded();
        Bob.Kill();
        Lan.Run(330);
        Assert.Empty(Alice.Known);
        Alice.Forget();
        string before = StateOf(Alice);
        Replay(recorded, packet => packet.From);
        Replay(recorded, _ => s_elsewhere);
        Lan.Run(40);

        Assert.Equal(before, StateOf(Alice));
        Assert.Empty(Alice.Machine.Peers);
    }

    [Fact]
    public void What_one_says_comes_back_as_nobody_s()
    {
        Talk();
        string before = StateOf(Alice);
        foreach (Packet packet in Eve.Seen.Where(packet => packet.From == Alice.Endpoint).ToList())
        {
            Hands.Inject(Bob.Endpoint, Alice.Endpoint, packet.Bytes);
            Hands.Inject(Alice.Endpoint, Alice.Endpoint, packet.Bytes);
            Lan.Settle();
        }

        Assert.Equal(before, StateOf(Alice));
        Assert.DoesNotContain(Alice.Changes, change => change.Kind == PeerChangeKind.Conflict);
        AssertTheyTalk();
    }

    [Fact]
    public void Recorded_initiations_do_not_keep_two_restarted_peers_apart()
    {
        // A restart makes the other side begin, so both directions are recorded.
        Bob.Restart();
        Lan.Run(3);
        Alice.Restart();
        Lan.Run(3);
        byte[] toAlice = LastOf(SealedType.Initiation, Bob, Alice).Bytes;
        byte[] toBob = LastOf(SealedType.Initiation, Alice, Bob).Bytes;
        Alice.Kill();
        Bob.Kill();
        Lan.Run(1);
        for (int i = 0; i < 6_000; i++)
        {
            Lan.After(TimeSpan.FromMilliseconds(20 * i), () =>
            {
                Hands.Inject(Bob.Endpoint, Alice.Endpoint, toAlice);
                Hands.Inject(Alice.Endpoint, Bob.Endpoint, toBob);
            });
        }

        Lan.Run(0);
        Lan.After(TimeSpan.Zero, () => Alice.Restart());
        Lan.After(TimeSpan.Zero, () => Bob.Restart());
        Lan.Run(70);
        Assert.Equal([Bob.UserId], Alice.Known);
        AssertTheyTalk();
    }

    [Fact]
    public void A_lost_initiation_replayed_before_the_next_one_is_confirmed_spoils_no_session()
    {
        VirtualPeer initiator = Alice.Peer(Bob.UserId).Contact!.Current!.IsInitiator ? Alice : Bob;
        VirtualPeer responder = initiator == Alice ? Bob : Alice;
        Packet? lost = null;
        bool isReplayed = false;
        Eve.Rule = (packet, hands) =>
        {
            if (lost is null && IsSealed(packet, SealedType.Initiation))
            {
                lost = packet;
                return Verdict.Drop;
            }

            if (!isReplayed && IsSealed(packet, SealedType.Response))
            {
                isReplayed = true;
                hands.Inject(lost!.From, lost.To, lost.Bytes);
            }

            return Verdict.Pass;
        };
        Assert.True(Lan.RunUntil(() => isReplayed, TimeSpan.FromMinutes(62)));
        Lan.Run(15);
        initiator.DM(responder.UserId, "under the new keys");
        Lan.Run(1);

        Assert.Contains(responder.Arrivals, arrival => arrival.Content == "under the new keys");
        Lan.Run(60);
        AssertTheyTalk();
    }

    [Fact]
    public void Two_recorded_initiations_in_turn_do_not_hold_up_a_handshake()
    {
        var old = new List<Packet>();
        Eve.Rule = (packet, _) =>
        {
            if (old.Count < 4 && IsSealed(packet, SealedType.Initiation))
            {
                old.Add(packet);
                return Verdict.Drop;
            }

            return Verdict.Pass;
        };
        Assert.True(Lan.RunUntil(() => old.Count == 4, TimeSpan.FromMinutes(62)));
        for (int i = 0; i < 3_000; i++)
        {
            Packet packet = old[i % 4];
            Lan.After(TimeSpan.FromMilliseconds(10 * i), () => Hands.Inject(packet.From, packet.To, packet.Bytes));
        }

        Lan.Run(30);
        AssertTheyTalk();
        Lan.Run(300);
        AssertTheyTalk();
    }

    /// <summary>Something of each kind: handshake, messages, rekeying.</summary>
    private void Talk()
    {
        Bob.SetProfile("Bob", "replay me");
        Bob.Post("a post");
        Bob.DM(Alice.UserId, "a message");
        Lan.Run(35);
        Bob.Restart();
        Lan.Run(35);
        Bob.DM(Alice.UserId, "another");
        Lan.Run(1);
        Assert.Contains(Alice.Arrivals, arrival => arrival.Content == "another");
    }

    private List<Packet> Recorded(bool isReversed = false)
    {
        List<Packet> recorded = [.. Eve.Seen.Where(packet => packet.From == Bob.Endpoint)];
        if (isReversed)
        {
            recorded.Reverse();
        }

        return recorded;
    }

    private void Replay(List<Packet> recorded, Func<Packet, Ipv4Endpoint> from)
    {
        foreach (Packet packet in recorded)
        {
            Hands.Inject(from(packet), packet.To.Address == Ipv4Endpoint.LoopbackBroadcast ? Everyone : packet.To, packet.Bytes);
            Lan.Settle();
        }
    }

    private long Counters() => Lan.Audit.Seals;
}
