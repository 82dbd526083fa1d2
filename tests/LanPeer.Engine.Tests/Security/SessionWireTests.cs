using System;
using System.Linq;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>The form of sealed datagrams and of what handshakes carry.</summary>
public sealed class SessionWireTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(3_000);

    [Theory]
    [InlineData(1, 418, 418)]
    [InlineData(2, 333, 333)]
    [InlineData(3, 56, 56)]
    [InlineData(4, 32, 65_507)]
    [InlineData(5, 53, 65_507)]
    public void Each_type_has_its_lengths(byte type, int shortest, int longest)
    {
        foreach (int length in Enumerable.Range(0, 600).Append(65_507))
        {
            byte[] datagram = new byte[length];
            if (length >= 4)
            {
                SessionWire.Begin(datagram, (SealedType)type);
            }

            Assert.Equal(length >= shortest && length <= longest, SessionWire.TryGetType(datagram, out SealedType read));
            Assert.True(length < shortest || length > longest || (byte)read == type);
        }
    }

    [Theory]
    [InlineData(0, 0xF4)]
    [InlineData(0, (int)'T')]
    [InlineData(1, 0)]
    [InlineData(1, 6)]
    [InlineData(1, 255)]
    [InlineData(2, 0)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public void Another_mark_type_version_or_reserved_byte_is_none(int at, int value)
    {
        byte[] datagram = new byte[SessionWire.InitiationLength];
        SessionWire.Begin(datagram, SealedType.Initiation);
        Assert.True(SessionWire.TryGetType(datagram, out _));

        datagram[at] = (byte)value;

        Assert.False(SessionWire.TryGetType(datagram, out _));
    }

    [Fact]
    public void No_bytes_make_it_throw()
        => Check.One(s_config, Prop.ForAll(Arb.From(Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf()), bytes =>
        {
            byte[] marked = [0xF5, .. bytes];
            return !SessionWire.TryGetType(marked, out SealedType type) || marked[1] == (byte)type;
        }));

    [Fact]
    public void What_is_said_in_a_handshake_is_read_again()
    {
        foreach (string userId in new[] { "a@b", "alice@10.77.0.1", new string('é', 60) + "@1.2.3.4", new string('x', 126) + "@y" })
        {
            HandshakePayload said = Said(Encoding.UTF8.GetBytes(userId));
            byte[] initiation = new byte[HandshakePayload.InitiationLength];
            byte[] response = new byte[HandshakePayload.ResponseLength];
            said.WriteInitiation(initiation, 0x0102030405060708);
            said.WriteResponse(response, 0x0A0B0C0D);

            HandshakePayload? one = HandshakePayload.ReadInitiation(initiation, out ulong epoch);
            HandshakePayload? other = HandshakePayload.ReadResponse(response, 0x0A0B0C0D);

            Assert.Equal(0x0102030405060708ul, epoch);
            foreach (HandshakePayload? read in new[] { one, other })
            {
                Assert.Equal((said.Boot, said.Port), (read!.Boot, read.Port));
                Assert.Equal(said.UserId, read.UserId);
                Assert.Equal(said.SigningKey, read.SigningKey);
            }

            Assert.Null(HandshakePayload.ReadResponse(response, 0x0A0B0C0E));
        }
    }

    [Fact]
    public void Nothing_of_a_buffer_that_was_used_before_is_sent()
    {
        byte[] clean = new byte[HandshakePayload.InitiationLength];
        byte[] used = [.. Enumerable.Repeat((byte)0xEE, HandshakePayload.InitiationLength)];
        Said("a@b"u8.ToArray()).WriteInitiation(clean, 1);
        Said("a@b"u8.ToArray()).WriteInitiation(used, 1);

        Assert.Equal(clean, used);
        Assert.All(clean[(84 + 3)..], part => Assert.Equal(0, part));
    }

    [Fact]
    public void Capabilities_and_the_room_behind_the_user_id_are_for_versions_to_come()
    {
        byte[] payload = new byte[HandshakePayload.InitiationLength];
        Said("a@b"u8.ToArray()).WriteInitiation(payload, 1);
        payload[12] = payload[15] = payload[^1] = 0xFF;

        Assert.Equal("a@b"u8.ToArray(), HandshakePayload.ReadInitiation(payload, out _)!.UserId);
    }

    [Theory]
    [InlineData(8, 4)]
    [InlineData(16, 2)]
    [InlineData(83, 1)]
    public void Without_a_BOOT_a_port_or_a_user_id_it_is_nothing(int at, int length)
    {
        byte[] payload = new byte[HandshakePayload.InitiationLength];
        Said("a@b"u8.ToArray()).WriteInitiation(payload, 1);
        payload.AsSpan(at, length).Clear();

        Assert.Null(HandshakePayload.ReadInitiation(payload, out _));
    }

    [Fact]
    public void No_length_of_a_user_id_reads_beyond_its_room()
    {
        byte[] payload = new byte[HandshakePayload.InitiationLength];
        Said([.. Enumerable.Repeat((byte)'x', 126), .. "@y"u8]).WriteInitiation(payload, 1);
        for (int length = 0; length <= 255; length++)
        {
            payload[83] = (byte)length;
            Assert.Equal(length == 128, HandshakePayload.ReadInitiation(payload, out _) is not null);
        }
    }

    private static HandshakePayload Said(byte[] userId) => new()
    {
        Boot = 0x11223344,
        Port = 0x5566,
        SigningKey = [4, .. Enumerable.Range(1, P256Agreement.PointLength - 1).Select(i => (byte)i)],
        UserId = userId,
    };
}
