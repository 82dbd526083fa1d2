using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Random networks, faults and users, and a random adversary among them: what always holds, and what holds in the end.</summary>
public sealed class AdversaryScheduleTests
{
    /// <summary>Of all networks; each seal was looked at for a counter that came before.</summary>
    private static long s_seals;

    [Fact]
    public void No_random_adversary_changes_what_authentic_peers_know()
    {
        Schedules.Run("random adversaries", 900, 1, schedule => Play(schedule, isReal: false, new AdversaryOptions()));
        AssertSealed();
    }

    [Fact]
    public void Nor_on_the_real_curve()
    {
        Schedules.Run("random adversaries, real curve", 60, 100_000, schedule => Play(schedule, isReal: true, new AdversaryOptions()));
        AssertSealed();
    }

    [Fact]
    public void Nor_one_beside_the_path_who_injects_ten_times_as_much()
    {
        Schedules.Run("injecting adversaries", 100, 200_000, schedule => Play(schedule, isReal: false, new AdversaryOptions
        {
            IsOnPath = false, Replay = 0.5, ReplayFromElsewhere = 0.5, Redirect = 0.5, Reflect = 0.3, OtherInlet = 0.3, Forge = 0.5, Invent = 0.2,
        }));
        AssertSealed();
    }

    private static void AssertSealed() => Assert.True(Interlocked.Read(ref s_seals) > 0);

    private static void Play(Schedule schedule, bool isReal, AdversaryOptions adversary)
    {
        var scenario = Scenario.Draw(schedule, new ScenarioOptions
        {
            MinPeers = 2, MaxPeers = 5, MaxSegments = 2, Faults = 6, Actions = 20,
            Rough = TimeSpan.FromMinutes(2), Calm = TimeSpan.FromMinutes(7), Adversary = adversary,
            Tweak = plan => plan.Keys = new PeerKeys(SeededRandom.Derive((ulong)schedule.Seed, plan.Settings.Name), isReal),
        });
        var witness = new Witness(scenario);
        witness.Listen();
        scenario.Run(_ => witness.Look(), _ => witness.LookAtEnd());
        Interlocked.Add(ref s_seals, scenario.Lan.Audit.Seals);
    }

    /// <summary>Knows who is who and where everybody ever was, and compares.</summary>
    private sealed class Witness(Scenario scenario)
    {
        private readonly Dictionary<string, VirtualPeer> _byIdentity = [];
        private readonly HashSet<(VirtualPeer Peer, Ipv4Endpoint Place)> _places = [];
        private readonly HashSet<(VirtualPeer Peer, string UserId)> _names = [];
        private int _arrivals;

        /// <summary>Nobody whom a peer has pinned is heard by it in the clear; looked at when it arrives, as a pin may come a moment later.</summary>
        public void Listen()
        {
            foreach (VirtualPeer peer in scenario.Peers)
            {
                peer.OnArrival += (by, arrival) => Assert.False(
                    arrival.Peer?.Who is null && by.Machine.Pins.HasUserId(arrival.From), $"{by.Name} took plain text of {arrival.From}");
            }
        }

        public void Look()
        {
            NotePlaces();
            foreach (VirtualPeer peer in scenario.Peers.Where(peer => peer.State == PeerState.Running))
            {
                LookAtTable(peer);
                LookAtPins(peer);
            }

            for (; _arrivals < scenario.Arrivals.Count; _arrivals++)
            {
                LookAt(scenario.Arrivals[_arrivals]);
            }
        }

        /// <summary>It has been calm for a while: everybody knows everybody on the same segment, at the right place.</summary>
        public void LookAtEnd()
        {
            foreach (VirtualPeer peer in scenario.Peers)
            {
                foreach (VirtualPeer other in scenario.Peers.Where(other => other != peer && Scenario.AreNeighbours(peer, other)))
                {
                    PeerEntry entry = peer.Machine.FindPeer(other.Machine.Identity.PeerId)
                        ?? throw new InvalidOperationException($"{peer.Name} does not know {other.Name}; it knows {string.Join(", ", peer.Known)}");
                    Assert.Equal(other.UserId, entry.UserId);
                    Assert.True(entry.Endpoint.Port == other.Port && (other.Host.Has(entry.Endpoint.Address) || entry.Endpoint.IsLoopback),
                        $"{peer.Name} has {other.Name} at {entry.Endpoint}, it is at {other.Endpoint}");
                    string text = $"{peer.Name} to {other.Name} in the end";
                    peer.Do((now, effects) => peer.Machine.DM(now, entry, text, TimeSpan.FromSeconds(30), effects));
                    scenario.Lan.Run(1);
                    Assert.True(other.Arrivals.Any(arrival => arrival.Content == text && arrival.Peer?.Who?.PeerId == peer.Machine.Identity.PeerId),
                        $"'{text}' of {peer.UserId} did not arrive; {other.Name} calls it {other.Machine.FindPeer(peer.Machine.Identity.PeerId)?.UserId} "
                        + $"and dropped the last datagrams as {string.Join(", ", other.Reasons.Last(3))}");
                }
            }
        }

