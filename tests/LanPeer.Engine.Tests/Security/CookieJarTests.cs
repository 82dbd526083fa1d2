using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>Cookies and the macs they go into.</summary>
public sealed class CookieJarTests
{
    private static readonly Ipv4Endpoint s_source = new(0x0A4D_0001, 8_000);

    private readonly byte[] _ownKey = [4, .. Enumerable.Repeat((byte)9, 64)];
    private readonly CookieJar _jar;

    public CookieJarTests() => _jar = new CookieJar(_ownKey, AesGcmAead.Instance, new SeededRandom(1));

    [Fact]
    public void A_cookie_is_good_for_two_minutes_and_four_minutes_later_it_is_not()
    {
        var cookies = new List<(TimeSpan Made, byte[] Cookie)>();
        var ends = new HashSet<int>();
        for (int second = 0; second < 1_200; second++)
        {
            var now = TimeSpan.FromSeconds(second);
            foreach ((TimeSpan made, byte[] cookie) in cookies)
            {
                bool isGood = _jar.IsReturned(Initiation(cookie), s_source, now);
                Assert.True(isGood || now - made > CookieJar.Lifetime, $"made at {made}, shown at {now}");
                Assert.False(isGood && now - made > 2 * CookieJar.Lifetime, $"made at {made}, shown at {now}");
                ends.Add(isGood ? (int)(now - made).TotalSeconds : 0);
            }

            cookies.RemoveAll(one => now - one.Made > 3 * CookieJar.Lifetime);
            if (second % 17 == 0)
            {
                cookies.Add((now, Bake(second)));
            }
        }

        // A secret turns each two minutes, so some cookies lived for nearly four.
        Assert.InRange(ends.Max(), 200, 240);
    }

    [Fact]
    public void The_cookie_of_one_source_is_not_that_of_another()
    {
        byte[] cookie = Bake(0);
        byte[] initiation = Initiation(cookie);

        Assert.True(_jar.IsReturned(initiation, s_source, TimeSpan.Zero));
        Assert.False(_jar.IsReturned(initiation, s_source with { Port = 8_001 }, TimeSpan.Zero));
        Assert.False(_jar.IsReturned(initiation, s_source with { Address = s_source.Address ^ 1 }, TimeSpan.Zero));
        Assert.False(new CookieJar(_ownKey, AesGcmAead.Instance, new SeededRandom(2)).IsReturned(initiation, s_source, TimeSpan.Zero));
    }

    [Fact]
    public void A_reply_opens_only_with_the_key_of_its_sender_and_the_mac1_it_answers()
    {
        byte[] initiation = Initiation([]);
        byte[] reply = new byte[SessionWire.CookieReplyLength];
        byte[] cookie = new byte[SessionWire.MacLength];
        _jar.WriteReply(reply, initiation, s_source, TimeSpan.Zero);
        byte[] otherMac1 = Macs.Mac1Of(initiation).ToArray();
        otherMac1[3] ^= 1;
        byte[] otherKey = [.. _ownKey];
        otherKey[7] ^= 1;

        Assert.True(CookieJar.TryOpenReply(reply, AesGcmAead.Instance, _ownKey, Macs.Mac1Of(initiation), cookie));
        Assert.False(CookieJar.TryOpenReply(reply, AesGcmAead.Instance, _ownKey, otherMac1, cookie));
        Assert.False(CookieJar.TryOpenReply(reply, AesGcmAead.Instance, otherKey, Macs.Mac1Of(initiation), cookie));
        for (int i = SessionWire.CookieSalt; i < reply.Length; i++)
        {
            reply[i] ^= 1;
            Assert.False(CookieJar.TryOpenReply(reply, AesGcmAead.Instance, _ownKey, Macs.Mac1Of(initiation), cookie), $"byte {i}");
            reply[i] ^= 1;
        }
    }

    [Fact]
    public void No_two_replies_are_alike()
    {
        byte[] initiation = Initiation([]);
        var replies = Enumerable.Range(0, 100).Select(_ =>
        {
            byte[] reply = new byte[SessionWire.CookieReplyLength];
            _jar.WriteReply(reply, initiation, s_source, TimeSpan.Zero);
            return Convert.ToHexString(reply, SessionWire.CookieSalt, SessionWire.CookieSaltLength);
        });

        Assert.Equal(100, replies.Distinct().Count());
    }

    [Fact]
    public void Each_mac_covers_every_byte_in_front_of_it()
    {
        byte[] key = Macs.Mac1Key(_ownKey, NetworkSecret.Open);
        byte[] cookie = [.. Enumerable.Range(0, SessionWire.MacLength).Select(i => (byte)i)];
        byte[] datagram = Initiation(cookie);
        Assert.True(Macs.IsMac1Right(datagram, key) && Macs.IsMac2Right(datagram, cookie));
        for (int i = 0; i < datagram.Length; i++)
        {
            datagram[i] ^= 0x80;
            Assert.Equal(i >= datagram.Length - SessionWire.MacLength, Macs.IsMac1Right(datagram, key));
            Assert.False(Macs.IsMac2Right(datagram, cookie), $"byte {i}");
            datagram[i] ^= 0x80;
        }
    }

    [Fact]
    public void Mac1_is_of_one_receiver_in_one_network()
    {
        byte[] datagram = Initiation([]);
        byte[] other = [.. _ownKey];
        other[64] ^= 1;

        Assert.True(Macs.IsMac1Right(datagram, Macs.Mac1Key(_ownKey, NetworkSecret.Open)));
        Assert.False(Macs.IsMac1Right(datagram, Macs.Mac1Key(other, NetworkSecret.Open)));
        Assert.False(Macs.IsMac1Right(datagram, Macs.Mac1Key(_ownKey, NetworkSecret.Derive("n", "12345678"u8))));
        Assert.Equal(new byte[SessionWire.MacLength], datagram[^SessionWire.MacLength..]);
        Assert.False(Macs.IsMac2Right(datagram, new byte[SessionWire.MacLength]));
    }

    private byte[] Bake(double seconds)
    {
        byte[] initiation = Initiation([]);
        byte[] reply = new byte[SessionWire.CookieReplyLength];
        byte[] cookie = new byte[SessionWire.MacLength];
        _jar.WriteReply(reply, initiation, s_source, TimeSpan.FromSeconds(seconds));
        Assert.True(CookieJar.TryOpenReply(reply, AesGcmAead.Instance, _ownKey, Macs.Mac1Of(initiation), cookie));
        return cookie;
    }

    private byte[] Initiation(byte[] cookie)
    {
        byte[] datagram = new byte[SessionWire.InitiationLength];
        SessionWire.Begin(datagram, SealedType.Initiation);
        Macs.Write(datagram, Macs.Mac1Key(_ownKey, NetworkSecret.Open), cookie);
        return datagram;
    }
}
