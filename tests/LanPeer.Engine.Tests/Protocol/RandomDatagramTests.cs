using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>
/// Whatever arrives from wherever: nothing is thrown, every table keeps its bounds, and nobody unknown gets more than
/// three times what came from there. The seed number repeats a run.
/// </summary>
public sealed class RandomDatagramTests
{
    private const int Steps = 3_000;
    private const int MaxPeers = 25;
    private const int MaxPerAddress = 4;
    private const int MaxOnThisHost = 12;
    private const int MaxAvatarBytes = 1_000;

    private static readonly string[] s_addresses =
    [
        "10.77.0.1", "10.77.0.2", "10.77.0.3", "10.77.0.4", "10.77.0.5", "10.77.0.6", "10.99.0.5", "10.99.0.6", "192.168.1.1",
        "127.0.0.1", "127.0.0.2", "0.0.0.0", "255.255.255.255", "127.255.255.255", "224.0.0.1",
    ];

    private readonly VirtualLan _lan = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Nothing_breaks_overflows_or_amplifies(int seed)
    {
        var random = new Random(seed);
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1", s => s with
        {
            MaxPeers = MaxPeers, MaxPeersPerAddress = MaxPerAddress, MaxPeersOnThisHost = MaxOnThisHost, MaxAvatarBytes = MaxAvatarBytes,
        });
        var received = new Dictionary<uint, long>();
        var sentToStrangers = new Dictionary<uint, long>();
        var reasons = new HashSet<DropReason>();
        for (int step = 0; step < Steps; step++)
        {
            alice.Forget();
            var known = alice.Machine.Peers.Select(peer => peer.Endpoint.Address).ToHashSet();
            if (random.Next(8) == 0)
            {
                Command(alice, random);
                continue;
            }

            if (random.Next(40) == 0)
            {
                _lan.Run(Math.Pow(10, (random.NextDouble() * 4.5) - 2));
            }

            var source = new Ipv4Endpoint(VirtualLan.Address(Pick(random, s_addresses)), (ushort)(random.Next(50) == 0 ? 0 : 9_000 + random.Next(5)));
            byte[] bytes = Mutate(random, Encoding.UTF8.GetBytes(Text(random, alice)));
            received[source.Address] = received.GetValueOrDefault(source.Address) + bytes.Length;

            reasons.Add(alice.Hear(random.Next(2) == 0 ? Inlet.Unicast : Inlet.Discovery, source, bytes));

            CheckBounds(alice);
            known.UnionWith(alice.Machine.Peers.Select(peer => peer.Endpoint.Address));
            foreach (Packet packet in alice.Sent.Where(packet => !packet.IsBroadcast && !known.Contains(packet.To.Address)))
            {
                uint to = packet.To.Address;
                sentToStrangers[to] = sentToStrangers.GetValueOrDefault(to) + packet.Bytes.Length;
                Assert.True(sentToStrangers[to] <= 3 * received.GetValueOrDefault(to), $"step {step}: {sentToStrangers[to]} bytes to {packet.To} for {received.GetValueOrDefault(to)}");
            }
        }

