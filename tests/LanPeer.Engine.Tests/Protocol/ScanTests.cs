using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.Tests.Attacks;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

public sealed class ScanTests
{
    private const string Nonce = "0123456789abcdef";

    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly Ipv4Endpoint _scanner = VirtualLan.Endpoint("10.77.0.9", 8_555);

    private VirtualSocket? _socket;

    public ScanTests() => _alice = _lan.AddSilentPeer("alice", "10.77.0.1");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_scan_is_answered_where_it_came_from_and_leaves_no_trace(bool isUnicast)
    {
        Assert.Equal(DropReason.None, _alice.Hear(isUnicast ? Inlet.Unicast : Inlet.Discovery, _scanner, Say.Scan(8_555, Nonce)));

        Packet answer = Assert.Single(_alice.Sent);
        Assert.Equal(_scanner, answer.To);
        Assert.Equal(Nonce, answer["ANSWER"]);
        Assert.Equal("alice@10.77.0.1", answer["USER_ID"]);
        Assert.Empty(_alice.Known);
        Assert.Empty(_alice.Changes);
    }

    [Fact]
    public void The_answer_goes_to_the_source_whatever_port_the_scan_names()
    {
        _alice.Hear(Inlet.Discovery, _scanner, Say.Scan(9_999));

        Assert.Equal(_scanner, Assert.Single(_alice.Sent).To);
    }

    [Fact]
    public void A_scan_is_told_the_seed_peers_and_not_the_LanPeers_who_answer_themselves()
    {
        _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.2", 9_000), Say.Seed("bob@10.77.0.2", 9_002));
        _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.3", 9_000), Say.LanPeer("carol@10.77.0.3", 9_003));
        _alice.Forget();

        _alice.Hear(Inlet.Discovery, _scanner, Say.Scan(8_555));

        Packet list = _alice.Sent[1];
        Assert.Equal("""["bob@10.77.0.2"]""", list["PEERS"]);
        Assert.Equal("""["10.77.0.2:9002"]""", list["ENDPOINTS"]);
        Assert.Equal("1", list["COUNT"]);
    }

    [Fact]
    public void However_many_seed_peers_there_are_a_scan_gets_at_most_three_times_its_bytes()
    {
        for (int i = 0; i < 60; i++)
        {
            _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.2", 9_000), Say.Seed($"a-rather-long-name-for-a-peer-{i}@10.77.0.2", 9_000 + i));
        }

        foreach (int size in (int[])[Say.AskSize, 600, 1_000, 5_000])
        {
            _alice.Forget();
            _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.9", 8_000 + size), Say.Scan(8_555, size: size));

            Assert.InRange(_alice.Sent.Sum(packet => packet.Bytes.Length), 300, 3 * size);
        }
    }

    [Fact]
    public void A_small_scan_or_one_with_an_ANSWER_gets_nothing()
    {
        Assert.Equal(DropReason.Ignored, _alice.Hear(Inlet.Discovery, _scanner, Say.Scan(8_555, size: PeerMachine.AskSize - 1)));
        Assert.Equal(DropReason.Ignored, _alice.Hear(Inlet.Discovery, _scanner, Say.Scan(8_555).Replace("PAD:", "ANSWER:1\nPAD:", StringComparison.Ordinal)));
        Assert.Empty(_alice.Sent);
    }

    [Fact]
    public void An_announcement_without_id_and_question_is_no_scan()
        => Assert.Equal(DropReason.MissingSender, _alice.Hear(Inlet.Discovery, _scanner, Say.Lean(("TYPE", "PEER_DISCOVERY"), ("PORT", "8555"))));

    [Fact]
    public void Scans_of_one_endpoint_are_limited()
    {
        for (int i = 0; i < 20; i++)
        {
            _alice.Hear(Inlet.Discovery, _scanner, Say.Scan(8_555));
        }

        Assert.Equal(5, _alice.Sent.Count);
        Assert.Equal(15, _alice.Reasons.Count(reason => reason == DropReason.RateLimited));
    }

