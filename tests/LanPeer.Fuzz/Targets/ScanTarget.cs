using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>The asking side of a scan, which takes answers from anybody.</summary>
internal sealed class ScanTarget : InputTarget
{
    private static readonly byte[][] s_corpus = [.. Vectors.Texts, .. Traffic.Datagrams.Where(one => one[0] != WireLimits.BinaryMark)];

    public override string Name => "scan";

    public override string About => "ScanMachine: findings are user ids at places, and each can be shown";

    public override int CasesInTests => 20;

    protected override IReadOnlyList<byte[]> Corpus => s_corpus;

    public override string Try(byte[] input)
    {
        var scan = new ScanMachine(VirtualLan.Network("10.77.0.1"), VirtualLan.DiscoveryPort, 9_001, PeerNetwork.Open, AesGcmAead.Instance, new SeededRandom(1));
        var effects = new Effects();
        scan.Ask(DateTimeOffset.UnixEpoch, effects);
        _ = DatagramReader.Read(effects.Payload(effects.Sends[0]), out Datagram question);
        var findings = new List<ScanFinding>();
        Ipv4Endpoint source = VirtualLan.Endpoint("10.77.0.2", 9_002);

        // The input as it is; as the answer of whoever has heard the question; and once that one may tell of others.
        scan.Receive(source, input, findings);
        scan.Receive(source, [.. input, .. "\nANSWER:"u8, .. question[Field.Ask], .. "\n\n"u8], findings);
        scan.Receive(source, [.. "TYPE:PEER_DISCOVERY\nUSER_ID:bob@10.77.0.2\nPORT:9002\nANSWER:"u8, .. question[Field.Ask], .. "\n\n"u8], findings);
        scan.Receive(source, input, findings);
        Require(findings.Count <= PeerListJson.MaxEntries + 2, "more findings than one datagram can report");
        foreach (ScanFinding finding in findings)
        {
            LanPeer peer = PublicViews.Found(finding, DateTimeOffset.UnixEpoch);
            Visible.Check(peer.UserId, isLine: true);
            Visible.Check(peer.DisplayName, isLine: true);
            Require(finding.IsReported || finding.Endpoint.IsUsable, "somebody who answered from nowhere");
        }

        return $"{findings.Count(finding => finding.IsReported)} {findings.Count}";
    }

    protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => DatagramMutator.Mutate(input, other, random);
}
