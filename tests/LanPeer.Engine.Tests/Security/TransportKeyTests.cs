using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Security;

public sealed class TransportKeyTests : IDisposable
{
    private static readonly byte[] s_one = [.. Enumerable.Repeat((byte)1, Aead.KeyLength)];
    private static readonly byte[] s_other = [.. Enumerable.Repeat((byte)2, Aead.KeyLength)];

    private readonly TransportKeys _here = new(AesGcmAead.Instance, s_one, s_other, isInitiator: true) { LocalIndex = 3, RemoteIndex = 4 };
    private readonly TransportKeys _there = new(AesGcmAead.Instance, s_other, s_one, isInitiator: false) { LocalIndex = 4, RemoteIndex = 3 };

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    [Fact]
    public void What_one_end_seals_the_other_opens_and_not_itself()
    {
        byte[] datagram = Seal("hello"u8);
        byte[] opened = new byte[datagram.Length];

        Assert.Equal(4u, SessionWire.ReadUInt32(datagram, 4));
        Assert.Equal(OpenResult.NotAuthentic, _here.Open(datagram, opened));
        Assert.Equal(OpenResult.Opened, _there.Open(datagram, opened));
        Assert.Equal("hello"u8, opened.AsSpan(0, 5));
    }

    [Fact]
    public void Counters_begin_with_0_and_never_repeat()
    {
        for (ulong i = 0; i < 5_000; i++)
        {
            Assert.Equal(i, _here.NextCounter);
            Assert.Equal(i, SessionWire.ReadUInt64(Seal([]), 8));
        }
    }

    [Fact]
    public void Frames_may_lie_where_they_are_sealed()
    {
        byte[] datagram = new byte[100 + SessionWire.TransportOverhead];
        byte[] frames = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        frames.CopyTo(datagram, SessionWire.TransportHeader);
        byte[] opened = new byte[datagram.Length];

        Assert.Equal(datagram.Length, _here.Seal(datagram.AsSpan(SessionWire.TransportHeader, 100), datagram));
        Assert.Equal(OpenResult.Opened, _there.Open(datagram, opened));
        Assert.Equal(frames, opened[..100]);
    }

    [Fact]
    public void A_datagram_is_opened_once()
    {
        byte[] datagram = Seal([]);
        byte[] opened = new byte[datagram.Length];

        Assert.Equal(OpenResult.Opened, _there.Open(datagram, opened));
        Assert.Equal(OpenResult.Replayed, _there.Open(datagram, opened));
    }

    [Fact]
    public void A_datagram_that_is_not_authentic_moves_no_window()
    {
        byte[] good = Seal([]);
        byte[] forged = [.. good];
        SessionWire.WriteUInt64(forged, 8, Aead.MaxCounter);
        byte[] opened = new byte[good.Length];

        Assert.Equal(OpenResult.NotAuthentic, _there.Open(forged, opened));
        byte[] damaged = [.. good];
        damaged[^1] ^= 1;
        Assert.Equal(OpenResult.NotAuthentic, _there.Open(damaged, opened));
        Assert.Equal(OpenResult.Opened, _there.Open(good, opened));
    }

    [Fact]
    public void The_last_counter_is_never_taken()
    {
        byte[] datagram = Seal([]);
        SessionWire.WriteUInt64(datagram, 8, ulong.MaxValue);

        Assert.Equal(OpenResult.Replayed, _there.Open(datagram, new byte[datagram.Length]));
    }

    [Fact]
    public void A_datagram_2047_behind_the_newest_is_opened_and_one_2048_behind_is_not()
    {
        byte[][] datagrams = [.. Enumerable.Range(0, ReplayWindow.Size + 1).Select(_ => Seal([]))];
        byte[] opened = new byte[SessionWire.TransportOverhead];

        Assert.Equal(OpenResult.Opened, _there.Open(datagrams[^1], opened));
        Assert.Equal(OpenResult.Opened, _there.Open(datagrams[1], opened));
        Assert.Equal(OpenResult.Replayed, _there.Open(datagrams[0], opened));
    }

    [Fact]
    public void In_any_order_with_any_repetition_each_datagram_is_opened_once_at_most()
    {
        byte[][] datagrams = [.. Enumerable.Range(0, 500).Select(_ => Seal([]))];
        var random = new Random(11);
        var openedOnes = new HashSet<int>();
        byte[] room = new byte[SessionWire.TransportOverhead];
        for (int i = 0; i < 5_000; i++)
        {
            int which = random.Next(datagrams.Length);
            Assert.Equal(openedOnes.Add(which) ? OpenResult.Opened : OpenResult.Replayed, _there.Open(datagrams[which], room));
        }
    }

