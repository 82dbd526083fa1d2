using System;
using System.Linq;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>Closed networks: what their keys are turned into, and what they seal.</summary>
public sealed class NetworkSecretTests
{
    private static readonly byte[] s_salt = new byte[SessionWire.AnnouncementSaltLength];
    private static readonly NetworkSecret s_office = NetworkSecret.Derive("office", "correct horse"u8);

    [Fact]
    public void Everything_depends_on_the_name_and_on_the_key()
    {
        NetworkSecret[] others = [NetworkSecret.Derive("office", "correct horsf"u8), NetworkSecret.Derive("offica", "correct horse"u8)];

        Assert.All(others, other =>
        {
            Assert.False(s_office.PresharedKey.SequenceEqual(other.PresharedKey));
            Assert.False(s_office.MacKey.SequenceEqual(other.MacKey));
            Assert.NotEqual(s_office.KeyId, other.KeyId);
            Assert.NotEqual(s_office.AnnouncementKey(s_salt), other.AnnouncementKey(s_salt));
        });
    }

    [Fact]
    public void The_same_name_and_key_give_the_same_secrets_again()
    {
        NetworkSecret again = NetworkSecret.Derive("office", "correct horse"u8);

        Assert.Equal(s_office.PresharedKey, again.PresharedKey);
        Assert.Equal(s_office.MacKey, again.MacKey);
        Assert.Equal(s_office.KeyId, again.KeyId);
        Assert.Equal(s_office.AnnouncementKey(s_salt), again.AnnouncementKey(s_salt));
    }

    [Fact]
    public void The_secrets_of_one_network_are_unlike_each_other()
    {
        byte[] otherSalt = [.. s_salt];
        otherSalt[15] = 1;
        string[] secrets =
        [
            Convert.ToHexString(s_office.PresharedKey), Convert.ToHexString(s_office.MacKey),
            Convert.ToHexString(s_office.AnnouncementKey(s_salt)), Convert.ToHexString(s_office.AnnouncementKey(otherSalt)),
        ];

        Assert.Equal(4, secrets.Distinct().Count());
        Assert.All(secrets, secret => Assert.Equal(64, secret.Length));
        Assert.DoesNotContain(s_office.KeyId.ToString("X8"), string.Concat(secrets), StringComparison.Ordinal);
    }

    [Fact]
    public void The_open_network_is_what_everybody_knows()
    {
        Assert.Equal(0u, NetworkSecret.Open.KeyId);
        Assert.Equal(new byte[32], NetworkSecret.Open.PresharedKey);
        Assert.True(NetworkSecret.Open.MacKey.IsEmpty);
        Assert.False(PeerNetwork.Open.IsClosed);
        Assert.Equal(("", 0u), (PeerNetwork.Open.Name, PeerNetwork.Open.Tag));
        Assert.Same(NetworkSecret.Open, PeerNetwork.Open.Find(0));
        Assert.Null(PeerNetwork.Open.Find(1));
    }

    [Fact]
    public void A_closed_network_finds_each_of_its_keys_and_seals_with_the_newest()
    {
        PeerNetwork network = PeerNetwork.Closed("office", ["a new one"u8.ToArray(), "correct horse"u8.ToArray()]);

        Assert.True(network.IsClosed);
        Assert.Equal(NetworkSecret.TagOf("office"), network.Tag);
        Assert.NotEqual(s_office.KeyId, network.Newest.KeyId);
        Assert.Same(network.Newest, network.Find(network.Newest.KeyId));
        Assert.Equal(s_office.PresharedKey, network.Find(s_office.KeyId)!.PresharedKey);
        Assert.Null(network.Find(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PeerNetwork.Closed("office", []));
    }

    [Fact]
    public void An_announcement_is_opened_by_members_alone_and_not_with_one_bit_changed()
    {
        PeerNetwork network = PeerNetwork.Closed("office", ["correct horse"u8.ToArray()]);
        using var seal = new AnnouncementSeal(network, AesGcmAead.Instance, new SeededRandom(1));
        byte[] datagram = new byte[5 + SessionWire.AnnouncementOverhead];
        byte[] text = new byte[datagram.Length];
        seal.Seal("hello"u8, datagram);

        Assert.True(AnnouncementSeal.TryOpen(AesGcmAead.Instance, s_office, datagram, text));
        Assert.Equal("hello"u8, text.AsSpan(0, 5));
        Assert.False(AnnouncementSeal.TryOpen(AesGcmAead.Instance, NetworkSecret.Derive("office", "incorrect"u8), datagram, text));
        Assert.False(AnnouncementSeal.TryOpen(AesGcmAead.Instance, NetworkSecret.Derive("offica", "correct horse"u8), datagram, text));
        for (int i = 0; i < datagram.Length; i++)
        {
            datagram[i] ^= 4;
            Assert.False(AnnouncementSeal.TryOpen(AesGcmAead.Instance, s_office, datagram, text), $"byte {i}");
            datagram[i] ^= 4;
        }
    }

    [Fact]
    public void Each_start_seals_with_a_salt_of_its_own_and_each_announcement_with_a_counter_of_its_own()
    {
        PeerNetwork network = PeerNetwork.Closed("office", ["correct horse"u8.ToArray()]);
        var audit = new AuditingAead();
        for (ulong start = 0; start < 20; start++)
        {
            using var seal = new AnnouncementSeal(network, audit, new SeededRandom(start));
            for (ulong i = 0; i < 20; i++)
            {
                byte[] datagram = new byte[1 + SessionWire.AnnouncementOverhead];
                seal.Seal([7], datagram);
                Assert.Equal(i, SessionWire.ReadUInt64(datagram, 28));
            }
        }

        Assert.Equal((20, 400), (audit.Keys, audit.Seals));
    }
}