        private void NotePlaces()
        {
            foreach (VirtualPeer peer in scenario.Peers)
            {
                _byIdentity[peer.Machine.Identity.PeerId] = peer;
                _names.Add((peer, peer.UserId));
                _places.Add((peer, new Ipv4Endpoint(Ipv4Endpoint.LoopbackAddress, peer.Port)));
                foreach (uint address in peer.Host.Addresses)
                {
                    _places.Add((peer, new Ipv4Endpoint(address, peer.Port)));
                }
            }
        }

        private void LookAtTable(VirtualPeer peer)
        {
            Assert.InRange(peer.Machine.Peers.Count, 0, 300);
            foreach (PeerEntry entry in peer.Machine.Peers.Where(entry => entry.Who is not null))
            {
                Assert.True(_byIdentity.TryGetValue(entry.Who!.PeerId, out VirtualPeer? real), $"{peer.Name} knows somebody invented: {entry.UserId}");
                Assert.True(_names.Contains((real!, entry.UserId)), $"{peer.Name} calls {real!.Name} {entry.UserId}");
                // At a place that is not proven yet nothing is sent but the question whether it is right.
                Assert.True(!entry.IsReachable || _places.Contains((real!, entry.Endpoint)), $"{peer.Name} has {real!.Name} at {entry.Endpoint}, where it never was");

                // One who has several addresses may be met at another than the one it names, after an adversary has said
                // something in the clear from that one. Who is who shows when that one is proven to be its own.
                bool isDoubted = !entry.IsAddressMatched && peer.Machine.Peers.Any(other => other.Who is null && other.UserId == entry.UserId);
                Assert.True(entry.Verdict != PinVerdict.Conflict || isDoubted,
                    $"{peer.Name} has {entry.UserId} at {entry.Endpoint} in conflict with {string.Join(", ", peer.Machine.Peers.Where(other => other != entry).Select(other => $"{other.UserId} at {other.Endpoint}"))}");
            }
        }

        private void LookAtPins(VirtualPeer peer)
        {
            foreach (Pin pin in peer.Machine.Pins.ToArray())
            {
                Assert.True(_byIdentity.TryGetValue(pin.PeerId, out VirtualPeer? real), $"{peer.Name} has pinned somebody invented");
                Assert.All(pin.UserIds, id => Assert.Contains((real!, id), _names));
            }
        }

        private void LookAt(ScenarioArrival arrival)
        {
            if (arrival.Arrival.Peer?.Who is null)
            {
                // Before the first handshake an adversary can cut the keys off an announcement, and change what then comes
                // in the clear. It is shown as Unsigned; DowngradeTests see to it that nobody who has proven himself is meant.
                return;
            }

            ScenarioMessage sent = scenario.Messages.Single(message => message.Text == arrival.Arrival.Content);
            Assert.True(arrival.Arrival.Peer.Who.PeerId == sent.From.Machine.Identity.PeerId,
                $"{arrival.By.Name} takes what {sent.From.Name} wrote for another's");

            // Sent under one user id, it may be delivered when its sender has told of the next one already.
            Assert.True(_names.Contains((sent.From, arrival.Arrival.From)), $"{arrival.By.Name} got from {arrival.Arrival.From} what {sent.UserId} sent");
            Assert.Equal(sent.MessageId, arrival.Arrival.MessageId);
            Assert.True(sent.To is null || sent.To == arrival.By, $"{arrival.By.Name} got what was for {sent.To?.Name}");

            // Not counted is what came in the clear: a sender whom an adversary has shown a second, plain receiver writes to both.
            ScenarioArrival[] same = [.. scenario.Arrivals.Where(other => other.By == arrival.By && other.Arrival.Peer?.Who is not null
                && other.Arrival.Content == arrival.Arrival.Content)];
            Assert.True(same.Length == 1, $"{arrival.By.Name} got '{arrival.Arrival.Content}' of {sent.From.Name}, sent at {sent.At}, at {string.Join(
                " and ", same.Select(one => $"{one.At} in run {one.Run}"))}");
        }
    }
}
