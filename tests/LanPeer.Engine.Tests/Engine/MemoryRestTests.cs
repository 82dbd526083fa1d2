using System;
using System.Collections.Generic;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>When memory is given back that handshakes have left behind.</summary>
public sealed class MemoryRestTests
{
    private readonly List<string> _done = [];
    private readonly MemoryRest _memory;
    private double _now;

    public MemoryRestTests() => _memory = new MemoryRest(() => _done.Add($"{_now} finalizers"), () => _done.Add($"{_now} trim"));

    [Fact]
    public void It_is_given_back_once_when_no_handshake_was_made_for_a_minute_and_a_half()
    {
        Assert.Equal(TimeSpan.MaxValue, _memory.Due);
        Run(10);
        Note();
        Run(15);
        Note();
        Run(1_000);

        // Two rounds three seconds apart, as the runtime looks at two of its ticks.
        Assert.Equal(["105 finalizers", "108 finalizers", "111 trim"], _done);
        Assert.Equal(TimeSpan.MaxValue, _memory.Due);
    }

    [Fact]
    public void Where_handshakes_never_end_it_is_given_back_every_three_minutes_all_the_same()
    {
        while (_now < 600)
        {
            Note();
            Run(_now + 1);
        }

        Assert.Equal(
            ["180 finalizers", "183 finalizers", "186 trim", "367 finalizers", "370 finalizers", "373 trim", "554 finalizers", "557 finalizers", "560 trim"],
            _done);
    }

    private void Note() => _memory.Note(TimeSpan.FromSeconds(_now));

    private void Run(double until)
    {
        for (; _now < until; _now++)
        {
            _memory.DoWhatIsDue(TimeSpan.FromSeconds(_now));
        }
    }
}
