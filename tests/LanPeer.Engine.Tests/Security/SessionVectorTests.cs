using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.Wire;
using Xunit;
using static LanPeer.Tests.Security.SessionVectors;

namespace LanPeer.Tests.Security;

/// <summary>What sessions.json says about identities, networks, announcements and posts is what LanPeer computes.</summary>
public sealed class SessionVectorTests
{
    public static TheoryData<string> Identities => Names("identities");

    public static TheoryData<string> Networks => Names("networks");

    public static TheoryData<string> Announcements => Names("announcements");

    public static TheoryData<string> Posts => Names("posts");

    [Theory]
    [MemberData(nameof(Identities))]
    public void The_public_keys_and_the_PEER_ID_follow_from_the_private_keys(string name)
    {
        JsonElement item = Item("identities", name);
        using Identity identity = IdentityOf(name);

        Assert.Equal(Text(item, "agreementPublic"), Hex(identity.Public.AgreementKey));
        Assert.Equal(Text(item, "signingPublic"), Hex(identity.Public.SigningKey));
        Assert.Equal(Text(item, "peerId"), identity.PeerId);
        Assert.Equal(Text(item, "peerId"), PeerId.Compute(Bytes(item, "agreementPublic"), Bytes(item, "signingPublic")));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_secrets_of_a_network_follow_from_its_name_and_key(string name)
    {
        JsonElement item = Item("networks", name);
        NetworkSecret secret = NetworkSecret.Derive(Text(item, "networkName"), Encoding.UTF8.GetBytes(Text(item, "networkKey")));

        Assert.Equal(Text(item, "psk"), Hex(secret.PresharedKey));
        Assert.Equal(Text(item, "macKey"), Hex(secret.MacKey));
        Assert.Equal(UInt32(item, "keyId"), secret.KeyId);
        Assert.Equal(UInt32(item, "tag"), NetworkSecret.TagOf(Text(item, "networkName")));
        byte[] salt = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        Assert.Equal(Hex(HKDF.Expand(HashAlgorithmName.SHA256, Bytes(item, "announceKey"), 32, salt)), Hex(secret.AnnouncementKey(salt)));
    }

    [Theory]
    [MemberData(nameof(Announcements))]
    public void A_sealed_announcement_is_opened(string name)
    {
        JsonElement item = Item("announcements", name);
        byte[] datagram = Bytes(item, "datagram");
        PeerNetwork network = NetworkOf(item);
        byte[] text = new byte[datagram.Length];

        Assert.True(SessionWire.TryGetType(datagram, out SealedType type));
        Assert.Equal(SealedType.Announcement, type);
        Assert.Equal(network.Tag, SessionWire.ReadUInt32(datagram, 4));
        Assert.True(AnnouncementSeal.TryOpen(AesGcmAead.Instance, network.Find(SessionWire.ReadUInt32(datagram, 8))!, datagram, text));
        Assert.Equal(Text(item, "text"), Encoding.UTF8.GetString(text.AsSpan(0, datagram.Length - SessionWire.AnnouncementOverhead)));
        Assert.Equal(DropReason.None, DatagramReader.Read(text.AsSpan(0, datagram.Length - SessionWire.AnnouncementOverhead), out Datagram read));
        Assert.Equal(MessageType.PeerDiscovery, read.Type);
        Assert.True(read.HasValue(Field.Key));
    }

    [Fact]
    public void The_announcements_of_one_start_are_sealed_byte_for_byte()
    {
        IEnumerable<IGrouping<string, JsonElement>> starts = All("announcements").GroupBy(item => Text(item, "salt"));
        JsonElement[] start = [.. starts.First(group => group.Count() > 1).OrderBy(item => item.GetProperty("counter").GetUInt64())];
        using var seal = new AnnouncementSeal(NetworkOf(start[0]), AesGcmAead.Instance, new GivenRandom().Give(Bytes(start[0], "salt")));
        Assert.Equal(2, start.Length);

        foreach (JsonElement item in start)
        {
            byte[] text = Encoding.UTF8.GetBytes(Text(item, "text"));
            byte[] datagram = new byte[text.Length + SessionWire.AnnouncementOverhead];

            Assert.Equal(datagram.Length, seal.Seal(text, datagram));
            Assert.Equal(Text(item, "datagram"), Hex(datagram));
        }
    }

    [Theory]
    [MemberData(nameof(Posts))]
    public void A_signed_post_covers_what_it_says_and_verifies(string name)
    {
        JsonElement item = Item("posts", name);
        string network = NetworkOf(item).Name;
        using Identity author = IdentityOf(Text(item, "identity"));
        Assert.Equal(DropReason.None, DatagramReader.Read(Encoding.UTF8.GetBytes(Text(item, "text")), out Datagram post));

        Assert.Equal(Text(item, "content"), post.ContentText());
        Assert.Equal(Text(item, "signed"), Hex(PostSignature.Statement(
            network, post[Field.PeerId], post[Field.UserId], post[Field.MessageId], post[Field.Timestamp], post.ContentText(), post[Field.ContentType])));
        Assert.False(PostSignature.NamesAnother(post, author.Public));
        Assert.True(PostSignature.TryVerify(post, network, out PublicIdentity? found));
        Assert.Equal(author.PeerId, found!.PeerId);
        Assert.False(PostSignature.TryVerify(post, network + "x", out _));
        Assert.All(All("networks").Select(other => Text(other, "networkName")).Where(other => other != network),
            other => Assert.False(LanSignedPost.TryVerify(Encoding.UTF8.GetBytes(Text(item, "text")), other, out _)));
    }

    [Theory]
    [MemberData(nameof(Posts))]
    public void A_post_from_a_session_is_passed_on_with_its_authors_keys(string name)
    {
        JsonElement item = Item("posts", name);
        using Identity author = IdentityOf(Text(item, "identity"));
        byte[] came = Encoding.UTF8.GetBytes(Text(item, "inSession"));

        Assert.False(LanSignedPost.TryVerify(came, NetworkOf(item).Name, out _));
        Assert.Equal(Text(item, "text"), Encoding.UTF8.GetString(PostSignature.Attest(came, author.Public)!));
        Assert.Equal(Text(item, "text"), Encoding.UTF8.GetString(PostSignature.Attest(Encoding.UTF8.GetBytes(Text(item, "text")), author.Public)!));
        Assert.Null(PostSignature.Attest(Encoding.UTF8.GetBytes(Text(item, "inSession").Replace("\nSIGNATURE", "\r\r\nSIGNATURE")), author.Public));
    }

    [Theory]
    [MemberData(nameof(Posts))]
    public void No_bad_post_verifies(string name)
    {
        JsonElement item = Item("posts", name);
        string network = NetworkOf(item).Name;
        Assert.True(LanSignedPost.TryVerify(Encoding.UTF8.GetBytes(Text(item, "text")), network, out _));

        Assert.All(item.GetProperty("bad").EnumerateArray(),
            bad => Assert.False(LanSignedPost.TryVerify(Encoding.UTF8.GetBytes(Text(bad, "text")), network, out _), Text(bad, "name")));
    }

    [Fact]
    public void A_post_that_LanPeer_signs_has_the_signed_bytes_of_the_vector()
    {
        JsonElement item = All("posts").First(post => Text(post, "timestamp")[0] != '+');
        using Identity author = IdentityOf(Text(item, "identity"));
        var envelope = new Envelope(
            Encoding.UTF8.GetBytes(Text(item, "userId")), long.Parse(Text(item, "timestamp")), Convert.ToUInt64(Text(item, "messageId"), 16));
        byte[] signature = PostSignature.Sign(author, NetworkOf(item).Name, envelope, Text(item, "content"));

        byte[] decoded = Convert.FromBase64String(Encoding.ASCII.GetString(signature));

        Assert.True(Identity.Verify(author.Public.SigningKey, Bytes(item, "signed"), decoded));
    }
}