    [Fact]
    public void The_seeds_discovery_tool_finds_the_peer_and_leaves_no_ghost()
    {
        Assert.Equal(DropReason.UnknownType, _alice.Hear(Inlet.Discovery, _scanner, "TYPE:BROADCAST_TEST\n\n"));
        Assert.Equal(DropReason.NoType, _alice.Hear(Inlet.Discovery, _scanner, "BROADCAST_TEST"));
        string question = Say.Lean(("TYPE", "PEER_DISCOVERY"), ("USER_ID", "scanner@127.0.0.1"), ("PORT", "9999"), ("TIMESTAMP", "1795367841"), ("MESSAGE_ID", "scan123"));

        Assert.Equal(DropReason.None, _alice.Hear(Inlet.Discovery, _scanner, question));
        Assert.Equal(DropReason.Ignored, _alice.Hear(Inlet.Unicast, _scanner, question));

        Assert.Equal(_scanner, Assert.Single(_alice.Sent).To);
        Assert.Empty(_alice.Known);
    }

    [Fact]
    public void A_scan_finds_all_peers_and_those_that_only_they_know()
    {
        VirtualPeer bob = _lan.AddPeer("bob", "10.77.0.2");
        _alice.Start();
        _lan.Run(1);
        bob.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.3", 9_000), Say.Seed("carol@10.77.0.3", 9_003));

        (List<ScanFinding> findings, _) = Scan();

        Assert.Equal(
            [("alice@10.77.0.1", "10.77.0.1:8000", false), ("bob@10.77.0.2", "10.77.0.2:8001", false), ("carol@10.77.0.3", "10.77.0.3:9003", true)],
            findings.Select(f => (f.UserId, f.Endpoint.ToString(), f.IsReported)).Order());
        Assert.Equal(["bob@10.77.0.2"], _alice.Known);
    }

    [Fact]
    public void On_a_closed_network_those_answer_who_have_a_key_of_the_scanner_s_and_nobody_else_notices()
    {
        VirtualPeer member = _lan.AddPeer(ClosedNetworks.Plan("member", ClosedNetworks.First, isReal: false), "10.77.0.11");
        VirtualPeer late = _lan.AddPeer(ClosedNetworks.Plan("late", ClosedNetworks.OtherKey, isReal: false), "10.77.0.12");
        VirtualPeer guild = _lan.AddPeer(ClosedNetworks.Plan("guild", ClosedNetworks.OtherName, isReal: false), "10.77.0.13");
        _alice.Start();
        _lan.Run(1);

        Assert.Equal([member.UserId], Found(ClosedNetworks.First));
        Assert.Equal([late.UserId], Found(ClosedNetworks.OtherKey));
        Assert.Equal([guild.UserId], Found(ClosedNetworks.OtherName));
        Assert.Equal([late.UserId, member.UserId], Found(ClosedNetworks.Both));
        Assert.Equal([_alice.UserId], Found(PeerNetwork.Open));
        Assert.All((VirtualPeer[])[_alice, member, late, guild], peer => Assert.Empty(peer.Known));

        IEnumerable<string> Found(PeerNetwork network)
        {
            // Nobody answers one endpoint more than five times at once.
            _lan.Run(10);
            return Scan(network).Findings.Select(finding => finding.UserId).Order(StringComparer.Ordinal);
        }
    }

    [Fact]
    public void A_question_to_a_closed_network_and_the_answers_are_sealed()
    {
        VirtualPeer member = _lan.AddPeer(ClosedNetworks.Plan("member", ClosedNetworks.First, isReal: false), "10.77.0.11");
        _lan.Run(1);

        Assert.Single(Scan(ClosedNetworks.First).Findings);

        Packet[] ofScan = [.. _lan.Log.Where(packet => packet.From == _scanner || packet.To == _scanner)];
        Assert.Contains(ofScan, packet => packet.To == _scanner);
        Assert.All(ofScan, packet => Assert.Equal((WireLimits.BinaryMark, (byte)SealedType.Announcement), (packet.Bytes[0], packet.Bytes[1])));
    }

