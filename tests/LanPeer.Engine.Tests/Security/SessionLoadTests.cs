using System;
using System.Linq;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>Under load a peer works for nobody who has not shown that it receives what is sent to it.</summary>
public sealed class SessionLoadTests : IDisposable
{
    private readonly SessionLab _lab = new();
    private readonly SessionEnd _alice;
    private readonly SessionEnd _bob;

    public SessionLoadTests() => (_alice, _bob) = (_lab.Small, _lab.Large);

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Under_load_a_cookie_is_asked_for_and_the_initiation_with_it_is_answered()
    {
        Flood();
        byte[] without = _alice.Initiate(_bob);
        uint index = _alice.With(_bob).Attempt!.Index;

        Assert.Equal(DropReason.UnderLoad, _bob.Receive(without, _alice.Endpoint));
        byte[] reply = _bob.Outbox.Dequeue();
        Assert.True(SessionWire.TryGetType(reply, out SealedType type));
        Assert.Equal(SealedType.CookieReply, type);
        Assert.Equal(index, SessionWire.ReadUInt32(reply, 4));

        Assert.Equal(DropReason.None, _alice.Receive(reply, _bob.Endpoint));
        _alice.Work();
        byte[] with = _alice.Outbox.Dequeue();
        Assert.Equal(new byte[SessionWire.MacLength], without[^SessionWire.MacLength..]);
        Assert.NotEqual(new byte[SessionWire.MacLength], with[^SessionWire.MacLength..]);
        Assert.NotEqual(index, _alice.With(_bob).Attempt!.Index);
        Assert.Equal(1, _alice.SlotCount);
        Assert.Equal(DropReason.None, _bob.Receive(with, _alice.Endpoint));
        SessionLab.Settle(_alice, _bob);
        Assert.True(_alice.Reaches(_bob) && _bob.Reaches(_alice));
    }

    [Fact]
    public void A_cookie_is_of_no_use_at_another_address_or_port()
    {
        Flood();
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        _alice.Receive(_bob.Outbox.Dequeue(), _bob.Endpoint);
        _alice.Work();
        byte[] with = _alice.Outbox.Dequeue();

        Assert.Equal(DropReason.UnderLoad, _bob.Receive(with, _alice.Endpoint with { Port = 8_001 }));
        Assert.Equal(DropReason.UnderLoad, _bob.Receive(with, _alice.Endpoint with { Address = _alice.Endpoint.Address + 8 }));
        Assert.Equal(DropReason.None, _bob.Receive(with, _alice.Endpoint));
    }

    [Fact]
    public void A_cookie_serves_all_initiations_of_two_minutes_but_not_those_after()
    {
        Flood();
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        _alice.Receive(_bob.Outbox.Dequeue(), _bob.Endpoint);
        TestSession session = _alice.With(_bob);
        _alice.Work();
        Assert.True(HasMac2(_alice.Outbox.Dequeue()));

        _lab.Wait(119.9);
        _alice.Layer.Retry(session, _lab.Now);
        _alice.Work();
        _lab.Wait(0.1);
        _alice.Layer.Retry(session, _lab.Now);
        _alice.Work();
        Assert.Equal([true, false], new[] { HasMac2(_alice.Outbox.Dequeue()), HasMac2(_alice.Outbox.Dequeue()) });
    }

    [Fact]
    public void One_cookie_makes_one_initiation_however_often_it_comes()
    {
        Flood();
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        byte[] reply = _bob.Outbox.Dequeue();
        _alice.Receive(reply, _bob.Endpoint);
        _alice.Work();

        Assert.Equal(DropReason.UnknownSession, _alice.Receive(reply, _bob.Endpoint));
        _bob.Receive(_alice.Outbox.Dequeue(), _alice.Endpoint with { Port = 9 });
        Assert.Equal(DropReason.None, _alice.Receive(_bob.Outbox.Dequeue(), _bob.Endpoint));
        Assert.False(_alice.Layer.HasWork);
    }

    [Fact]
    public void A_cookie_reply_of_somebody_else_is_not_authentic()
    {
        using SessionEnd carol = _lab.NewEnd(3);
        byte[] initiation = _alice.Initiate(_bob);
        byte[] reply = new byte[SessionWire.CookieReplyLength];
        new CookieJar(carol.Key, _lab.Aead, new SeededRandom(4)).WriteReply(reply, initiation, _alice.Endpoint, _lab.Elapsed);

        Assert.Equal(DropReason.NotAuthentic, _alice.Receive(reply, _bob.Endpoint));
        Assert.False(_alice.Layer.HasWork);
    }

    [Fact]
    public void A_flood_of_one_source_gets_twenty_cookie_replies_and_five_a_second()
    {
        Flood();
        byte[] initiation = _alice.Initiate(_bob);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(DropReason.UnderLoad, _bob.Receive(initiation, _alice.Endpoint));
        }