    [Fact]
    public void Not_one_bit_of_a_datagram_may_change()
    {
        byte[] datagram = Seal("abc"u8);
        byte[] opened = new byte[datagram.Length];

        // The index in front is what finds the keys; it is authenticated with the rest.
        for (int i = 0; i < datagram.Length * 8; i++)
        {
            datagram[i / 8] ^= (byte)(1 << (i % 8));
            Assert.NotEqual(OpenResult.Opened, _there.Open(datagram, opened));
            datagram[i / 8] ^= (byte)(1 << (i % 8));
        }

        Assert.Equal(OpenResult.Opened, _there.Open(datagram, opened));
    }

    [Theory]
    [InlineData(0, false, true, true)]
    [InlineData(899.999, false, true, true)]
    [InlineData(900, false, true, false)]
    [InlineData(4_199.999, false, true, false)]
    [InlineData(4_200, false, false, false)]
    [InlineData(899.999, true, true, true)]
    [InlineData(900, true, false, false)]
    [InlineData(90_000, true, false, false)]
    public void Keys_seal_messages_for_a_quarter_of_an_hour_and_the_rest_for_longer_when_they_carried_none(
        double age, bool carriedMessage, bool maySeal, bool maySealMessage)
    {
        using var keys = new TransportKeys(AesGcmAead.Instance, s_one, s_other, isInitiator: true) { CreatedAt = TimeSpan.FromHours(5) };
        if (carriedMessage)
        {
            keys.NoteMessage();
        }

        TimeSpan now = TimeSpan.FromHours(5) + TimeSpan.FromSeconds(age);
        Assert.Equal(maySeal, keys.MaySeal(now));
        Assert.Equal(maySealMessage, keys.MaySealMessage(now));
    }

    [Fact]
    public void The_cipher_refuses_a_counter_that_was_used()
    {
        using AeadKey key = AesGcmAead.Instance.CreateKey(s_one);
        byte[] room = new byte[16];
        key.Seal(7, [], [], room);

        Assert.Throws<InvalidOperationException>(() => key.Seal(7, [], [], room));
        Assert.Throws<InvalidOperationException>(() => key.Seal(6, [], [], room));
        Assert.Throws<InvalidOperationException>(() => key.Seal(ulong.MaxValue, [], [], room));
        key.Seal(Aead.MaxCounter, [], [], room);
        Assert.Throws<InvalidOperationException>(() => key.Seal(Aead.MaxCounter, [], [], room));
    }

    [Fact]
    public void A_cipher_that_has_rested_goes_on_where_it_was_and_a_disposed_one_does_not()
    {
        AeadKey key = AesGcmAead.Instance.CreateKey(s_one);
        byte[] one = new byte[21];
        byte[] other = new byte[21];
        byte[] opened = new byte[5];
        key.Seal(7, "to"u8, "hello"u8, one);

        key.Rest();
        Assert.Throws<InvalidOperationException>(() => key.Seal(7, [], [], other));
        Assert.True(key.TryOpen(7, "to"u8, one, opened));
        Assert.Equal("hello"u8, opened);
        key.Rest();
        key.Seal(8, "to"u8, "hello"u8, other);
        Assert.True(key.TryOpen(8, "to"u8, other, opened));

        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Seal(9, [], [], other));
        Assert.Throws<ObjectDisposedException>(() => key.TryOpen(7, "to"u8, one, opened));
    }

    [Fact]
    public void Ciphers_rest_when_they_were_not_used_for_a_minute()
    {
        var aead = new AuditingAead();
        using var keys = new TransportKeys(aead, s_one, s_other, isInitiator: true);
        byte[] datagram = new byte[SessionWire.TransportOverhead];

        Pass(3);
        _ = keys.Seal([], datagram);
        Pass(3);
        _ = keys.Open(Seal([]), datagram);
        Pass(3);
        Assert.Equal(0, aead.Rests);

        Pass(1);
        Assert.Equal(2, aead.Rests);
        Pass(100);
        Assert.Equal(2, aead.Rests);

        _ = keys.Seal([], datagram);
        Pass(4);
        Assert.Equal(4, aead.Rests);

        void Pass(int times)
        {
            for (int i = 0; i < times; i++)
            {
                keys.Pass(TimeSpan.FromSeconds(15));
            }
        }
    }

    private byte[] Seal(ReadOnlySpan<byte> frames)
    {
        byte[] datagram = new byte[frames.Length + SessionWire.TransportOverhead];
        Assert.Equal(datagram.Length, _here.Seal(frames, datagram));
        return datagram;
    }
}
