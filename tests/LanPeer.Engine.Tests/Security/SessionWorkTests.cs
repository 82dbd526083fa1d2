using System;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>Work is done outside of the lock: while it runs, everything around it may change.</summary>
public sealed class SessionWorkTests : IDisposable
{
    private readonly SessionLab _lab = new();
    private readonly SessionEnd _alice;
    private readonly SessionEnd _bob;

    public SessionWorkTests() => (_alice, _bob) = (_lab.Small, _lab.Large);

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forgotten_while_an_initiation_is_made_nothing_is_sent_or_kept(bool isRunFirst)
    {
        _alice.Begin(_bob);
        ForgetDuring(_alice, _bob, isRunFirst);

        Assert.Empty(_alice.Outbox);
        Assert.Equal(0, _alice.SlotCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forgotten_while_a_response_is_made_nothing_is_sent_or_kept(bool isRunFirst)
    {
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        Assert.Equal(DropReason.None, _bob.WorkOnce());
        ForgetDuring(_bob, _alice, isRunFirst);

        Assert.Empty(_bob.Outbox);
        Assert.Equal(0, _bob.SlotCount);
        Assert.Null(_bob.With(_alice).Next);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forgotten_while_a_response_is_opened_nothing_is_sent_or_kept(bool isRunFirst)
    {
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        _bob.Work();
        _alice.Receive(_bob.Outbox.Dequeue(), _bob.Endpoint);
        ForgetDuring(_alice, _bob, isRunFirst);

        Assert.Empty(_alice.Outbox);
        Assert.Equal(0, _alice.SlotCount);
        Assert.Null(_alice.With(_bob).Current);
    }

    [Fact]
    public void Made_anew_while_a_response_to_the_last_one_is_opened_the_newer_initiation_stands()
    {
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        _bob.Work();
        _alice.Receive(_bob.Outbox.Dequeue(), _bob.Endpoint);
        HandshakeWork opening = _alice.Layer.TakeWork()!;
        opening.Run();
        _alice.Layer.Retry(_alice.With(_bob), _lab.Now);

        Assert.Equal(DropReason.NotAuthentic, _alice.Complete(opening));
        Assert.Equal(1, _alice.SlotCount);
        SessionLab.Settle(_alice, _bob);
        Assert.True(_alice.Reaches(_bob) && _bob.Reaches(_alice));
    }

    [Fact]
    public void A_cookie_that_comes_while_a_response_is_opened_disturbs_nothing()
    {
        byte[] initiation = _alice.Initiate(_bob);
        byte[] reply = new byte[SessionWire.CookieReplyLength];
        new CookieJar(_bob.Key, _lab.Aead, new SeededRandom(3)).WriteReply(reply, initiation, _alice.Endpoint, _lab.Elapsed);
        _bob.Receive(initiation, _alice.Endpoint);
        _bob.Work();
        _alice.Receive(_bob.Outbox.Dequeue(), _bob.Endpoint);
        HandshakeWork opening = _alice.Layer.TakeWork()!;

        Assert.Equal(DropReason.None, _alice.Receive(reply, _bob.Endpoint));
        opening.Run();
        Assert.Equal(DropReason.None, _alice.Complete(opening));
        SessionLab.Settle(_alice, _bob);
        Assert.True(_alice.Reaches(_bob) && _bob.Reaches(_alice));
    }

    [Fact]
    public void Confirmed_while_an_own_initiation_is_made_the_confirmed_keys_stand()
    {
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        _bob.Work();
        Assert.False(_bob.Begin(_alice));
        _lab.Wait(SessionTimes.CrossedPatience.TotalSeconds);
        Assert.True(_bob.Begin(_alice));
        HandshakeWork making = _bob.Layer.TakeWork()!;
        making.Run();
        _alice.Receive(_bob.Outbox.Dequeue(), _bob.Endpoint);
        _alice.Work();
        _bob.Receive(_alice.Outbox.Dequeue(), _alice.Endpoint);

        Assert.Equal(DropReason.None, _bob.Complete(making));
        Assert.Empty(_bob.Outbox);
        Assert.Null(_bob.With(_alice).Attempt);
        Assert.Equal(1, _bob.SlotCount);
    }

    [Fact]
    public void Own_work_comes_before_that_of_others()
    {
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        _bob.Begin(_alice);

        Assert.IsType<InitiateWork>(_bob.Layer.TakeWork());
        Assert.IsType<ReadInitiationWork>(_bob.Layer.TakeWork());
        Assert.Null(_bob.Layer.TakeWork());
        Assert.False(_bob.Layer.HasWork);
    }

    [Fact]
    public void Nothing_begins_before_the_peer_has_said_who_it_is()
    {
        _alice.Layer.Own = null;

        Assert.Throws<InvalidOperationException>(() => _alice.Begin(_bob));
    }

    private static void ForgetDuring(SessionEnd end, SessionEnd other, bool isRunFirst)
    {
        HandshakeWork work = end.Layer.TakeWork()!;
        if (isRunFirst)
        {
            work.Run();
        }

        end.Layer.Forget(end.With(other));
        if (!isRunFirst)
        {
            work.Run();
        }

        end.Complete(work);
        Assert.False(end.Layer.HasWork);
    }
}
