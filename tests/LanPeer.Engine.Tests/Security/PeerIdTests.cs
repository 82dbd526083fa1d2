using System;
using System.Linq;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LanPeer.Security;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>PEER_IDs as people write them and as datagrams bring them.</summary>
public sealed class PeerIdTests
{
    private const string Id = "KI2RW4X5SNG6P2IXIZSL2FLN2LEOYL3U";

    private static readonly Config s_config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(2_000);

    [Theory]
    [InlineData(Id)]
    [InlineData("ki2rw4x5sng6p2ixizsl2fln2leoyl3u")]
    [InlineData("KI2R-W4X5-SNG6-P2IX-IZSL-2FLN-2LEO-YL3U")]
    [InlineData("ki2r w4x5 sng6 p2ix izsl 2fln 2leo yl3u")]
    [InlineData("  KI2RW4X5-SNG6P2IX IZSL2FLN2LEOYL3U-")]
    public void However_people_group_an_id_it_is_the_same(string text)
    {
        Assert.True(PeerId.TryNormalize(text, out string id));
        Assert.Equal(Id, id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("KI2RW4X5SNG6P2IXIZSL2FLN2LEOYL3")]
    [InlineData("KI2RW4X5SNG6P2IXIZSL2FLN2LEOYL3UA")]
    [InlineData("KI2RW4X5SNG6P2IXIZSL2FLN2LEOYL30")]
    [InlineData("KI2RW4X5SNG6P2IXIZSL2FLN2LEOYL31")]
    [InlineData("KI2RW4X5SNG6P2IXIZSL2FLN2LEOYL3_")]
    [InlineData("KI2RW4X5SNG6P2IXIZSL2FLN2LEOYL3\u00DA")]
    [InlineData("KI2RW4X5SNG6P2IXIZSL2FLN2LEOYL3\n")]
    [InlineData("KI2RW4X5\tSNG6P2IXIZSL2FLN2LEOYL3U")]
    [InlineData("k\u0131 2rw4x5sng6p2ixizsl2fln2leoyl3u")]
    [InlineData("alice@10.77.0.1")]
    public void What_is_no_id_is_not_taken_for_one(string? text)
    {
        Assert.False(PeerId.TryNormalize(text, out string id));
        Assert.Equal("", id);
    }

    [Fact]
    public void Every_id_is_found_again_in_its_groups()
        => Check.One(s_config, Prop.ForAll(Ids(), id =>
        {
            string grouped = PeerId.Grouped(id);
            return grouped.Length == 39 && grouped.Split('-').All(group => group.Length == 4)
                && PeerId.TryNormalize(grouped, out string plain) && plain == id
                && PeerId.TryNormalize(grouped.ToLowerInvariant().Replace('-', ' '), out string small) && small == id;
        }));

    [Fact]
    public void Whatever_is_normalized_is_valid_on_the_wire()
        => Check.One(s_config, Prop.ForAll(Wire.Arbitrary.Text, text =>
            !PeerId.TryNormalize(text, out string id) || PeerId.IsValid(Encoding.ASCII.GetBytes(id))));

    [Fact]
    public void On_the_wire_an_id_has_one_form()
    {
        Assert.True(PeerId.IsValid(Encoding.ASCII.GetBytes(Id)));
        foreach (string bad in new[] { "", Id[..31], Id + "A", Id.ToLowerInvariant(), Id[..31] + "0", Id[..31] + "=", Id[..31] + " ", PeerId.Grouped(Id) })
        {
            Assert.False(PeerId.IsValid(Encoding.ASCII.GetBytes(bad)), bad);
        }
    }

    [Fact]
    public void The_characters_are_the_first_160_bits_of_the_hash_five_by_five()
    {
        byte[] one = [4, .. new byte[64]];
        byte[] hash = System.Security.Cryptography.SHA256.HashData([.. "LanPeer PEER_ID 1"u8, .. one, .. one]);
        string bits = string.Concat(hash.Select(part => Convert.ToString(part, 2).PadLeft(8, '0')));
        string expected = string.Concat(Enumerable.Range(0, 32)
            .Select(i => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Convert.ToInt32(bits.Substring(5 * i, 5), 2)]));

        Assert.Equal(expected, PeerId.Compute(one, one));
    }

    private static Arbitrary<string> Ids()
        => Arb.From(Gen.Elements("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".ToCharArray()).ArrayOf(PeerId.Length).Select(letters => new string(letters)));
}
