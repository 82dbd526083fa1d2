using System;
using LanPeer.Security.Sessions;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>Both sides begin, or one begins twice: whose handshake counts.</summary>
public sealed class SessionCrossingTests : IDisposable
{
    private readonly SessionLab _lab = new();
    private readonly SessionEnd _small;
    private readonly SessionEnd _large;

    public SessionCrossingTests() => (_small, _large) = (_lab.Small, _lab.Large);

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Two_that_begin_at_once_get_one_session_begun_by_the_smaller_key()
    {
        _small.Begin(_large);
        _large.Begin(_small);
        _small.Work();
        _large.Work();
        SessionLab.Settle(_small, _large);

        Assert.Contains(DropReason.Crossed, _small.Reasons);
        Assert.DoesNotContain(DropReason.Crossed, _large.Reasons);
        Assert.True(_small.With(_large).Current!.IsInitiator);
        Assert.False(_large.With(_small).Current!.IsInitiator);
        Assert.Null(_large.With(_small).Attempt);
        Assert.Equal((1, 1), (_small.SlotCount, _large.SlotCount));
        Assert.True(_small.Reaches(_large) && _large.Reaches(_small));
    }

    [Fact]
    public void The_larger_key_waits_a_second_with_its_own_initiation_when_they_crossed()
    {
        _large.Initiate(_small);
        TimeSpan due = _large.With(_small).Attempt!.Due;
        Assert.InRange(due, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.3));

        _large.Receive(_small.Initiate(_large), _small.Endpoint);
        _large.Work();

        Assert.Equal(SessionTimes.CrossedPatience, _large.With(_small).Attempt!.Due);
    }

    [Fact]
    public void For_a_second_after_an_answer_none_is_begun()
    {
        _large.Receive(_small.Initiate(_large), _small.Endpoint);
        Assert.Equal(DropReason.None, _large.WorkOnce());
        Assert.False(_large.Begin(_small));
        _large.Work();
        _lab.Wait(0.99);
        Assert.False(_large.Begin(_small));
        _lab.Wait(0.01);
        Assert.True(_large.Begin(_small));
    }

    [Fact]
    public void Two_handshakes_that_both_end_leave_both_sides_with_that_of_the_smaller_key()
    {
        // The smaller key reads the other's initiation while its own is still being made, and so answers it.
        _small.Receive(_large.Initiate(_small), _large.Endpoint);
        HandshakeWork reading = _small.Layer.TakeWork()!;
        _small.Begin(_large);
        reading.Run();
        _small.Complete(reading);
        _small.Work();
        Assert.Equal(2, _small.Outbox.Count);
        for (int i = 0; i < 3; i++)
        {
            SessionLab.DeliverOneByOne(_small, _large);
            SessionLab.DeliverOneByOne(_large, _small);
        }

        Assert.True(_small.With(_large).Current!.IsInitiator);
        Assert.False(_large.With(_small).Current!.IsInitiator);
        _lab.Wait(61);
        _small.Expire(_large);
        _large.Expire(_small);
        Assert.True(_small.Reaches(_large) && _large.Reaches(_small));
        Assert.Equal((1, 1), (_small.SlotCount, _large.SlotCount));
    }

    [Fact]
    public void While_an_answer_waits_to_be_used_nothing_older_than_its_initiation_is_answered()
    {
        byte[] older = _small.Initiate(_large);
        _small.Layer.Retry(_small.With(_large), _lab.Now);
        _small.Work();
        byte[] newer = _small.Outbox.Dequeue();
        _large.Receive(newer, _small.Endpoint);
        _large.Work();
        for (int i = 0; i < 4; i++)
        {
            _large.Receive(i % 2 == 0 ? older : newer, _small.Endpoint);
            Assert.Equal(DropReason.Replayed, _large.WorkOnce());
        }

        SessionLab.Settle(_small, _large);
        Assert.True(_small.Reaches(_large) && _large.Reaches(_small));
    }
}
