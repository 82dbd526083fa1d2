using System.Linq;
using LanPeer.Transport;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class AdaptiveSpinTests
{
    [Fact]
    public void With_one_core_it_never_begins()
    {
        var spin = new AdaptiveSpin(cores: 1);

        Assert.DoesNotContain(Enumerable.Range(0, 1_000), _ => spin.Begins());
    }

    [Fact]
    public void As_long_as_something_comes_it_begins_each_time()
    {
        var spin = new AdaptiveSpin(cores: 2);

        for (int i = 0; i < 1_000; i++)
        {
            Assert.True(spin.Begins());
            spin.Ended(isHit: true);
        }
    }

    [Fact]
    public void In_vain_it_begins_ever_more_seldom_and_at_the_least_each_256th_time()
    {
        var spin = new AdaptiveSpin(cores: 2);

        Assert.Equal([0, 1, 3, 7, 15, 31, 63, 127, 255, 255, 255], Enumerable.Range(0, 11).Select(_ => Skipped(spin, isHit: false)));

        Assert.Equal(255, Skipped(spin, isHit: true));
        Assert.Equal([0, 0, 0], Enumerable.Range(0, 3).Select(_ => Skipped(spin, isHit: true)));
    }

    private static int Skipped(AdaptiveSpin spin, bool isHit)
    {
        int skipped = 0;
        while (!spin.Begins())
        {
            skipped++;
        }

        spin.Ended(isHit);
        return skipped;
    }
}
