using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>
/// Handshakes between two peers, with changed copies of every sealed datagram in front of it. Whoever sits beside the
/// path can be first and can make mac1 right; the peers still find each other, and nothing but what they sent arrives.
/// </summary>
internal sealed class SessionTarget : FuzzTarget
{
    /// <summary>Copies of one datagram at most; of responses, docs/protocol.md opens 16 for each initiation.</summary>
    private const int MaxCopies = 5;

    /// <summary>Keys, windows and cookies of two who know each other.</summary>
    private const long MaxState = 4 * 1_048_576;

    public override string Name => "sessions";

    public override string About => "initiation, response, cookie reply, transport: changed copies before each, and peers still meet";

    public override int CorpusSize => Vectors.Sealed.Count;

    public override int CasesInTests => 40;

    public override int Play(long seed)
    {
        SeededRandom random = RandomOf(seed);
        var lan = new VirtualLan(seed) { UsesRealCurve = random.Chance(0.3), HistoryLimit = 500, MaxEvents = 1_000_000 };
        VirtualPeer alice = lan.AddSilentPeer("alice", "10.77.0.1");
        VirtualPeer bob = lan.AddSilentPeer("bob", "10.77.0.2");

        // A slow machine comes under load, and demands cookies. From 15 ms on, 32 initiations in the name of the other one
        // take longer than that one waits for its response, and they meet late: no machine with .NET is that slow.
        alice.WorkTime = bob.WorkTime = TimeSpan.FromMilliseconds(random.Chance(0.5) ? 0 : random.Between(0.3, 5));
        var nuisance = new Nuisance([alice, bob], random, isFlood: random.Chance(0.3));
        lan.Add(nuisance);
        var texts = new HashSet<string>();
        try
        {
            Play(lan, alice, bob, texts, random);
        }
        catch (Exception fault)
        {
            throw Failure(seed, fault, Finding.OfBytes(nuisance.Last));
        }

        foreach (VirtualPeer peer in (VirtualPeer[])[alice, bob])
        {
            foreach (DropReason reason in peer.Reasons.Concat(peer.WorkReasons))
            {
                Count(reason.ToString());
            }
        }

        return nuisance.Injected;
    }

    private static void Play(VirtualLan lan, VirtualPeer alice, VirtualPeer bob, HashSet<string> texts, SeededRandom random)
    {
        alice.Start();
        bob.Start();
        Require(lan.RunUntil(() => Knows(alice, bob) && Knows(bob, alice), TimeSpan.FromSeconds(60)), $"they do not meet; a piece of work takes {alice.WorkTime.TotalMilliseconds:0.0} ms");
        for (int i = 0; i < 6; i++)
        {
            Tell(lan, alice, bob, texts, $"to bob {i}");
            Tell(lan, bob, alice, texts, $"to alice {i}");

            // Past the age of keys now and then, so that they are replaced under attack too.
            lan.Run(random.Chance(0.3) ? 620 : random.Between(0.1, 40));
        }

        foreach (VirtualPeer peer in (VirtualPeer[])[alice, bob])
        {
            Require(peer.Machine.Peers.Count == 1, $"{peer.Name} knows {string.Join(", ", peer.Known)}");
            Require(peer.Arrivals.All(arrival => texts.Contains(arrival.Content)), $"{peer.Name} got what nobody sent");
            Require(peer.Arrivals.CountBy(arrival => arrival.Content).All(pair => pair.Value == 1), $"{peer.Name} got something twice");
            long bytes = StateSize.Of(peer.Machine);
            Require(bytes <= MaxState, $"the state of {peer.Name} has {bytes:N0} bytes");
        }
    }

    private static bool Knows(VirtualPeer one, VirtualPeer other)
        => one.Machine.FindPeer(other.Machine.Identity.PeerId) is { IsReachable: true, Contact.Current: not null };

    private static void Tell(VirtualLan lan, VirtualPeer from, VirtualPeer to, HashSet<string> texts, string text)
    {
        texts.Add(text);
        PeerEntry? receiver = from.Machine.FindPeer(to.Machine.Identity.PeerId);
        Require(receiver is not null, $"{from.Name} does not know {to.Name} any more");
        from.Do((now, effects) => from.Machine.DM(now, receiver!, text, TimeSpan.FromSeconds(60), effects));
        Require(lan.RunUntil(() => to.Arrivals.Any(arrival => arrival.Content == text), TimeSpan.FromSeconds(60)), $"'{text}' does not arrive");
    }

    /// <summary>Sends changed copies of what it sees, ahead of it.</summary>
    private sealed class Nuisance(IReadOnlyList<VirtualPeer> peers, SeededRandom random, bool isFlood) : IAdversary
    {
        private byte[] _previous = [WireLimits.BinaryMark];

        public byte[] Last { get; private set; } = [];

        public int Injected { get; private set; }

        public Verdict Look(Packet packet, AdversaryHands hands)
        {
            if (packet.IsForged || packet.IsBroadcast || packet.Bytes[0] != WireLimits.BinaryMark)
            {
                return Verdict.Pass;
            }

            bool isFlooded = isFlood && packet.Bytes[1] == (byte)SealedType.Initiation;
            for (int i = random.Next(isFlooded ? 80 : MaxCopies + 1); i > 0; i--)
            {
                byte[] copy = isFlooded ? Noise(packet.Bytes)
                    : SealedMutator.Mutate(packet.Bytes, random.Chance(0.5) ? _previous : random.Pick(Vectors.Sealed), random);
                if (copy.AsSpan().SequenceEqual(packet.Bytes) || copy.Length == 0)
                {
                    continue;
                }

                MakeMac1Right(copy, packet.To);
                Last = copy;
                Injected++;
                hands.Inject(random.Chance(0.7) ? packet.From : VirtualLan.Endpoint("10.77.0.50", 9_000 + random.Next(5)), packet.To, copy);
            }

            _previous = packet.Bytes;
            return Verdict.Pass;
        }

        /// <summary>One that looks right up to the arithmetic.</summary>
        private byte[] Noise(byte[] initiation)
        {
            byte[] copy = [.. initiation];
            random.Fill(copy.AsSpan(SessionWire.InitiationHeader + random.Next(200), 100));
            return copy;
        }

        private void MakeMac1Right(byte[] copy, Ipv4Endpoint to)
        {
            VirtualPeer? receiver = peers.FirstOrDefault(peer => peer.Endpoint == to);
            if (receiver is not null && random.Chance(0.6) && SessionWire.TryGetType(copy, out SealedType type) && type is SealedType.Initiation or SealedType.Response)
            {
                byte[] mac2 = copy[^SessionWire.MacLength..];
                Macs.Write(copy, Macs.Mac1Key(receiver.Machine.Identity.AgreementKey, receiver.Plan.Keys!.Network.Newest), default);
                mac2.CopyTo(copy, copy.Length - mac2.Length);
            }
        }
    }
}
