using System;
using System.Linq;
using LanPeer.Security.Sessions;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>How long keys live, and what takes their place.</summary>
public sealed class SessionKeyTests : IDisposable
{
    private readonly SessionLab _lab = new();
    private readonly SessionEnd _alice;
    private readonly SessionEnd _bob;

    public SessionKeyTests() => (_alice, _bob) = (_lab.Small, _lab.Large);

    public void Dispose() => _lab.Dispose();

    [Theory]
    [InlineData(10, true)]
    [InlineData(60, false)]
    public void The_initiator_is_to_rekey_after_ten_minutes_of_use_or_an_hour_without_and_the_responder_a_minute_later(
        int minutes, bool carriedMessage)
    {
        SessionLab.Connect(_alice, _bob);
        if (carriedMessage)
        {
            _alice.With(_bob).Current!.NoteMessage();
            _bob.With(_alice).Current!.NoteMessage();
        }

        _lab.Wait((minutes * 60) - 1);
        Assert.False(IsRekeyDue(_alice, _bob));
        _lab.Wait(1);
        Assert.True(IsRekeyDue(_alice, _bob));
        Assert.False(IsRekeyDue(_bob, _alice));
        _lab.Wait(59);
        Assert.False(IsRekeyDue(_bob, _alice));
        _lab.Wait(1);
        Assert.True(IsRekeyDue(_bob, _alice));
    }

    [Fact]
    public void Without_keys_there_is_nothing_to_rekey()
        => Assert.False(IsRekeyDue(_alice, _bob));

    [Fact]
    public void After_a_new_handshake_the_keys_of_before_still_open_for_a_minute()
    {
        SessionLab.Connect(_alice, _bob);
        byte[][] late = [.. Enumerable.Range(0, 3).Select(_ => _alice.Send(_alice.With(_bob)))];
        _alice.Outbox.Clear();
        TransportKeys old = _bob.With(_alice).Current!;
        _lab.Wait(600);
        SessionLab.Connect(_alice, _bob);

        Assert.Same(old, _bob.With(_alice).Previous);
        Assert.NotSame(old, _bob.With(_alice).Current);
        Assert.Equal(DropReason.None, _bob.Receive(late[0], _alice.Endpoint));
        _lab.Wait(59.9);
        _bob.Expire(_alice);
        Assert.Equal(DropReason.None, _bob.Receive(late[1], _alice.Endpoint));
        _lab.Wait(0.1);
        _bob.Expire(_alice);
        Assert.Equal(DropReason.UnknownSession, _bob.Receive(late[2], _alice.Endpoint));
        Assert.Null(_bob.With(_alice).Previous);
        Assert.Equal(1, _bob.SlotCount);
        Assert.True(_alice.Reaches(_bob) && _bob.Reaches(_alice));
    }

    [Fact]
    public void The_keys_before_those_before_are_gone_at_once()
    {
        SessionLab.Connect(_alice, _bob);
        byte[] late = _alice.Send(_alice.With(_bob));
        _alice.Outbox.Clear();
        SessionLab.Connect(_alice, _bob);
        SessionLab.Connect(_alice, _bob);

        Assert.Equal(DropReason.UnknownSession, _bob.Receive(late, _alice.Endpoint));
        Assert.Equal((2, 2), (_alice.SlotCount, _bob.SlotCount));
    }

    [Fact]
    public void Keys_nobody_has_used_are_forgotten_after_ten_seconds()
    {
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        _bob.Work();
        byte[] response = _bob.Outbox.Dequeue();
        TestSession session = _bob.With(_alice);

        Assert.Equal(TimeSpan.FromSeconds(10), _bob.Expire(_alice));
        _lab.Wait(9.9);
        _bob.Expire(_alice);
        Assert.NotNull(session.Next);
        _lab.Wait(0.1);
        Assert.Equal(TimeSpan.MaxValue, _bob.Expire(_alice));
        Assert.Null(session.Next);
        Assert.Equal(0, _bob.SlotCount);

        // The response still opens; what follows it finds nobody, and a new handshake does.
        _alice.Receive(response, _bob.Endpoint);
        _alice.Work();
        Assert.Equal(DropReason.UnknownSession, _bob.Receive(_alice.Outbox.Dequeue(), _alice.Endpoint));
        SessionLab.Connect(_alice, _bob);
        Assert.True(_alice.Reaches(_bob) && _bob.Reaches(_alice));
    }

    [Fact]
    public void Keys_nobody_has_used_leave_the_present_ones_alone()
    {
        SessionLab.Connect(_alice, _bob);
        TransportKeys present = _bob.With(_alice).Current!;
        _lab.Wait(600);
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        _bob.Work();

        Assert.Same(present, _bob.With(_alice).Current);
        Assert.True(_alice.Reaches(_bob) && _bob.Reaches(_alice));
        Assert.NotNull(_bob.With(_alice).Next);
    }

    [Fact]
    public void A_later_response_takes_the_place_of_one_nobody_has_confirmed()
    {
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        _bob.Work();
        TransportKeys first = _bob.With(_alice).Next!;
        _alice.Layer.Retry(_alice.With(_bob), _lab.Now);
        _alice.Work();
        _bob.Receive(_alice.Outbox.Dequeue(), _alice.Endpoint);
        _bob.Work();

        Assert.NotSame(first, _bob.With(_alice).Next);
        Assert.Equal(1, _bob.SlotCount);
    }

