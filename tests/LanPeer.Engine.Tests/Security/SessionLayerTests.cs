using System;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>Handshakes between two session layers: who answers whom, and what is left when it comes to nothing.</summary>
public sealed class SessionLayerTests : IDisposable
{
    private readonly SessionLab _lab = new();
    private readonly SessionEnd _small;
    private readonly SessionEnd _large;

    public SessionLayerTests() => (_small, _large) = (_lab.Small, _lab.Large);

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void A_handshake_gives_both_ends_keys_of_one_another()
    {
        Assert.True(_small.Begin(_large));
        SessionLab.Settle(_small, _large);

        TransportKeys here = _small.With(_large).Current!;
        TransportKeys there = _large.With(_small).Current!;
        Assert.True(here.IsInitiator);
        Assert.False(there.IsInitiator);
        Assert.Equal((here.LocalIndex, here.RemoteIndex), (there.RemoteIndex, there.LocalIndex));
        Assert.True(_small.Reaches(_large));
        Assert.True(_large.Reaches(_small));
        Assert.Equal((1, 1), (_small.SlotCount, _large.SlotCount));
    }

    [Fact]
    public void A_second_handshake_does_not_begin_while_one_is_under_way()
    {
        Assert.True(_small.Begin(_large));
        Assert.False(_small.Begin(_large));
        _small.Work();
        Assert.False(_small.Begin(_large));

        Assert.Single(_small.Outbox);
    }

    [Fact]
    public void The_responder_believes_nothing_until_its_keys_are_used()
    {
        _large.Receive(_small.Initiate(_large), _small.Endpoint);
        _large.Work();

        Assert.NotNull(_large.With(_small).Next);
        Assert.Null(_large.With(_small).Current);
        Assert.Equal(0ul, _large.With(_small).RemoteEpoch);
    }

    [Fact]
    public void An_initiation_is_answered_once()
    {
        byte[] initiation = _small.Initiate(_large);
        _large.Receive(initiation, _small.Endpoint);
        _large.Work();
        _large.Outbox.Clear();

        _large.Receive(initiation, _small.Endpoint);
        Assert.Equal(DropReason.Replayed, _large.WorkOnce());
        Assert.Empty(_large.Outbox);
        Assert.False(_large.Layer.HasWork);
    }

    [Fact]
    public void Initiations_of_before_the_session_are_worth_nothing()
    {
        byte[] lost = _small.Initiate(_large);
        _lab.Wait(1);
        Assert.True(_small.Layer.Retry(_small.With(_large), _lab.Now));
        SessionLab.Settle(_small, _large);
        TransportKeys keys = _large.With(_small).Current!;

        _large.Receive(lost, _small.Endpoint);
        Assert.Equal(DropReason.Replayed, _large.WorkOnce());
        Assert.Same(keys, _large.With(_small).Current);
        Assert.Null(_large.With(_small).Next);
    }

    [Fact]
    public void An_initiation_that_is_not_answered_is_made_anew_four_times_and_given_up()
    {
        TestSession session = _small.With(_large);
        _small.Begin(_large);
        foreach (TimeSpan retry in SessionTimes.Retries)
        {
            _small.Work();
            Assert.Single(_small.Outbox);
            _small.Outbox.Clear();
            TimeSpan wait = session.Attempt!.Due - _lab.Elapsed;
            Assert.InRange(wait, retry * 0.9, retry * 1.1);
            _lab.Wait(wait.TotalSeconds);
            Assert.Equal(retry != SessionTimes.Retries[^1], _small.Layer.Retry(session, _lab.Now));
        }

        Assert.Null(session.Attempt);
        Assert.Equal(0, _small.SlotCount);
        Assert.False(_small.Layer.HasWork);
        Assert.True(_small.Begin(_large));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void No_more_initiations_are_sent_than_may_be(int most)
    {
        TestSession session = _small.With(_large);
        int sent = 0;
        for (bool isOn = _small.Layer.Begin(session, _large.Endpoint, _lab.Now, most); isOn; isOn = _small.Layer.Retry(session, _lab.Now))
        {
            _small.Work();
            sent++;
        }

        Assert.Equal(Math.Min(most, SessionTimes.Retries.Length), sent);
        Assert.Equal(sent, _small.Outbox.Count);
        Assert.Equal(0, _small.SlotCount);
    }

    [Fact]
    public void A_responder_that_writes_nonsense_makes_nothing_throw_and_ends_nothing()
    {
        HandshakePayload right = _large.Layer.Own!;
        _large.Layer.Own = right with { Boot = 0 };
        byte[] initiation = _small.Initiate(_large);
        _large.Receive(initiation, _small.Endpoint);
        _large.Work();
        byte[] nonsense = _large.Outbox.Dequeue();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(DropReason.None, _small.Receive(nonsense, _large.Endpoint));
            Assert.Equal(DropReason.NotAuthentic, _small.WorkOnce());
        }

        _large.Layer.Own = right;
        Assert.True(_small.Layer.Retry(_small.With(_large), _lab.Now));
        SessionLab.Settle(_small, _large);
        Assert.True(_small.Reaches(_large) && _large.Reaches(_small));
    }

    [Fact]
    public void Each_initiation_has_an_index_an_epoch_and_an_ephemeral_key_of_its_own()
    {
        byte[] first = _small.Initiate(_large);
        _small.Layer.Retry(_small.With(_large), _lab.Now);
        _small.Work();
        byte[] second = _small.Outbox.Dequeue();

        Assert.NotEqual(first[8..12], second[8..12]);
        Assert.NotEqual(first[12..77], second[12..77]);
        var read = new ulong[2];
        foreach (byte[] initiation in new[] { first, second })
        {
            _large.Receive(initiation, _small.Endpoint);
            var work = Assert.IsType<ReadInitiationWork>(_large.Layer.TakeWork());
            work.Run();
            read[initiation == first ? 0 : 1] = work.Epoch;
        }

        Assert.True(read[1] > read[0]);
    }

    [Fact]
    public void Without_an_epoch_left_nothing_begins()
    {
        using SessionEnd exhausted = _lab.NewEnd(9, new EpochClock(5, 5));

        Assert.False(exhausted.Begin(_large));
        Assert.Null(exhausted.With(_large).Attempt);
        Assert.Equal(0, exhausted.SlotCount);
    }

    [Fact]
    public void A_response_to_nothing_is_of_an_unknown_session()
    {
        _large.Receive(_small.Initiate(_large), _small.Endpoint);
        _large.Work();
        byte[] response = _large.Outbox.Dequeue();
        _small.Layer.Forget(_small.With(_large));

        Assert.Equal(DropReason.UnknownSession, _small.Receive(response, _large.Endpoint));
        Assert.Equal(DropReason.UnknownSession, _large.Receive(response, _large.Endpoint));
    }

    [Fact]
    public void A_response_is_taken_once()
    {
        _large.Receive(_small.Initiate(_large), _small.Endpoint);
        _large.Work();
        byte[] response = _large.Outbox.Dequeue();

        Assert.Equal(DropReason.None, _small.Receive(response, _large.Endpoint));
        Assert.Equal(DropReason.RateLimited, _small.Receive(response, _large.Endpoint));
        _small.Work();
        Assert.Equal(DropReason.UnknownSession, _small.Receive(response, _large.Endpoint));
        Assert.Single(_small.Outbox);
    }
}
