using System;
using System.Collections.Generic;
using LanPeer.Security;
using Xunit;

namespace LanPeer.Tests.Security;

public sealed class ReplayWindowTests
{
    [Fact]
    public void Each_counter_is_accepted_once_in_any_order_within_the_window()
    {
        var window = new ReplayWindow();
        Assert.True(window.TryAccept(5));
        Assert.True(window.TryAccept(0));
        Assert.False(window.TryAccept(5));
        Assert.False(window.TryAccept(0));
        Assert.True(window.TryAccept(ReplayWindow.Size));
        Assert.False(window.TryAccept(0));
        Assert.True(window.TryAccept(1));
        Assert.True(window.TryAccept(ulong.MaxValue));
        Assert.False(window.TryAccept(ulong.MaxValue));
        Assert.True(window.TryAccept(ulong.MaxValue - ReplayWindow.Size + 1));
        Assert.False(window.TryAccept(ulong.MaxValue - ReplayWindow.Size));
        Assert.False(window.TryAccept(ReplayWindow.Size + 1));
    }

    [Fact]
    public void Against_a_set_that_remembers_everything()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var window = new ReplayWindow();
            var seen = new HashSet<ulong>();
            ulong newest = 0;
            bool isUsed = false;
            for (int i = 0; i < 5_000; i++)
            {
                // At first all in order, for longer than the window is, as on a network that loses nothing.
                long step = i < seed * 60 ? (isUsed ? 1 : 0) : random.Next(10) == 0 ? random.Next(-3_000, 5_000) : random.Next(-100, 20);
                ulong counter = (ulong)Math.Max(0, (long)newest + step);
                bool isExpected = (!isUsed || counter > newest || newest - counter < ReplayWindow.Size) && !seen.Contains(counter);
                Assert.True(isExpected == window.TryAccept(counter), $"seed {seed}, step {i}, counter {counter}, newest {newest}");
                seen.Add(counter);
                newest = isUsed ? Math.Max(newest, counter) : counter;
                isUsed = true;
            }
        }
    }
}