    [Theory]
    [InlineData(900, true)]
    [InlineData(4_200, false)]
    public void Keys_that_have_run_out_seal_and_open_no_more(double age, bool carriedMessage)
    {
        SessionLab.Connect(_alice, _bob);
        TransportKeys keys = _alice.With(_bob).Current!;
        if (carriedMessage)
        {
            keys.NoteMessage();
            _bob.With(_alice).Current!.NoteMessage();
        }

        byte[] early = _alice.Send(_alice.With(_bob));
        _lab.Wait(age - 0.001);
        Assert.True(keys.MaySeal(_lab.Elapsed));
        _lab.Wait(0.001);

        Assert.False(keys.MaySeal(_lab.Elapsed));
        Assert.Equal(DropReason.UnknownSession, _bob.Receive(early, _alice.Endpoint));
        Assert.Equal(TimeSpan.MaxValue, _bob.Expire(_alice));
        Assert.Null(_bob.With(_alice).Current);
        Assert.Equal(0, _bob.SlotCount);
    }

    [Fact]
    public void Expire_tells_when_to_look_again()
    {
        SessionLab.Connect(_alice, _bob);
        TimeSpan made = _lab.Elapsed;
        Assert.Equal(made + SessionTimes.Retries[0], _alice.Expire(_bob));
        Assert.True(_bob.Reaches(_alice));
        Assert.Equal(made + SessionTimes.RejectIdleAfter, _alice.Expire(_bob));
        _lab.Wait(600);
        SessionLab.Connect(_alice, _bob);
        Assert.True(_bob.Reaches(_alice));
        Assert.Equal(_lab.Elapsed + SessionTimes.KeepOld, _alice.Expire(_bob));
        _lab.Wait(1);
        _alice.Initiate(_bob);
        Assert.Equal(_alice.With(_bob).Attempt!.Due, _alice.Expire(_bob));
    }

    [Fact]
    public void Keys_of_an_own_initiation_are_used_again_until_something_comes_under_them()
    {
        SessionLab.Connect(_alice, _bob);
        TestSession session = _alice.With(_bob);
        for (int i = 0; i < SessionTimes.Retries.Length; i++)
        {
            _lab.Wait(SessionTimes.Retries[i].TotalSeconds - 0.01);
            Assert.False(SessionLayer.IsConfirmDue(session, _lab.Elapsed, out _));
            _lab.Wait(0.01);
            Assert.True(SessionLayer.IsConfirmDue(session, _lab.Elapsed, out bool isGivenUp));
            Assert.Equal(i == SessionTimes.Retries.Length - 1, isGivenUp);
        }

        _lab.Wait(60);
        Assert.False(SessionLayer.IsConfirmDue(session, _lab.Elapsed, out _));
    }

    [Fact]
    public void Keys_under_which_something_came_need_no_confirmation()
    {
        SessionLab.Connect(_alice, _bob);
        Assert.True(_bob.Reaches(_alice));
        _lab.Wait(1);

        Assert.False(SessionLayer.IsConfirmDue(_alice.With(_bob), _lab.Elapsed, out _));
        Assert.False(SessionLayer.IsConfirmDue(_bob.With(_alice), _lab.Elapsed, out _));
        Assert.Equal(SessionTimes.RejectIdleAfter, _alice.Expire(_bob));
        _alice.With(_bob).Current!.NoteMessage();
        Assert.Equal(SessionTimes.RejectAfter, _alice.Expire(_bob));
    }

    [Fact]
    public void Of_a_peer_with_keys_the_unconfirmed_ones_are_kept_as_long_as_any()
    {
        SessionLab.Connect(_alice, _bob);
        _lab.Wait(600);
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        _bob.Work();
        _alice.Receive(_bob.Outbox.Dequeue(), _bob.Endpoint);
        _alice.Work();
        _alice.Outbox.Clear();

        _lab.Wait(200);
        _bob.Expire(_alice);
        Assert.True(_alice.Reaches(_bob) && _bob.Reaches(_alice));
        Assert.Null(_bob.With(_alice).Next);
    }

    [Fact]
    public void A_session_rekeyed_for_a_day_never_stops_to_reach_either_side()
    {
        SessionLab.Connect(_alice, _bob);
        int handshakes = 1;
        for (int minute = 1; minute <= 24 * 60; minute++)
        {
            _lab.Wait(60);
            _alice.Expire(_bob);
            _bob.Expire(_alice);
            foreach ((SessionEnd one, SessionEnd other) in new[] { (_alice, _bob), (_bob, _alice) })
            {
                handshakes += IsRekeyDue(one, other) && one.Begin(other) ? 1 : 0;
            }

            SessionLab.Settle(_alice, _bob);
            Assert.True(_alice.Reaches(_bob) && _bob.Reaches(_alice), $"minute {minute}");
            Assert.InRange(_alice.SlotCount, 1, 2);
        }

        Assert.Equal(1 + 24, handshakes);
    }

    private static bool IsRekeyDue(SessionEnd one, SessionEnd other) => SessionLayer.IsRekeyDue(one.With(other), one.Now);
}
