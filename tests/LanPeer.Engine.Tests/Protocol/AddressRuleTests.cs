using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

public sealed class AddressRuleTests
{
    private const string Bob = "bob@10.77.0.2";

    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly Ipv4Endpoint _bob = VirtualLan.Endpoint("10.77.0.2", 9_000);
    private readonly Ipv4Endpoint _mallory = VirtualLan.Endpoint("10.77.0.66", 9_066);

    public AddressRuleTests() => _alice = _lan.AddSilentPeer("alice", "10.77.0.1");

    [Theory]
    [InlineData("bob@10.77.0.2", "10.77.0.2", "Same")]
    [InlineData("bob@10.77.0.2", "10.77.0.3", "Other")]
    [InlineData("bob@10.77.0.2", "127.0.0.1", "Other")]
    [InlineData("bob@device888", "10.77.0.2", "Unknown")]
    [InlineData("bob@10.77.0.256", "10.77.0.2", "Unknown")]
    [InlineData("bob@10.77.00.2", "10.77.0.2", "Unknown")]
    [InlineData("a@b@10.77.0.2", "10.77.0.2", "Same")]
    [InlineData("bob@10.77.0.1", "127.0.0.1", "Same")]
    [InlineData("bob@127.0.0.1", "10.77.0.1", "Same")]
    [InlineData("bob@127.0.0.1", "127.0.0.1", "Same")]
    [InlineData("bob@127.0.0.2", "127.0.0.1", "Other")]
    [InlineData("bob@127.0.0.1", "10.77.0.2", "Other")]
    public void The_host_part_is_compared_with_the_source(string userId, string source, string match)
        => Assert.Equal(match, AddressRule.Match(VirtualLan.Network("10.77.0.1"), Encoding.UTF8.GetBytes(userId), VirtualLan.Endpoint(source, 9_000)).ToString());

    [Fact]
    public void An_id_that_names_another_address_is_bound_to_its_first_source_and_flagged()
    {
        Assert.Equal(DropReason.None, Announce(_mallory, Bob));

        Assert.False(_alice.Peer(Bob).IsAddressMatched);
        Assert.Equal(DropReason.AddressMismatch, Announce(VirtualLan.Endpoint("10.77.0.67", 9_000), Bob));
        Assert.Equal(_mallory, _alice.Peer(Bob).Endpoint);
    }

    [Fact]
    public void The_owner_of_the_address_takes_the_id_over()
    {
        Announce(_mallory, Bob);

        Assert.Equal(DropReason.None, Announce(_bob, Bob));

        Assert.True(_alice.Peer(Bob).IsAddressMatched);
        Assert.Equal(_bob, _alice.Peer(Bob).Endpoint);
        Assert.Equal(DropReason.AddressMismatch, Announce(_mallory, Bob));
        Assert.Equal(_bob, _alice.Peer(Bob).Endpoint);
    }

    [Fact]
    public void What_an_impostor_said_of_itself_does_not_stay_when_the_owner_takes_over()
    {
        Announce(_mallory, Bob);
        _alice.Hear(Inlet.Unicast, _mallory, Say.Profile(Bob, "The bank", "send money"));

        Announce(_bob, Bob);

        Assert.Null(_alice.Peer(Bob).Profile);
    }

    [Fact]
    public void Nobody_else_moves_a_peer_or_speaks_for_it()
    {
        Announce(_bob, Bob);

        foreach (string text in (string[])[Say.Seed(Bob, 9_066), Say.LanPeer(Bob, 9_066), Say.Asking(Bob, 9_066), Say.Post(Bob, "x"), Say.DM(Bob, "alice@10.77.0.1", "x"),
            Say.Profile(Bob, "x", "y"), Say.ListRequest(Bob, 400), Say.Lean(("TYPE", "PING"), ("USER_ID", Bob), ("PORT", "9066"))])
        {
            _alice.Forget();
            Assert.Equal(DropReason.AddressMismatch, _alice.Hear(Inlet.Discovery, _mallory, text));
            Assert.Empty(_alice.Sent);
        }

        Assert.Empty(_alice.Arrivals);
        Assert.Equal(_bob, _alice.Peer(Bob).Endpoint);
    }

