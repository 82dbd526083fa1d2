using System;
using System.Linq;
using System.Threading;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class SignalTests
{
    private readonly Signal _signal = new();

    [Fact]
    public void What_happened_before_the_wait_is_not_missed()
    {
        long version = _signal.Version;
        _signal.Raise();

        Assert.True(_signal.WaitAfter(version, TimeSpan.Zero, CancellationToken.None));
        Assert.Equal(version + 1, _signal.Version);
    }

    [Fact]
    public void Without_news_the_time_runs_out()
    {
        Assert.False(_signal.WaitAfter(_signal.Version, TimeSpan.Zero, CancellationToken.None));
        Assert.False(_signal.WaitAfter(_signal.Version, TimeSpan.FromTicks(1), CancellationToken.None));
        Assert.False(_signal.WaitAfter(_signal.Version, TimeSpan.FromSeconds(-1.5), CancellationToken.None));
        Assert.False(_signal.WaitAfter(_signal.Version, TimeSpan.FromMilliseconds(20), CancellationToken.None));
    }

    [Fact]
    public void One_change_wakes_everyone()
    {
        long version = _signal.Version;
        int woken = 0;
        Thread[] threads = Enumerable.Range(0, 20).Select(_ => new Thread(() =>
        {
            _signal.WaitAfter(version, Timeout.InfiniteTimeSpan, CancellationToken.None);
            Interlocked.Increment(ref woken);
        })).ToArray();
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        _signal.Raise();

        foreach (Thread thread in threads)
        {
            Wait.For(thread, "a waiting thread");
        }

        Assert.Equal(20, woken);
    }

    [Fact]
    public void Cancelling_ends_the_wait_of_one_and_not_of_others()
    {
        using var cancellation = new CancellationTokenSource();
        Exception? thrown = null;
        bool? other = null;
        var cancelled = new Thread(() => thrown = Record.Exception(() => _signal.WaitAfter(0, Timeout.InfiniteTimeSpan, cancellation.Token)));
        var patient = new Thread(() => other = _signal.WaitAfter(0, Timeout.InfiniteTimeSpan, CancellationToken.None));
        cancelled.Start();
        patient.Start();

        cancellation.Cancel();
        Wait.For(cancelled, "the cancelled wait");
        Assert.IsType<OperationCanceledException>(thrown);
        Assert.Null(other);

        _signal.Raise();
        Wait.For(patient, "the other wait");
        Assert.True(other);
    }

    [Fact]
    public void A_wait_cancelled_before_it_begins_ends_at_once_unless_there_is_news()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();

        Assert.Throws<OperationCanceledException>(() => _signal.WaitAfter(_signal.Version, Timeout.InfiniteTimeSpan, cancellation.Token));
        Assert.True(_signal.WaitAfter(_signal.Version - 1, Timeout.InfiniteTimeSpan, cancellation.Token));
    }
}
