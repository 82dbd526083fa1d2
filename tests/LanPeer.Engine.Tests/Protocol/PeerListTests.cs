using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

public sealed class PeerListTests
{
    private const string Bob = "bob@10.77.0.2";

    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly Ipv4Endpoint _bob = VirtualLan.Endpoint("10.77.0.2", 9_000);

    public PeerListTests() => _alice = _lan.AddSilentPeer("alice", "10.77.0.1");

    [Fact]
    public void Everyone_who_reads_the_seeds_form_is_asked_with_a_padded_request()
    {
        Meet(Say.LanPeer(Bob, 9_000), _bob);
        Meet(Say.Seed("carol@10.77.0.3", 9_000), At("10.77.0.3"));
        Meet(Say.Rfc(("TYPE", "PING"), ("USER_ID", "dave@10.77.0.4")), At("10.77.0.4"));
        _alice.Forget();

        Assert.Equal(2, _alice.Ask(_alice.Machine.AskForLists));

        Assert.Equal(["10.77.0.2:9000", "10.77.0.3:9000"], _alice.Sent.Select(packet => packet.To.ToString()));
        Assert.All(_alice.Sent, packet => Assert.Equal(("PEER_LIST_REQUEST", "alice@10.77.0.1", 1_200), (packet.Type, packet["FROM"], packet.Bytes.Length)));
    }

    [Fact]
    public void At_most_256_peers_are_asked_at_once()
    {
        for (int i = 0; i < 300; i++)
        {
            Meet(Say.LanPeer($"b{i}@10.77.0.1", 9_000 + i), At("10.77.0.1", 9_000 + i));
        }

        Assert.Equal(256, _alice.Ask(_alice.Machine.AskForLists));
    }

    [Fact]
    public void A_list_names_all_peers_but_the_asker_and_where_they_listen()
    {
        Meet(Say.LanPeer(Bob, 9_000), _bob);
        Meet(Say.Seed("carol@10.77.0.3", 9_003), At("10.77.0.3"));
        Meet(Say.Seed("dåve \"x\"@10.77.0.4", 9_004), At("10.77.0.4"));
        _alice.Forget();

        Assert.Equal(DropReason.None, _alice.Hear(Inlet.Unicast, _bob, Say.ListRequest(Bob, 1_200)));

        Packet list = Assert.Single(_alice.Sent);
        Assert.Equal(["carol@10.77.0.3", "dåve \"x\"@10.77.0.4"], JsonSerializer.Deserialize<string[]>(list["PEERS"]!)!);
        Assert.Equal(["10.77.0.3:9003", "10.77.0.4:9004"], JsonSerializer.Deserialize<string[]>(list["ENDPOINTS"]!)!);
        Assert.Equal("2", list["COUNT"]);
        Assert.Equal("alice@10.77.0.1", list["FROM"]);
    }

    [Fact]
    public void The_answer_goes_to_the_port_the_request_came_from()
    {
        Meet(Say.LanPeer(Bob, 9_000), _bob);
        Ipv4Endpoint other = _bob with { Port = 40_000 };

        _alice.Hear(Inlet.Unicast, other, Say.ListRequest(Bob, 1_200));

        Assert.Equal(other, _alice.Sent[^1].To);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(1_200)]
    [InlineData(60_000)]
    public void An_answer_has_at_most_three_times_the_bytes_of_its_request_and_no_more_than_3600(int size)
    {
        Crowd(500);

        _alice.Hear(Inlet.Unicast, _bob, Say.ListRequest(Bob, size));

        Packet list = Assert.Single(_alice.Sent);
        Assert.InRange(list.Bytes.Length, Math.Min(3 * size, 3_600) / 2, Math.Min(3 * size, 3_600));
        Assert.Equal("500", list["COUNT"]);
        Assert.Equal(JsonSerializer.Deserialize<string[]>(list["PEERS"]!)!.Length, JsonSerializer.Deserialize<string[]>(list["ENDPOINTS"]!)!.Length);
    }

    [Fact]
    public void A_request_too_small_for_any_answer_gets_none()
    {
        Crowd(50);

        _alice.Hear(Inlet.Unicast, _bob, Say.ListRequest("b@b")[..^1]);

        Assert.Empty(_alice.Sent);
    }

    [Fact]
    public void A_known_seed_peer_on_the_link_gets_a_whole_list_for_its_small_request_once_in_five_minutes()
    {
        Meet(Say.Seed(Bob, 9_000), _bob);
        Crowd(50);
        List<int> sizes = [];
        for (int i = 0; i < 12; i++)
        {
            _alice.Forget();
            _alice.Hear(Inlet.Unicast, _bob, Say.ListRequest(Bob));
            sizes.Add(_alice.Sent.Sum(packet => packet.Bytes.Length));
            _lan.Run(29);
        }

        Assert.Equal([0, 11], Enumerable.Range(0, 12).Where(i => sizes[i] > 1_000));
        Assert.All(sizes.Skip(1).Take(10), size => Assert.InRange(size, 0, 3 * Say.ListRequest(Bob).Length));
    }

    [Fact]
    public void A_seed_peer_behind_a_router_gets_no_more_than_three_times_its_request()
    {
        Ipv4Endpoint far = At("10.99.0.5");
        Meet(Say.Seed("far@10.99.0.5", 9_000), far);
        Crowd(50);

        _alice.Hear(Inlet.Unicast, far, Say.ListRequest("far@10.99.0.5"));

        Assert.True(_alice.Sent.Sum(packet => packet.Bytes.Length) <= 3 * Say.ListRequest("far@10.99.0.5").Length);
    }