        Assert.Equal(20, _bob.Outbox.Count);
        _lab.Wait(1);
        Flood();
        _bob.Outbox.Clear();
        for (int i = 0; i < 100; i++)
        {
            _bob.Receive(initiation, _alice.Endpoint);
        }

        Assert.Equal(5, _bob.Outbox.Count);
    }

    [Fact]
    public void No_flood_makes_more_than_thirty_two_wait_who_have_not_returned_a_cookie()
    {
        using SessionEnd other = _lab.NewEnd(9);
        byte[] initiation = other.Initiate(_bob);
        for (int i = 0; i < 400; i++)
        {
            DropReason expected = i < 32 ? DropReason.None : DropReason.UnderLoad;
            Assert.Equal(expected, _bob.Receive(initiation, new Ipv4Endpoint(0x0A4E_0000u + (uint)i, 8_000)));
        }

        int works = 0;
        while (_bob.Layer.TakeWork() is not null)
        {
            works++;
        }

        Assert.Equal(32, works);
        Assert.Equal(368, _bob.Outbox.Count);
    }

    [Fact]
    public void Whoever_returned_its_cookie_is_served_forty_times_at_once_and_twenty_times_a_second()
    {
        Flood();
        _bob.Receive(_alice.Initiate(_bob), _alice.Endpoint);
        _alice.Receive(_bob.Outbox.Dequeue(), _bob.Endpoint);
        _alice.Work();
        byte[] with = _alice.Outbox.Dequeue();

        Assert.Equal(40, CountTaken(with, 100));
        _lab.Wait(1);
        Flood();
        Assert.Equal(20, CountTaken(with, 100));
        Assert.Equal(DropReason.RateLimited, _bob.Receive(with, _alice.Endpoint));
    }

    [Fact]
    public void Sixteen_false_responses_are_opened_for_one_initiation_and_the_next_initiation_is_heard_again()
    {
        byte[] initiation = _alice.Initiate(_bob);
        for (int i = 0; i < 16; i++)
        {
            Assert.Equal(DropReason.None, _alice.Receive(Forge(initiation, (byte)i), _bob.Endpoint));
            Assert.Equal(DropReason.NotAuthentic, _alice.WorkOnce());
        }

        Assert.Equal(DropReason.RateLimited, _alice.Receive(Forge(initiation, 16), _bob.Endpoint));
        Assert.False(_alice.Layer.HasWork);
        _alice.Layer.Retry(_alice.With(_bob), _lab.Now);
        SessionLab.Settle(_alice, _bob);
        Assert.True(_alice.Reaches(_bob) && _bob.Reaches(_alice));
    }

    [Fact]
    public void Forged_responses_do_not_end_a_handshake()
    {
        byte[] initiation = _alice.Initiate(_bob);
        for (int i = 0; i < 15; i++)
        {
            _alice.Receive(Forge(initiation, (byte)i), _bob.Endpoint);
            _alice.Work();
        }

        _bob.Receive(initiation, _alice.Endpoint);
        SessionLab.Settle(_alice, _bob);

        Assert.True(_alice.Reaches(_bob) && _bob.Reaches(_alice));
    }

    /// <summary>What anybody can make who sees an initiation: all but the private key of its receiver.</summary>
    private byte[] Forge(byte[] initiation, byte fill)
    {
        byte[] response = new byte[SessionWire.ResponseLength];
        Array.Fill(response, fill);
        SessionWire.Begin(response, SealedType.Response);
        initiation.AsSpan(8, 4).CopyTo(response.AsSpan(8));
        response[SessionWire.ResponseHeader] = 4;
        Macs.Write(response, Macs.Mac1Key(_alice.Key, NetworkSecret.Open), default);
        return response;
    }

    private int CountTaken(byte[] initiation, int times)
    {
        int taken = 0;
        for (int i = 0; i < times; i++)
        {
            taken += _bob.Receive(initiation, _alice.Endpoint) == DropReason.None ? 1 : 0;
            _bob.Layer.TakeWork();
        }

        return taken;
    }

    /// <summary>Uses up what is opened without a cookie, and leaves nothing behind that waits.</summary>
    private void Flood()
    {
        using SessionEnd other = _lab.NewEnd(200);
        byte[] initiation = other.Initiate(_bob);
        while (_bob.Receive(initiation, other.Endpoint) != DropReason.UnderLoad)
        {
            _bob.Layer.TakeWork();
        }

        _bob.Outbox.Clear();
        _bob.Reasons.Clear();
    }

    private static bool HasMac2(byte[] initiation) => initiation[^SessionWire.MacLength..].Any(part => part != 0);
}
