using System;
using System.Collections.Generic;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using LanPeer.Security;
using Xunit;

namespace LanPeer.Tests.Security;

public sealed class EpochClockTests
{
    private static readonly DateTimeOffset s_now = new(2030, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly ulong s_ms = (ulong)s_now.ToUnixTimeMilliseconds();
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(3_000).WithEndSize(100);

    private enum Act
    {
        Use,
        UseMany,
        Step,
        Extend,
        CrashBeforeWriting,
        CrashAfterWriting,
        Restart,
    }

    [Fact]
    public void It_follows_the_clock_and_never_stands_still()
    {
        var clock = EpochClock.Start(0, s_now);

        Assert.Equal([s_ms, s_ms + 1, s_ms + 2, s_ms + 1_000], new[] { 0, 0, 1, 1_000 }.Select(ms => Next(clock, s_now.AddMilliseconds(ms))));
    }

    [Fact]
    public void A_clock_a_year_back_makes_it_count()
    {
        var clock = EpochClock.Start(0, s_now);
        Next(clock, s_now);

        Assert.Equal(s_ms + 1, Next(clock, s_now.AddYears(-1)));
        Assert.Equal(s_ms + 2, Next(clock, DateTimeOffset.UnixEpoch.AddYears(-100)));
        Assert.Equal(s_ms + 1_000, Next(clock, s_now.AddSeconds(1)));
    }

    [Fact]
    public void A_clock_a_year_ahead_makes_it_count_and_ask_for_more()
    {
        var clock = EpochClock.Start(0, s_now);
        Next(clock, s_now);
        Assert.False(clock.NeedsMore);

        Assert.Equal(s_ms + 1, Next(clock, s_now.AddYears(1)));
        Assert.True(clock.NeedsMore);

        // Back again before anybody reserved more: no harm done.
        Assert.Equal(s_ms + 500, Next(clock, s_now.AddMilliseconds(500)));
        Assert.False(clock.NeedsMore);
    }

    [Fact]
    public void A_machine_that_slept_longer_than_the_reserve_goes_on_and_catches_up()
    {
        var clock = EpochClock.Start(0, s_now);
        Next(clock, s_now);
        DateTimeOffset later = s_now.AddDays(3);

        Assert.Equal(s_ms + 1, Next(clock, later));
        Assert.True(clock.NeedsMore);
        clock.Extend(EpochClock.NextEnd(clock.End, later));
        Assert.False(clock.NeedsMore);
        Assert.Equal((ulong)later.ToUnixTimeMilliseconds(), Next(clock, later));
        Assert.False(clock.NeedsMore);
    }

    [Fact]
    public void A_start_is_above_what_was_reserved_and_above_what_an_old_copy_knows_of()
    {
        Assert.Equal(s_ms, Next(EpochClock.Start(s_ms - 86_400_000, s_now), s_now));
        Assert.Equal(s_ms + 5, Next(EpochClock.Start(s_ms + 5, s_now), s_now));
        Assert.Equal(s_ms + 5 + EpochClock.Reserve, EpochClock.Start(s_ms + 5, s_now).End);
    }

    [Fact]
    public void No_step_of_the_clock_uses_up_the_reserve()
    {
        for (int shift = 0; shift <= 24; shift++)
        {
            // The clock jumps to just below the end.
            var clock = EpochClock.Start(0, s_now);
            ulong end = clock.End;
            Next(clock, s_now);
            ulong epoch = Next(clock, s_now.AddMilliseconds(EpochClock.Reserve - (1UL << shift)));
            Assert.True(end - epoch > EpochClock.Reserve / 5, $"shift {shift}: {end - epoch} left");
            Assert.True(end - epoch > EpochClock.Reserve / 2 || clock.NeedsMore, $"shift {shift}");
        }
    }

    [Fact]
    public void It_ends_where_the_reserve_ends_and_goes_on_when_that_grows()
    {
        var clock = new EpochClock(s_ms, s_ms + 3);

        Assert.Equal([s_ms, s_ms + 1, s_ms + 2], new[] { 1, 2, 3 }.Select(_ => Next(clock, s_now)));
        Assert.False(clock.TryNext(s_now, out ulong none));
        Assert.Equal(0UL, none);
        Assert.True(clock.NeedsMore);

        clock.Extend(s_ms + 2);
        Assert.False(clock.TryNext(s_now, out _));
        clock.Extend(s_ms + 4);
        Assert.Equal(s_ms + 3, Next(clock, s_now));
        Assert.False(clock.TryNext(s_now, out _));
    }

    [Fact]
    public void An_end_that_is_no_later_takes_nothing_back()
    {
        var clock = new EpochClock(s_ms, s_ms + 3);

        clock.Extend(s_ms);
        clock.Extend(s_ms + 1);

        Assert.Equal(s_ms + 3, clock.End);
        Assert.Equal([s_ms, s_ms + 1, s_ms + 2], new[] { 1, 2, 3 }.Select(_ => Next(clock, s_now)));
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(1, 1, true)]
    [InlineData(4, 2, false)]
    [InlineData(4, 3, true)]
    [InlineData(5, 2, false)]
    [InlineData(5, 3, true)]
    [InlineData(0, 0, true)]
    public void It_needs_more_when_less_than_half_remains(int size, int used, bool expected)
    {
        var clock = new EpochClock(s_ms, s_ms + (ulong)size);
        for (int i = 0; i < used; i++)
        {
            Next(clock, s_now.AddYears(-1));
        }

        Assert.Equal(expected, clock.NeedsMore);
    }

    [Fact]
    public void At_the_end_of_all_numbers_it_stops()
    {
        Assert.Equal(ulong.MaxValue, EpochClock.NextEnd(ulong.MaxValue - 5, s_now));
        var clock = new EpochClock(ulong.MaxValue - 2, ulong.MaxValue);

        Assert.Equal(ulong.MaxValue - 2, Next(clock, s_now));
        Assert.Equal(ulong.MaxValue - 1, Next(clock, DateTimeOffset.MaxValue));
        Assert.False(clock.TryNext(s_now, out _));
    }

    [Fact]
    public void A_range_that_ends_before_it_begins_is_a_mistake()
        => Assert.Throws<ArgumentOutOfRangeException>(() => new EpochClock(2, 1));

    [Fact]
    public void Whatever_the_clock_does_and_whenever_the_process_dies_no_epoch_repeats_or_goes_back()
    {
        Gen<(Act, long)> acts = from act in Gen.Frequency(
                (8, Gen.Constant(Act.Use)), (2, Gen.Constant(Act.UseMany)), (4, Gen.Constant(Act.Step)), (2, Gen.Constant(Act.Extend)),
                (1, Gen.Constant(Act.CrashBeforeWriting)), (1, Gen.Constant(Act.CrashAfterWriting)), (1, Gen.Constant(Act.Restart)))
            from amount in Gen.OneOf(Gen.Choose(-5, 5), Gen.Choose(-40_000_000, 40_000_000), Gen.Elements(-31_536_000, 31_536_000).Select(s => s))
            from isSeconds in Gen.Elements(true, false)
            select (act, isSeconds ? amount * 1_000L : amount);
        Prop.ForAll(Arb.From(acts.ListOf()), steps => NeverGoesBack(steps)).Check(s_config);
    }

    /// <summary>The store as it must be: the bound is written before a number below it is used.</summary>
    private static bool NeverGoesBack(IEnumerable<(Act Act, long Amount)> steps)
    {
        DateTimeOffset now = s_now;
        ulong written = 0, last = 0;
        EpochClock clock = Open(ref written, now);
        foreach ((Act act, long amount) in steps)
        {
            switch (act)
            {
                case Act.Use or Act.UseMany:
                    for (int i = act == Act.Use ? 1 : 2_000; i > 0; i--)
                    {
                        if (!clock.TryNext(now, out ulong epoch) || epoch <= last || epoch >= written)
                        {
                            return false;
                        }

                        last = epoch;
                    }

                    break;
                case Act.Step:
                    now = now.AddMilliseconds(amount);
                    break;
                case Act.Extend:
                    written = EpochClock.NextEnd(written, now);
                    clock.Extend(written);
                    break;
                case Act.CrashAfterWriting:
                    written = EpochClock.NextEnd(written, now);
                    clock = Open(ref written, now);
                    break;
                default:
                    // The bound that was being written is lost; that of before holds.
                    clock = Open(ref written, now);
                    break;
            }
        }

        return true;
    }

    private static EpochClock Open(ref ulong written, DateTimeOffset now)
    {
        var clock = EpochClock.Start(written, now);
        written = clock.End;
        return clock;
    }

    private static ulong Next(EpochClock clock, DateTimeOffset now)
    {
        Assert.True(clock.TryNext(now, out ulong epoch));
        return epoch;
    }
}
