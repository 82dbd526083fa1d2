using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.VirtualNetwork;

/// <summary>Layers one after the other, each with randomness of its own.</summary>
public sealed class CompositionTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Delays_add_up()
    {
        var two = new TwoSockets();
        two.Lan.Add(new Delay(TimeSpan.FromMilliseconds(5)));
        two.Lan.Add(new Delay(TimeSpan.FromMilliseconds(7)));

        two.Send(3);

        Assert.All(two.Arrived, one => Assert.Equal(TimeSpan.FromMilliseconds(12.2), one.Took));
    }

    [Fact]
    public void Two_losses_are_independent()
    {
        var two = new TwoSockets();
        two.Lan.Add(new Loss(0.5));
        two.Lan.Add(new Loss(0.5));

        two.Send(10_000);

        Assert.InRange(two.Arrived.Count, 2_400, 2_600);
    }

    [Fact]
    public void Each_copy_of_a_datagram_has_its_own_luck_behind_the_layer_that_made_it()
    {
        var two = new TwoSockets();
        two.Lan.Add(new Duplicate(1));
        two.Lan.Add(new Loss(0.5));

        two.Send(10_000);

        // Both lost, one of them, none: a quarter, a half, a quarter.
        Dictionary<int, int> copies = two.Numbers.CountBy(number => number).ToDictionary();
        Assert.InRange(copies.Values.Count(count => count == 1), 4_850, 5_150);
        Assert.InRange(copies.Values.Count(count => count == 2), 2_380, 2_620);
    }

    [Fact]
    public void Duplicates_of_duplicates_are_told_apart()
    {
        var two = new TwoSockets();
        two.Lan.Add(new Duplicate(1));
        two.Lan.Add(new Duplicate(1));
        two.Lan.Add(new Jitter(s_second));

        two.Send(50);

        Assert.Equal(200, two.Arrived.Distinct().Count());
    }

    [Fact]
    public void Another_layer_changes_nothing_for_those_that_were_there()
    {
        HashSet<int> lost = LostOf(lan => lan.Add(new Loss(0.2)));
        HashSet<int> lostBehindMore = LostOf(lan =>
        {
            lan.Add(new Jitter(s_second));
            lan.Add(new Duplicate(0.3));
            lan.Add(new Loss(0.2));
            lan.Add(new Reorder(0.5, s_second));
        });
        HashSet<int> lostBehindLoss = LostOf(lan =>
        {
            lan.Add(new BurstLoss(0.1, 0.5));
            lan.Add(new Loss(0.2));
        });

        // A datagram that arrives nevertheless does so as a copy; none is lost that was not lost before.
        Assert.Subset(lost, lostBehindMore);
        Assert.Superset(lost, lostBehindLoss);
        Assert.InRange(lostBehindLoss.Count, lost.Count + 100, lost.Count + 600);
    }

    [Fact]
    public void A_layer_draws_by_its_name_and_two_of_a_kind_by_their_place()
    {
        HashSet<int> first = LostOf(lan => lan.Add(new Loss(0.2)));
        HashSet<int> second = LostOf(lan =>
        {
            lan.Add(new Loss(0));
            lan.Add(new Loss(0.2));
        });
        HashSet<int> named = LostOf(lan => lan.Add(new Loss(0.2) { Name = "mine" }));
        HashSet<int> namedAgain = LostOf(lan =>
        {
            lan.Add(new Loss(0));
            lan.Add(new Loss(0.2) { Name = "mine" });
        });

        Assert.NotEqual(first, second);
        Assert.NotEqual(first, named);
        Assert.Equal(named, namedAgain);
    }

    [Fact]
    public void The_layers_of_another_seed_draw_otherwise()
        => Assert.NotEqual(LostOf(lan => lan.Add(new Loss(0.2))), LostOf(lan => lan.Add(new Loss(0.2)), seed: 2));

    private static HashSet<int> LostOf(Action<VirtualLan> addLayers, long seed = 1)
    {
        var two = new TwoSockets(seed);
        addLayers(two.Lan);
        two.Send(2_000);
        return [.. Enumerable.Range(0, 2_000).Except(two.Numbers)];
    }
}