    [Fact]
    public void Only_an_announcement_moves_the_port()
    {
        Announce(_bob, Bob);
        Ipv4Endpoint ephemeral = _bob with { Port = 40_000 };

        Assert.Equal(DropReason.None, _alice.Hear(Inlet.Unicast, ephemeral, Say.Post(Bob, "from another socket")));
        Assert.Equal(_bob, _alice.Peer(Bob).Endpoint);

        _alice.Hear(Inlet.Discovery, ephemeral, Say.Seed(Bob, 9_001));
        Assert.Equal(9_001, _alice.Peer(Bob).Endpoint.Port);
    }

    [Fact]
    public void A_named_host_is_bound_to_its_first_source_and_may_change_its_port()
    {
        Assert.Equal(DropReason.None, Announce(_bob, "charlie@device888"));
        Assert.Equal(DropReason.None, Announce(_bob with { Port = 9_001 }, "charlie@device888"));
        Assert.Equal(DropReason.AddressMismatch, Announce(_mallory, "charlie@device888"));

        Assert.Equal(_bob with { Port = 9_001 }, _alice.Peer("charlie@device888").Endpoint);
    }

    [Theory]
    [InlineData("bob@10.77.0.2", "10.77.0.66", "AddressMismatch")]
    [InlineData("charlie@device888", "10.77.0.66", "UnknownSender")]
    [InlineData("bob@10.77.0.2", "10.77.0.2", "None")]
    public void An_unknown_sender_must_at_least_be_plausible(string userId, string source, string reason)
    {
        Assert.Equal(reason, _alice.Hear(Inlet.Unicast, VirtualLan.Endpoint(source, 9_000), Say.Post(userId, "x")).ToString());
        Assert.Equal(reason == "None" ? 1 : 0, _alice.Arrivals.Count);
    }

    [Fact]
    public void A_peer_of_this_host_speaks_from_loopback_and_from_the_hosts_address()
    {
        Announce(VirtualLan.Endpoint("10.77.0.1", 9_100), "carol@10.77.0.1");

        Assert.Equal(DropReason.None, _alice.Hear(Inlet.Unicast, VirtualLan.Endpoint("127.0.0.1", 9_100), Say.Post("carol@10.77.0.1", "one")));
        Assert.Equal(DropReason.None, _alice.Hear(Inlet.Unicast, VirtualLan.Endpoint("10.77.0.1", 9_100), Say.Post("carol@10.77.0.1", "two")));
    }

    [Fact]
    public void Two_loopback_addresses_are_two_hosts()
    {
        VirtualPeer dave = _lan.AddSilentPeer("dave", "127.0.0.1", network: LocalNetwork.Loopback([]));
        dave.Hear(Inlet.Discovery, VirtualLan.Endpoint("127.0.0.2", 9_000), Say.Seed("bob@127.0.0.2", 9_000));

        Assert.Equal(DropReason.AddressMismatch, dave.Hear(Inlet.Discovery, VirtualLan.Endpoint("127.0.0.3", 9_000), Say.Seed("bob@127.0.0.2", 9_000)));
        Assert.Equal(DropReason.AddressMismatch, dave.Hear(Inlet.Discovery, VirtualLan.Endpoint("127.0.0.1", 9_000), Say.Post("bob@127.0.0.2", "x")));
        Assert.Equal("127.0.0.2:9000", dave.Peer("bob@127.0.0.2").Endpoint.ToString());
    }

    [Theory]
    [InlineData("10.77.0.2", 0)]
    [InlineData("0.1.2.3", 9_000)]
    [InlineData("224.0.0.1", 9_000)]
    [InlineData("255.255.255.255", 9_000)]
    [InlineData("127.255.255.255", 9_000)]
    public void An_address_nobody_can_have_is_no_source(string address, int port)
        => Assert.Equal(DropReason.BadSource, _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint(address, port), Say.Seed(Bob, 9_000)));

    [Fact]
    public void A_confined_peer_hears_nothing_from_outside_of_loopback()
    {
        VirtualPeer dave = _lan.AddSilentPeer("dave", "127.0.0.1", network: LocalNetwork.Loopback([VirtualLan.Address("10.77.0.1")]));

        Assert.Equal(DropReason.OffNetwork, dave.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.1", 9_000), Say.Seed("x@10.77.0.1", 9_000)));
        Assert.Equal(DropReason.OffNetwork, dave.Hear(Inlet.Unicast, _bob, Say.Scan(9_000)));
        Assert.Empty(dave.Sent);
        Assert.Empty(dave.Known);
    }

    private DropReason Announce(Ipv4Endpoint source, string userId) => _alice.Hear(Inlet.Discovery, source, Say.Seed(userId, source.Port));
}