        // A run that only knocked at the door would prove nothing.
        Assert.Superset(
            new HashSet<DropReason> { DropReason.None, DropReason.TableFull, DropReason.AddressMismatch, DropReason.OwnId, DropReason.BadSource },
            reasons);
        Assert.NotEmpty(sentToStrangers);
    }

    private static void CheckBounds(VirtualPeer peer)
    {
        IReadOnlyList<PeerEntry> peers = peer.Machine.Peers;
        Assert.True(peers.Count <= MaxPeers);
        Assert.All(peers.CountBy(entry => entry.Endpoint.Address), pair => Assert.True(
            pair.Value <= (Ipv4Endpoint.IsLoopbackAddress(pair.Key) || pair.Key == VirtualLan.Address("10.77.0.1") ? MaxOnThisHost : MaxPerAddress)));
        Assert.Equal(peers.Count, peers.DistinctBy(entry => entry.UserId).Count());
        Assert.All(peers, entry => Assert.True(entry.Endpoint.IsUsable));
        Assert.All(peers, entry => Assert.NotEqual(peer.UserId, entry.UserId));
        Assert.All(peers, entry => Assert.Same(entry, peer.Machine.FindPeer(entry.UserId)));
        Assert.True(peers.Sum(entry => entry.Profile?.Avatar?.Length ?? 0) <= MaxAvatarBytes);
        Assert.True(peer.Arrivals.Count <= 1 && peer.Lists.Count <= 1);
    }

    private static void Command(VirtualPeer alice, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                alice.Ask((now, effects) => alice.Machine.Post(now, "hello\nall", alice.Machine.Peers, TimeSpan.FromSeconds(30), effects));
                break;
            case 1 when alice.Machine.Peers.Count > 0:
                alice.Ask((now, effects) => alice.Machine.DM(now, alice.Machine.Peers[random.Next(alice.Machine.Peers.Count)], "hello", TimeSpan.FromSeconds(30), effects));
                break;
            case 2:
                alice.Ask((now, effects) => alice.Machine.SetProfile(now, new ProfileDetails("Alice", "x", "image/png", Encoding.ASCII.GetBytes(new string('A', random.Next(27_000)))), effects));
                break;
            case 3:
                alice.Do(alice.Machine.Find);
                break;
            default:
                alice.Do((now, effects) => alice.Machine.NetworkChanged(now, VirtualLan.Network("10.77.0.1", Pick(random, 8, 16, 24)), effects));
                break;
        }
    }

    private static string Text(Random random, VirtualPeer alice)
    {
        string id = $"{Pick(random, "a", "b", "c", "d", "e", "f", "scanner", "alice")}@{Pick(random, [.. s_addresses, "device888"])}";
        int port = random.Next(10) == 0 ? random.Next(-1, 70_000) : 9_000 + random.Next(5);
        string boot = random.Next(20) == 0 ? $"{alice.Machine.Boot:x8}" : $"0000000{random.Next(10)}";
        int size = Pick(random, 0, 100, Say.AskSize - 1, Say.AskSize, 1_000, 1_200, 5_000);
        string nonce = alice.Sent.Select(packet => packet["ASK"]).FirstOrDefault(ask => ask is not null) ?? "0123456789abcdef";
        return random.Next(15) switch
        {
            0 or 1 => Say.Seed(id, port),
            2 or 3 => Say.LanPeer(id, port, boot),
            4 => Say.Asking(id, port, size: size),
            5 => Say.LanPeer(id, port, boot, ("ANSWER", nonce)),
            6 => Say.Scan(port, size: size),
            7 => Say.Post(id, new string('x', random.Next(2_000))),
            8 => Say.DM(id, random.Next(3) == 0 ? id : alice.UserId, "hi"),
            9 => Say.Profile(id, "Name", "status", random.Next(2) == 0 ? Say.Png(random.Next(33, 1_200)) : null),
            10 => Say.ListRequest(id, size),
            11 => Say.Lean(("TYPE", "PEER_LIST_RESPONSE"), ("FROM", id), ("PEERS", """["x@10.77.0.9"]"""), ("COUNT", "1"), ("ENDPOINTS", """["10.77.0.9:9000"]""")),
            12 => Say.Rfc(("TYPE", Pick(random, "PING", "PROFILE", "POST", "ACK")), ("USER_ID", id), ("DISPLAY_NAME", "n"), ("STATUS", "s"), ("CONTENT", "c")),
            13 => Say.Leave(id, (uint)random.Next(10)),
            _ => Say.Lean(("TYPE", "PING"), ("USER_ID", id), ("PORT", $"{port}")),
        };
    }

    /// <summary>Half of them stay as they are: what is refused at the door tries nothing behind it.</summary>
    private static byte[] Mutate(Random random, byte[] bytes)
    {
        var list = bytes.ToList();
        for (int i = random.Next(8) - 4; i > 0 && list.Count > 0; i--)
        {
            int at = random.Next(list.Count);
            switch (random.Next(5))
            {
                case 0:
                    list[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    list.RemoveRange(at, Math.Min(random.Next(20), list.Count - at));
                    break;
                case 2:
                    list.InsertRange(at, Encoding.UTF8.GetBytes(Pick(random, "\n", ":", "\r\n", " ", "\0", "é", "TYPE:POST\n", "ASK:x\n", "\uFEFF")));
                    break;
                case 3:
                    list.InsertRange(at, list.GetRange(at, Math.Min(random.Next(40), list.Count - at)));
                    break;
                default:
                    list.RemoveRange(at, list.Count - at);
                    break;
            }
        }

        return [.. list];
    }

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}
