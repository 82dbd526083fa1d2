using System;
using System.Linq;
using LanPeer.Security;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class LimiterTests
{
    [Fact]
    public void A_bucket_gives_its_burst_and_refills_at_its_rate()
    {
        var bucket = default(TokenBucket);
        Assert.Equal(3, Take(ref bucket, 0, 10));
        Assert.Equal(0, Take(ref bucket, 0.49, 10));
        Assert.Equal(1, Take(ref bucket, 0.5, 10));
        Assert.Equal(3, Take(ref bucket, 1_000, 10));
    }

    [Fact]
    public void A_step_back_of_the_clock_refills_nothing()
    {
        var bucket = default(TokenBucket);
        Assert.Equal(3, Take(ref bucket, 100, 10));
        Assert.Equal(0, Take(ref bucket, 50, 10));
        Assert.Equal(0, Take(ref bucket, 100, 10));
        Assert.Equal(2, Take(ref bucket, 101, 10));
    }

    [Fact]
    public void What_costs_more_than_the_burst_is_never_given()
    {
        var bucket = default(TokenBucket);
        Assert.False(bucket.TryTake(TimeSpan.Zero, 4, 2, 3));
        Assert.True(bucket.TryTake(TimeSpan.Zero, 3, 2, 3));
        Assert.False(bucket.TryTake(TimeSpan.Zero, 0.1, 2, 3));
    }

    [Fact]
    public void A_refused_take_costs_nothing()
    {
        var bucket = default(TokenBucket);
        Assert.True(bucket.TryTake(TimeSpan.Zero, 2, 2, 3));
        Assert.False(bucket.TryTake(TimeSpan.Zero, 2, 2, 3));
        Assert.True(bucket.TryTake(TimeSpan.Zero, 1, 2, 3));
    }

    [Fact]
    public void A_bucket_is_full_when_forgetting_it_changes_nothing()
    {
        var bucket = default(TokenBucket);
        Assert.True(bucket.IsFull(TimeSpan.Zero, 1));
        Assert.True(bucket.TryTake(TimeSpan.Zero, 2, 1, 3));
        Assert.False(bucket.IsFull(TimeSpan.FromSeconds(1.5), 1));
        Assert.True(bucket.IsFull(TimeSpan.FromSeconds(2), 1));
    }

    [Fact]
    public void Sources_have_buckets_of_their_own()
    {
        var limiter = new SourceLimiter<int>(rate: 1, burst: 2);
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limiter.TryTake(1, TimeSpan.Zero)));
        Assert.True(limiter.TryTake(2, TimeSpan.Zero));
        Assert.Equal(2, limiter.Count);
    }

    [Fact]
    public void Looking_takes_nothing()
    {
        var limiter = new SourceLimiter<int>(rate: 1, burst: 1, capacity: 1);
        Assert.True(limiter.Has(1, TimeSpan.Zero));
        Assert.Equal(0, limiter.Count);
        Assert.True(limiter.TryTake(1, TimeSpan.Zero));
        Assert.False(limiter.Has(1, TimeSpan.FromSeconds(0.5)));
        Assert.True(limiter.Has(2, TimeSpan.FromSeconds(0.5)));
        Assert.True(limiter.TryTake(2, TimeSpan.FromSeconds(0.5)));
        Assert.False(limiter.Has(2, TimeSpan.FromSeconds(0.5)));
        Assert.True(limiter.Has(1, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Invented_sources_cost_no_memory_and_starve_only_unknown_ones()
    {
        var limiter = new SourceLimiter<int>(rate: 0.001, burst: 2, capacity: 10);
        int given = Enumerable.Range(0, 10_000).Count(i => limiter.TryTake(i, TimeSpan.Zero));
        Assert.Equal(10, limiter.Count);
        Assert.Equal(10 + 2, given);
        Assert.True(limiter.TryTake(3, TimeSpan.Zero));
        Assert.False(limiter.TryTake(20_000, TimeSpan.Zero));
    }

    [Fact]
    public void Full_buckets_make_room_for_new_sources()
    {
        var limiter = new SourceLimiter<int>(rate: 1, burst: 2, capacity: 10);
        for (int i = 0; i < 10; i++)
        {
            Assert.True(limiter.TryTake(i, TimeSpan.Zero));
        }

        Assert.True(limiter.TryTake(100, TimeSpan.FromSeconds(0.5)));
        Assert.Equal(10, limiter.Count);
        Assert.True(limiter.TryTake(101, TimeSpan.FromSeconds(2)));
        Assert.Equal(1, limiter.Count);
    }

    [Fact]
    public void The_table_is_swept_at_most_once_a_second()
    {
        var limiter = new SourceLimiter<int>(rate: 1, burst: 1, capacity: 2);
        Assert.True(limiter.TryTake(1, TimeSpan.Zero));
        Assert.True(limiter.TryTake(2, TimeSpan.Zero));
        Assert.True(limiter.TryTake(3, TimeSpan.FromSeconds(0.5)));
        Assert.False(limiter.TryTake(4, TimeSpan.FromSeconds(1.2)));
        Assert.Equal(2, limiter.Count);
        Assert.True(limiter.TryTake(4, TimeSpan.FromSeconds(1.5)));
        Assert.Equal(1, limiter.Count);
    }

    private static int Take(ref TokenBucket bucket, double seconds, int tries)
    {
        int given = 0;
        for (int i = 0; i < tries; i++)
        {
            given += bucket.TryTake(TimeSpan.FromSeconds(seconds), 1, rate: 2, burst: 3) ? 1 : 0;
        }

        return given;
    }
}
