using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.VirtualNetwork;

/// <summary>Random networks: that they are the same each time, that everything occurs, and what the present protocol keeps in them.</summary>
public sealed class ScenarioTests
{
    [Fact]
    public void The_same_seed_gives_the_same_log_and_another_seed_another()
    {
        string[] hashes = [.. ((long[])[77, 77, 78]).Select(HashOf)];

        Assert.Equal(hashes[0], hashes[1]);
        Assert.NotEqual(hashes[0], hashes[2]);

        static string HashOf(long seed)
        {
            var schedule = new Schedule(seed);
            Scenario.Draw(schedule, new ScenarioOptions { Adversary = new AdversaryOptions() }).Run();
            return schedule.Hash;
        }
    }

    [Fact]
    public void The_log_is_the_same_with_the_real_curve_whose_signatures_are_random()
    {
        Assert.Equal(Run(3), Run(3));
        Assert.NotEqual(Run(3), Run(4));

        static string Run(long seed)
        {
            var lan = new VirtualLan(seed) { UsesRealCurve = true };
            lan.Add(new Loss(0.2));
            VirtualPeer alice = lan.AddPeer("alice", "10.77.0.1");
            lan.AddPeer("bob", "10.77.0.2");
            lan.Run(5);
            alice.Post("signed");
            lan.Run(700);
            return lan.Log.Hash;
        }
    }

    [Fact]
    public void Over_many_seeds_everything_occurs()
    {
        var steps = new HashSet<string>();
        var layers = new HashSet<string>();
        var peers = new HashSet<int>();
        var segments = new HashSet<int>();
        for (int seed = 0; seed < 300; seed++)
        {
            Scenario scenario = Scenario.Draw(new Schedule(seed));
            peers.Add(scenario.Peers.Count);
            segments.Add(scenario.Lan.Segments.Count);
            layers.UnionWith(scenario.Lan.Layers.Select(layer => layer.GetType().Name));
            steps.UnionWith(((string[])["starts", "is killed", "stops", "starts again", "on port", "is paused", "goes on", "wall clock",
                "runs at", "moves to", "sets a profile", "posts", "writes"]).Where(word => scenario.Steps.Any(step => step.Text.Contains(word, StringComparison.Ordinal))));
            Assert.Equal(scenario.Steps.OrderBy(step => step.At), scenario.Steps);
        }

        Assert.Equal(Enumerable.Range(3, 10), peers.Order());
        Assert.Equal([1, 2, 3], segments.Order());
        Assert.Equal(13, steps.Count);
        Assert.Equal(
            ["Bandwidth", "BurstLoss", "Delay", "Duplicate", "Jitter", "Loss", "Partition", "Reorder"], layers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Steps_are_carried_out_and_looked_at_one_by_one()
    {
        var schedule = new Schedule(5);
        Scenario scenario = Scenario.Draw(schedule);
        int looks = 0;
        bool isEnded = false;
        bool isExtra = false;
        scenario.Add(TimeSpan.FromSeconds(100), "an extra step", () => isExtra = true);

        scenario.Run(
            afterStep: _ => looks++,
            atEnd: end => isEnded = end.IsCalm && end.Peers.TrueForAll(peer => peer.State == PeerState.Running));

        Assert.True(isEnded && isExtra);
        Assert.Equal(scenario.Steps.Count + 2, looks);
        Assert.InRange(scenario.StepsDone, scenario.Steps.Count / 2, scenario.Steps.Count);
        Assert.Equal(TimeSpan.FromMinutes(11), scenario.Lan.Now);
        Assert.NotEmpty(scenario.Messages);
        Assert.NotEmpty(scenario.Arrivals);
        Assert.Contains("100.000 -- an extra step", schedule.LastLines(10_000));
    }

    [Fact]
    public void A_broken_invariant_is_told_with_its_seed_and_the_step_before_it()
    {
        ScheduleFailedException failure = Assert.Throws<ScheduleFailedException>(() => Schedules.Run(
            new ScheduleSettings(null, TimeSpan.Zero), "nobody posts", 4, 1,
            schedule => Scenario.Draw(schedule).Run(scenario => Assert.Empty(scenario.Messages))));

        Assert.Equal(1, failure.Seed);
        Assert.Matches(@"-- \w+ (posts|writes) message \d+", failure.Message.Split('\n').Last(line => line.Contains(" -- ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Whatever_a_network_does_nothing_arrives_that_nobody_sent_and_all_neighbours_know_each_other_when_it_is_calm()
        => Schedules.Run("without an adversary", 60, 1, schedule => Scenario.Draw(schedule).Run(
            afterStep: OnlySentMessagesArrive,
            atEnd: NeighboursKnowEachOther));

    [Fact]
    public void Whatever_an_adversary_sends_what_comes_from_a_proven_peer_was_sent_by_it_and_comes_once()
        => Schedules.Run("with an adversary", 40, 1, schedule =>
        {
            Scenario scenario = Scenario.Draw(schedule, new ScenarioOptions { Adversary = new AdversaryOptions() });
            scenario.Run(afterStep: OnlySentMessagesArrive, atEnd: NeighboursKnowEachOther);
            Assert.NotEmpty(scenario.Adversary!.Done);
        });

    /// <summary>A plain message may be anybody's: what is said about one of a proven peer is what counts.</summary>
    private static void OnlySentMessagesArrive(Scenario scenario)
    {
        HashSet<(string, string)> sent = [.. scenario.Messages.Select(message => (message.From.Machine.Identity.PeerId, message.Text))];
        ScenarioArrival[] proven = [.. scenario.Arrivals.Where(one => scenario.Adversary is null || one.Arrival.Peer?.Who is not null)];
        Assert.All(proven, one => Assert.Contains((one.Arrival.Peer!.Who!.PeerId, one.Arrival.Content), sent));
        Assert.All(proven.CountBy(one => (one.By, one.Run, one.Arrival.Content)), pair => Assert.Equal(1, pair.Value));
        Assert.All(proven, one => Assert.True(one.Arrival.To.Length == 0
            || scenario.Messages.Any(message => message.Text == one.Arrival.Content && message.To == one.By)));
    }

    private static void NeighboursKnowEachOther(Scenario scenario)
    {
        foreach (VirtualPeer one in scenario.Peers)
        {
            foreach (VirtualPeer other in scenario.Peers.Where(other => other != one && Scenario.AreNeighbours(one, other)))
            {
                Assert.Contains(other.Machine.Identity.PeerId, one.Machine.Peers.Select(peer => peer.Who?.PeerId));
            }
        }
    }
}