    [Fact]
    public void Requests_of_one_endpoint_are_limited()
    {
        for (int i = 0; i < 10; i++)
        {
            _alice.Hear(Inlet.Unicast, _bob, Say.ListRequest(Bob, 1_200));
        }

        Assert.Equal(5, _alice.Sent.Count);
        Assert.Equal(5, _alice.Reasons.Count(reason => reason == DropReason.RateLimited));
    }

    [Fact]
    public void A_list_nobody_asked_for_is_dropped()
    {
        Meet(Say.LanPeer(Bob, 9_000), _bob);

        Assert.Equal(DropReason.Unsolicited, Hear(List("""["x@10.77.0.9"]""", """["10.77.0.9:9000"]""")));
        Assert.Empty(_alice.Lists);
        Assert.DoesNotContain(_alice.Sent, packet => packet.To.Address == VirtualLan.Address("10.77.0.9"));
    }

    [Fact]
    public void A_second_list_and_one_that_comes_after_ten_seconds_are_dropped()
    {
        Meet(Say.LanPeer(Bob, 9_000), _bob);
        _alice.Ask(_alice.Machine.AskForLists);

        Assert.Equal(DropReason.None, Hear(List("[]")));
        Assert.Equal(DropReason.Unsolicited, Hear(List("[]")));
        _alice.Ask(_alice.Machine.AskForLists);
        _lan.Run(10.1);
        Assert.Equal(DropReason.Unsolicited, Hear(List("[]")));
    }

    [Fact]
    public void Those_reported_are_approached_when_they_are_near_and_unknown()
    {
        Meet(Say.LanPeer(Bob, 9_000), _bob);
        Meet(Say.LanPeer("known@10.77.0.3", 9_000), At("10.77.0.3"));
        _alice.Start();
        _alice.Ask(_alice.Machine.AskForLists);
        _alice.Forget();

        Hear(List(
            """["new@10.77.0.9","far@10.99.0.9","known@10.77.0.3","alice@10.77.0.1","odd@10.77.0.10","broad@10.77.0.255","all@x","self@10.77.0.1"]""",
            """["10.77.0.9:9001","10.99.0.9:9001","10.77.0.3:9000","10.77.0.1:8000","","255.255.255.255:9000","10.77.0.255:9000","10.77.0.1:8000"]"""));

        Packet question = Assert.Single(_alice.Sent);
        Assert.Equal("10.77.0.9:9001", question.To.ToString());
        Assert.NotNull(question["ASK"]);
        Assert.Equal(["new@10.77.0.9", "far@10.99.0.9", "known@10.77.0.3", "odd@10.77.0.10", "broad@10.77.0.255", "all@x", "self@10.77.0.1"],
            Assert.Single(_alice.Lists).Peers.Select(peer => peer.UserId));
    }

    [Fact]
    public void One_list_directs_at_most_32_datagrams()
    {
        Meet(Say.LanPeer(Bob, 9_000), _bob);
        _alice.Ask(_alice.Machine.AskForLists);
        _alice.Forget();
        string[] ids = Enumerable.Range(0, 200).Select(i => $"x{i}@10.77.0.9").ToArray();

        Hear(List(JsonSerializer.Serialize(ids), JsonSerializer.Serialize(ids.Select((_, i) => $"10.77.0.9:{9_000 + i}"))));

        Assert.Equal(32, _alice.Sent.Count);
    }

    [Fact]
    public void Lists_make_peers_known_that_no_broadcast_reaches()
    {
        VirtualPeer carol = _lan.AddPeer("carol", "10.77.0.3");
        carol.HearsBroadcasts = _alice.HearsBroadcasts = false;
        _lan.AddPeer("bob", "10.77.0.2");
        _alice.Start();

        // Bob tells each of the other at once; but then they do not reach each other yet.
        _lan.Add(Partition.OneWay([_alice.Host], [carol.Host])).Until = TimeSpan.FromSeconds(9);
        _lan.Add(Partition.OneWay([carol.Host], [_alice.Host])).Until = TimeSpan.FromSeconds(9);
        _lan.Run(10);
        Assert.Equal([Bob], _alice.Known);
        Assert.Equal([Bob], carol.Known);

        _alice.Ask(_alice.Machine.AskForLists);
        _lan.Settle();

        Assert.Contains(carol.UserId, _alice.Known);
        Assert.Contains(_alice.UserId, carol.Known);
    }

    private static Ipv4Endpoint At(string address, int port = 9_000) => VirtualLan.Endpoint(address, port);

    private static string List(string peers, string? endpoints = null)
        => Say.Lean([("TYPE", "PEER_LIST_RESPONSE"), ("FROM", Bob), ("PEERS", peers), ("COUNT", "1"), .. endpoints is null ? [] : new[] { ("ENDPOINTS", endpoints) }]);

    private void Meet(string announcement, Ipv4Endpoint from) => Assert.Equal(DropReason.None, _alice.Hear(Inlet.Discovery, from, announcement));

    private DropReason Hear(string text) => _alice.Hear(Inlet.Unicast, _bob, text);

    private void Crowd(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Meet(Say.LanPeer($"p{i}@10.77.0.1", 9_000 + i), At("10.77.0.1", 9_000 + i));
        }

        _alice.Forget();
    }
}
