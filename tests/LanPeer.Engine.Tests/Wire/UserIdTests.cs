using System.Text;
using System.Text.Json;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class UserIdTests
{
    public static TheoryData<string> Names => VectorFile.UserId.Names;

    public static TheoryData<string> AcceptedNames
        => VectorFile.UserId.NamesWhere(e => e.TryGetProperty("chosen", out _) && e.GetProperty("accepted").GetBoolean());

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_accepted_or_not(string name)
    {
        JsonElement entry = VectorFile.UserId[name];
        bool isAccepted = entry.GetProperty("accepted").GetBoolean();
        if (VectorFile.Optional(entry, "chosen") is string chosen)
        {
            Assert.Equal(isAccepted, UserIds.IsValidName(chosen));
            return;
        }

        byte[] id = Encoding.UTF8.GetBytes(entry.GetProperty("id").GetString()!);
        Assert.Equal(isAccepted, UserIds.IsValid(id));
        if (isAccepted)
        {
            bool hasAddress = UserIds.TryGetAddress(id, out uint address);
            Assert.Equal(VectorFile.Optional(entry, "address"), hasAddress ? new Ipv4Endpoint(address, 1).AddressText : null);
        }
    }

    [Theory]
    [MemberData(nameof(AcceptedNames))]
    public void A_chosen_name_makes_an_id_everybody_accepts(string name)
    {
        string chosen = VectorFile.UserId[name].GetProperty("chosen").GetString()!;
        Assert.True(UserIds.IsValid(Encoding.UTF8.GetBytes($"{chosen}@255.255.255.255")));
    }

    [Theory]
    [InlineData("alice@10.77.0.1", "alice")]
    [InlineData("a@b@10.77.0.1", "a@b")]
    [InlineData("alice", "alice")]
    [InlineData("@x", "")]
    public void Name_is_what_stands_before_the_last_at(string id, string name)
        => Assert.Equal(name, Encoding.UTF8.GetString(UserIds.NamePart(Encoding.UTF8.GetBytes(id))));

    [Fact]
    public void Invalid_utf8_is_no_id() => Assert.False(UserIds.IsValid([(byte)'a', 0xFF, (byte)'@', (byte)'b']));

    [Fact]
    public void Half_a_surrogate_pair_is_no_name() => Assert.False(UserIds.IsValidName("a\uD840"));

    [Fact]
    public void The_scanner_of_the_seed_has_an_id_like_a_peer() => Assert.True(UserIds.IsValid(UserIds.SeedScanner));
}
