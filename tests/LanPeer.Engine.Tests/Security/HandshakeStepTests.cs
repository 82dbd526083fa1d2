using System;
using LanPeer.Security.Noise;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>A handshake takes its steps in one order, and only what opens moves it.</summary>
public sealed class HandshakeStepTests : IDisposable
{
    private static readonly byte[] s_noKey = new byte[32];

    private readonly AgreementKey _alice = P256Agreement.Instance.Generate();
    private readonly AgreementKey _bob = P256Agreement.Instance.Generate();
    private readonly Handshake _initiator;
    private readonly Handshake _responder;
    private readonly byte[] _payload = new byte[8];
    private readonly byte[] _keys = new byte[64];

    public HandshakeStepTests()
    {
        _initiator = Handshake.Initiate(HandshakeSuite.Default, "p"u8, _alice, _bob.PublicKey, s_noKey);
        _responder = Handshake.Respond(HandshakeSuite.Default, "p"u8, _bob, s_noKey);
    }

    public void Dispose()
    {
        _initiator.Dispose();
        _responder.Dispose();
        _alice.Dispose();
        _bob.Dispose();
    }

    [Fact]
    public void The_initiator_writes_first_then_reads_then_splits()
    {
        AssertOnly(_initiator, write: true);
        byte[] first = Initiation();
        AssertOnly(_initiator, readResponse: true);
        Assert.True(_initiator.TryReadResponse(Response(first), _payload));
        AssertOnly(_initiator, split: true);
        _initiator.Split(_keys.AsSpan(0, 32), _keys.AsSpan(32));
        AssertOnly(_initiator);
    }

    [Fact]
    public void The_responder_reads_first_then_writes_then_splits()
    {
        AssertOnly(_responder, read: true);
        Assert.True(_responder.TryReadInitiation(Initiation(), _payload));
        AssertOnly(_responder, respond: true);
        Assert.NotEqual(0, _responder.WriteResponse(_payload, new byte[256]));
        AssertOnly(_responder, split: true);
        _responder.Split(_keys.AsSpan(0, 32), _keys.AsSpan(32));
        AssertOnly(_responder);
    }

    [Fact]
    public void A_responder_that_read_noise_can_do_nothing_more()
    {
        byte[] first = Initiation();
        first[^1] ^= 1;

        Assert.False(_responder.TryReadInitiation(first, _payload));
        AssertOnly(_responder);
        Assert.Throws<InvalidOperationException>(() => _responder.RemoteStatic.ToArray());
    }

    [Fact]
    public void The_other_side_is_not_known_before_it_was_read()
    {
        Assert.Throws<InvalidOperationException>(() => _responder.RemoteStatic.ToArray());
        Assert.Equal(_bob.PublicKey, _initiator.RemoteStatic);
        _responder.TryReadInitiation(Initiation(), _payload);
        Assert.Equal(_alice.PublicKey, _responder.RemoteStatic);
    }

    [Fact]
    public void An_initiator_whose_responder_is_no_point_writes_nothing_and_is_finished()
    {
        using Handshake lost = Handshake.Initiate(HandshakeSuite.Default, "p"u8, _alice, new byte[65], s_noKey);

        Assert.Equal(0, lost.WriteInitiation(_payload, new byte[256]));
        AssertOnly(lost);
    }

    [Fact]
    public void A_response_that_does_not_open_changes_nothing_and_may_be_tried_again()
    {
        byte[] response = Response(Initiation());
        byte[] hash = _initiator.Hash.ToArray();
        for (int i = 0; i < response.Length; i += 3)
        {
            byte[] bad = [.. response];
            bad[i] ^= 0x10;
            Assert.False(_initiator.TryReadResponse(bad, _payload), $"byte {i}");
            Assert.Equal(hash, _initiator.Hash);
        }

        for (int cut = 0; cut < response.Length; cut += 7)
        {
            Assert.False(_initiator.TryReadResponse(response.AsSpan(0, cut), _payload), $"cut to {cut}");
        }

        Assert.Throws<InvalidOperationException>(() => _initiator.Split(_keys.AsSpan(0, 32), _keys.AsSpan(32)));
    }

    [Fact]
    public void After_bad_responses_the_good_one_gives_the_keys_of_the_responder()
    {
        byte[] response = Response(Initiation());
        byte[] bad = [.. response];
        for (int i = 0; i < 3; i++)
        {
            bad[66 + i] ^= 1;
            Assert.False(_initiator.TryReadResponse(bad, _payload));
        }

        Assert.True(_initiator.TryReadResponse(response, _payload));
        Assert.Equal(_responder.Hash, _initiator.Hash);
        byte[] others = new byte[64];
        _initiator.Split(_keys.AsSpan(0, 32), _keys.AsSpan(32));
        _responder.Split(others.AsSpan(0, 32), others.AsSpan(32));
        Assert.Equal(others, _keys);
    }

    private byte[] Initiation()
    {
        byte[] message = new byte[HandshakeSuite.Default.InitiationOverhead + _payload.Length];
        Assert.Equal(message.Length, _initiator.WriteInitiation(_payload, message));
        return message;
    }

    private byte[] Response(byte[] initiation)
    {
        byte[] message = new byte[HandshakeSuite.Default.ResponseOverhead + _payload.Length];
        Assert.True(_responder.TryReadInitiation(initiation, _payload));
        Assert.Equal(message.Length, _responder.WriteResponse(_payload, message));
        return message;
    }

    /// <summary>Tries all steps but the ones named, each of which would have been a mistake of the caller.</summary>
    private void AssertOnly(
        Handshake handshake, bool write = false, bool read = false, bool respond = false, bool readResponse = false, bool split = false)
    {
        byte[] room = new byte[256];
        Refuses(write, () => handshake.WriteInitiation(_payload, room));
        Refuses(read, () => handshake.TryReadInitiation(room, _payload));
        Refuses(respond, () => handshake.WriteResponse(_payload, room));
        Refuses(readResponse, () => handshake.TryReadResponse(room, _payload));
        Refuses(split, () => handshake.Split(_keys.AsSpan(0, 32), _keys.AsSpan(32)));
    }

    private static void Refuses(bool isAllowed, Action step)
    {
        if (!isAllowed)
        {
            Assert.Throws<InvalidOperationException>(step);
        }
    }
}