    [Fact]
    public void A_scan_of_a_closed_network_takes_nothing_plain_spoilt_or_from_another()
    {
        _ = _lan.AddPeer(ClosedNetworks.Plan("member", ClosedNetworks.First, isReal: false), "10.77.0.11");
        _lan.Run(1);
        (_, ScanMachine scan) = Scan(ClosedNetworks.First);
        byte[] answer = _lan.Log.Last(packet => packet.To == _scanner).Bytes;
        using var fresh = new ScanMachine(
            VirtualLan.Network("10.77.0.9"), VirtualLan.DiscoveryPort, 8_555, ClosedNetworks.First, AesGcmAead.Instance, new SeededRandom(9));
        var findings = new List<ScanFinding>();
        Ipv4Endpoint member = VirtualLan.Endpoint("10.77.0.11", 8_001);
        for (int at = 0; at < answer.Length; at++)
        {
            byte[] spoilt = [.. answer];
            spoilt[at] ^= 1;
            fresh.Receive(member, spoilt, findings);
            fresh.Receive(member, answer.AsSpan(0, at), findings);
        }

        fresh.Receive(member, Encoding.UTF8.GetBytes(Say.LanPeer("mallory@10.77.0.11", 9_000, "00000001", ("ANSWER", Nonce))), findings);
        Assert.Empty(findings);

        // The same chance gives the same nonce, so that the right answer is one to this question too.
        fresh.Receive(member, answer, findings);
        Assert.Single(findings);
        scan.Dispose();
    }

    [Fact]
    public void A_scan_believes_nobody_who_does_not_return_its_nonce()
    {
        (List<ScanFinding> findings, ScanMachine scan) = Scan();
        Ipv4Endpoint mallory = VirtualLan.Endpoint("10.77.0.66", 9_000);

        scan.Receive(mallory, Encoding.UTF8.GetBytes(Say.LanPeer("mallory@10.77.0.66", 9_000)), findings);
        scan.Receive(mallory, Encoding.UTF8.GetBytes(Say.LanPeer("mallory@10.77.0.66", 9_000, "00000001", ("ANSWER", "0000000000000000"))), findings);
        scan.Receive(mallory, Encoding.UTF8.GetBytes(Say.Lean(("TYPE", "PEER_LIST_RESPONSE"), ("FROM", "mallory@10.77.0.66"), ("PEERS", """["x@10.77.0.67"]"""), ("COUNT", "1"))), findings);
        scan.Receive(mallory, [0xF5, 1, 2, 3], findings);

        Assert.Empty(findings);
    }

    [Fact]
    public void Whoever_answers_twice_is_found_once_and_a_reported_one_that_answers_is_found_again()
    {
        (List<ScanFinding> findings, ScanMachine scan) = Scan();
        string nonce = _lan.Log.First(packet => packet["ASK"] is not null)["ASK"]!;
        Ipv4Endpoint bob = VirtualLan.Endpoint("10.77.0.2", 9_000);
        string answer = Say.LanPeer("bob@10.77.0.2", 9_000, "00000001", ("ANSWER", nonce));
        string list = Say.Lean(("TYPE", "PEER_LIST_RESPONSE"), ("FROM", "bob@10.77.0.2"), ("PEERS", """["carol@10.77.0.3","bob@10.77.0.2"]"""), ("COUNT", "2"));
        foreach (string text in (string[])[answer, list, answer, list])
        {
            scan.Receive(bob, Encoding.UTF8.GetBytes(text), findings);
        }

        scan.Receive(VirtualLan.Endpoint("10.77.0.3", 9_000), Encoding.UTF8.GetBytes(Say.LanPeer("carol@10.77.0.3", 9_000, "00000001", ("ANSWER", nonce))), findings);

        Assert.Equal([("bob@10.77.0.2", false), ("carol@10.77.0.3", true), ("carol@10.77.0.3", false)], findings.Select(f => (f.UserId, f.IsReported)));
    }

    private (List<ScanFinding> Findings, ScanMachine Scan) Scan(PeerNetwork? network = null)
    {
        VirtualSocket socket = _socket ??= _lan.AddSocket("10.77.0.9", 8_555);
        var scan = new ScanMachine(
            VirtualLan.Network("10.77.0.9"), VirtualLan.DiscoveryPort, 8_555, network ?? PeerNetwork.Open, AesGcmAead.Instance, new SeededRandom(9));
        var findings = new List<ScanFinding>();
        socket.Reaction = (_, packet) => scan.Receive(packet.From, packet.Bytes, findings);
        var effects = new Effects();
        scan.Ask(_lan.Moment.Utc, effects);
        foreach (Outgoing send in effects.Sends)
        {
            _lan.Send(socket.Endpoint, send.To, effects.Payload(send).ToArray());
        }

        _lan.Settle();
        return (findings, scan);
    }
}
