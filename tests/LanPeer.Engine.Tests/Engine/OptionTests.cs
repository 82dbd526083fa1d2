using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Transport;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class OptionTests : EngineTest
{
    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a@b")]
    [InlineData("a:b")]
    [InlineData("a|b")]
    [InlineData("a,b")]
    [InlineData("a\nb")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    [InlineData("-x")]
    [InlineData("\u001b[2J")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123X")]
    public void Names_that_break_somebodys_parser_are_refused(string name)
        => Assert.Equal(LanErrorId.InvalidName, ErrorOf(() => Start(name)));

    [Theory]
    [InlineData("a")]
    [InlineData("_x")]
    [InlineData("build-01.ci_2")]
    [InlineData("Ålice")]
    [InlineData("愛麗絲")]
    public void Letters_digits_and_three_signs_make_a_name(string name)
        => Assert.Equal($"{name}@127.0.0.1", Start(name).UserId);

    public static TheoryData<string> OutOfRange =>
    [
        "Port -1", "Port 65536", "Port same as discovery", "DiscoveryPort 0", "DiscoveryPort 65536", "Network 7",
        "AnnounceInterval 0.09", "AnnounceInterval 3601", "PeerTimeout 0.1", "PeerTimeout 86401", "Seeds 65", "InboxCapacity 0", "InboxCapacity 1000001",
        "InboxBytes 1048575", "Interfaces in Loopback",
    ];

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Options_out_of_their_range_are_refused_by_name(string what)
    {
        string option = what.Split(' ')[0];

        LanPeerException error = Assert.Throws<LanPeerException>(() => Start("alice", o => Spoil(o, what)));

        Assert.Equal(LanErrorId.InvalidOption, error.ErrorId);
        Assert.Contains(option, error.Message, StringComparison.Ordinal);
        Assert.NotEqual("", error.RecommendedAction);
    }

    [Theory]
    [InlineData("host", LanErrorId.InvalidOption)]
    [InlineData(":8000", LanErrorId.InvalidOption)]
    [InlineData("127.0.0.1:", LanErrorId.InvalidOption)]
    [InlineData("127.0.0.1:0", LanErrorId.InvalidOption)]
    [InlineData("127.0.0.1:65536", LanErrorId.InvalidOption)]
    [InlineData("127.0.0.1:+1", LanErrorId.InvalidOption)]
    [InlineData("[::1]:8000", LanErrorId.SeedNotResolved)]
    [InlineData("10.77.0.1:8000", LanErrorId.NetworkConfined)]
    public void Seeds_are_host_and_port_within_reach(string seed, string errorId)
        => Assert.Equal(errorId, ErrorOf(() => Start("alice", o => o with { Seeds = [seed] })));

    [Fact]
    public void A_seed_may_be_a_name()
    {
        LanSession alice = Start("alice");
        LanSession bob = Start("bob", o => o with { DiscoveryPort = TestEnvironment.NewPort(), Seeds = [$"localhost:{alice.Port}"] });

        WaitToKnow(bob, alice.UserId);
        WaitToKnow(alice, bob.UserId);
    }

    [Fact]
    public void An_interface_that_is_not_there_is_an_error_that_names_those_that_are()
    {
        var error = Assert.Throws<ArgumentException>(() => HostNetwork.Read(isLoopbackOnly: false, ["nonsense0"]));

        Assert.Contains("nonsense0", error.Message, StringComparison.Ordinal);
        Assert.All(HostNetwork.Read(isLoopbackOnly: false, []).Links, link => Assert.Contains(link.Interface, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_host_has_its_own_addresses_and_announces_on_each_link()
    {
        var network = HostNetwork.Read(isLoopbackOnly: false, []);

        Assert.All(network.Links, link => Assert.True(network.IsOwn(link.Address)));
        Assert.Equal(network.Broadcasts.Count, network.Broadcasts.Distinct().Count());
        Assert.Contains(0xFFFF_FFFF, network.Broadcasts);
        Assert.Equal([0x7FFF_FFFFu], HostNetwork.Read(isLoopbackOnly: true, []).Broadcasts);
    }

    [Fact]
    public void Every_error_id_is_its_own_name()
    {
        IEnumerable<(string Name, string? Value)> ids = typeof(LanErrorId).GetFields().Select(field => (field.Name, (string?)field.GetRawConstantValue()));

        Assert.All(ids, id => Assert.Equal(id.Name, id.Value));
    }

    private static LanPeerOptions Spoil(LanPeerOptions options, string what) => what switch
    {
        "Port -1" => options with { Port = -1 },
        "Port 65536" => options with { Port = 65_536 },
        "Port same as discovery" => options with { Port = options.DiscoveryPort },
        "DiscoveryPort 0" => options with { DiscoveryPort = 0 },
        "DiscoveryPort 65536" => options with { DiscoveryPort = 65_536 },
        "Network 7" => options with { Network = (LanNetwork)7 },
        "AnnounceInterval 0.09" => options with { AnnounceInterval = TimeSpan.FromSeconds(0.09) },
        "AnnounceInterval 3601" => options with { AnnounceInterval = TimeSpan.FromSeconds(3_601) },
        "PeerTimeout 0.1" => options with { PeerTimeout = TimeSpan.FromSeconds(0.1) },
        "PeerTimeout 86401" => options with { PeerTimeout = TimeSpan.FromSeconds(86_401) },
        "Seeds 65" => options with { Seeds = [.. Enumerable.Repeat("127.0.0.1:9", 65)] },
        "Interfaces in Loopback" => options with { Interfaces = ["eth0"] },
        "InboxCapacity 0" => options with { InboxCapacity = 0 },
        "InboxCapacity 1000001" => options with { InboxCapacity = 1_000_001 },
        _ => options with { InboxBytes = 1_048_575 },
    };
}
