using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Floods of 50,000 datagrams a second. Who talks goes on talking, who comes gets in, tables stay small.</summary>
public sealed class FloodTests
{
    private const int Rate = 50_000;

    private readonly VirtualLan _lan = new() { HistoryLimit = 5_000 };
    private readonly AdversaryHands _hands;
    private readonly VirtualPeer _alice;
    private readonly VirtualPeer _bob;
    private readonly SeededRandom _random;

    public FloodTests()
    {
        _lan.Log.Limit = 1_000;
        _hands = _lan.Add(new Deaf());
        _random = _lan.Random("flood");
        _alice = _lan.AddPeer("alice", "10.77.0.1");
        _bob = _lan.AddPeer("bob", "10.77.0.2");
        _lan.Run(3);
        _alice.Forget();
    }

    /// <summary>Where a flood says it comes from.</summary>
    public enum Sources
    {
        OneMachine,
        WholeSegment,
        Anywhere,
    }

    [Theory]
    [InlineData(Sources.OneMachine)]
    [InlineData(Sources.WholeSegment)]
    [InlineData(Sources.Anywhere)]
    public void Announcements_of_invented_keys(Sources sources)
    {
        Flood(2, () => (Source(sources), Announcement()), isBroadcast: true);
        AssertService("announcements");
        AssertBounded(sources);
        Assert.Contains(_alice.Reasons, reason => reason is DropReason.RateLimited or DropReason.TableFull or DropReason.UnderLoad);
    }

    [Theory]
    [InlineData(Sources.OneMachine)]
    [InlineData(Sources.WholeSegment)]
    [InlineData(Sources.Anywhere)]
    public void Initiations_with_a_right_mac1_and_nothing_behind_it(Sources sources)
    {
        byte[] mac1Key = Macs.Mac1Key(_alice.Machine.Identity.AgreementKey, NetworkSecret.Open);
        Flood(2, () =>
        {
            byte[] datagram = new byte[SessionWire.InitiationLength];
            _random.Fill(datagram);
            SessionWire.Begin(datagram, SealedType.Initiation);
            SessionWire.WriteUInt32(datagram, 4, 0);
            datagram[12] = 4;
            Macs.Write(datagram, mac1Key, default);
            return (Source(sources), datagram);
        });
        AssertService("initiations");
        AssertBounded(sources);
        Assert.Contains(DropReason.UnderLoad, _alice.Reasons);
    }

    [Theory]
    [InlineData(Sources.OneMachine)]
    [InlineData(Sources.WholeSegment)]
    [InlineData(Sources.Anywhere)]
    public void Right_initiations_of_invented_identities(Sources sources)
    {
        // As many as are opened without a cookie, so that what they leave behind is as much as it can be.
        VirtualSocket socket = _lan.AddSocket("10.77.0.66", 6_666);
        Flood(11, () =>
        {
            var identity = new Mallory(_lan, _hands, new PeerKeys(_random.Draw(), isReal: false), socket, $"m{_random.Draw():x}@10.77.0.66");
            return (Source(sources), identity.Initiation(_alice));
        }, rate: 250);
        _lan.Run(9);
        AssertService("identities");
        AssertBounded(sources);
    }

    [Theory]
    [InlineData(Sources.OneMachine)]
    [InlineData(Sources.WholeSegment)]
    public void Plain_announcements_of_invented_names(Sources sources)
    {
        Flood(2, () =>
        {
            Ipv4Endpoint source = Source(sources);
            return (source, Encoding.UTF8.GetBytes(Protocol.Say.LanPeer($"u{_random.Draw():x}@{source.AddressText}", source.Port)));
        }, isBroadcast: true);
        AssertService("names");
        AssertBounded(sources, maxPeers: new PeerSettings { Name = "x" }.MaxPeers + 2);
    }

    [Fact]
    public void Noise_that_looks_sealed()
    {
        Ipv4Endpoint source = VirtualLan.Endpoint("10.77.0.66", 6_666);
        Flood(2, () =>
        {
            byte[] noise = new byte[_random.Next(32, 600)];
            _random.Fill(noise);
            SessionWire.Begin(noise, (SealedType)_random.Next(1, 6));
            return (source, noise);
        });
        AssertService("noise");
        AssertBounded(Sources.OneMachine);
        Assert.DoesNotContain(_alice.Sent, packet => packet.To.Address == source.Address);
    }

    [Fact]
    public void A_flood_draws_no_more_than_three_times_what_it_sends()
    {
        Ipv4Endpoint victim = VirtualLan.Endpoint("10.77.0.99", 9_999);
        long received = 0;
        long sent = 0;
        _lan.AddSocket("10.77.0.99", 9_999).Reaction = (_, packet) => sent += packet.From == _alice.Endpoint ? packet.Bytes.Length : 0;
        byte[] mac1Key = Macs.Mac1Key(_alice.Machine.Identity.AgreementKey, NetworkSecret.Open);
        Flood(2, () =>
        {
            byte[] bytes = _random.Chance(0.5) ? Announcement(victim.Port) : Garbage(mac1Key);
            received += bytes.Length;
            return (victim, bytes);
        }, rate: 500);
        _lan.Run(20);
        Assert.True(sent > 0);
        Assert.InRange(sent, 1, 3 * received);
    }

    private static byte[] Garbage(byte[] mac1Key)
    {
        byte[] datagram = new byte[SessionWire.InitiationLength];
        SessionWire.Begin(datagram, SealedType.Initiation);
        datagram[12] = 4;
        Macs.Write(datagram, mac1Key, default);
        return datagram;
    }

    /// <summary>Begins a flood that goes on by itself for some seconds of virtual time, in a batch each millisecond.</summary>
    private void Flood(double seconds, Func<(Ipv4Endpoint From, byte[] Bytes)> make, bool isBroadcast = false, int rate = Rate)
    {
        TimeSpan end = _lan.Now + TimeSpan.FromSeconds(seconds);
        double due = 0;
        Burst();

        void Burst()
        {
            for (due += rate / 1_000.0; due >= 1; due--)
            {
                (Ipv4Endpoint from, byte[] bytes) = make();
                _hands.Inject(from, isBroadcast ? new Ipv4Endpoint(VirtualLan.Address("10.77.0.255"), VirtualLan.DiscoveryPort) : _alice.Endpoint, bytes);
            }

            if (_lan.Now < end)
            {
                _lan.After(TimeSpan.FromMilliseconds(1), Burst);
            }
        }
    }

    /// <summary>While it floods: messages arrive within 250 ms, and a newcomer gets in within seconds.</summary>
    private void AssertService(string what)
    {
        _lan.Run(0.6);
        for (int i = 0; i < 5; i++)
        {
            string text = $"{what} {i}";
            _bob.DM(_alice.UserId, text);
            Assert.True(_lan.RunUntil(() => _alice.Arrivals.Any(arrival => arrival.Content == text), TimeSpan.FromMilliseconds(250)), text);
            _lan.Run(0.05);
        }

        VirtualPeer carol = _lan.AddPeer("carol", "10.77.0.3");
        Assert.True(_lan.RunUntil(() => _alice.Machine.FindPeer(carol.UserId) is { Who: not null } && carol.Machine.FindPeer(_alice.UserId) is not null,
            TimeSpan.FromSeconds(2)), $"carol did not get in: {string.Join(", ", _alice.Reasons.GroupBy(reason => reason).Select(group => $"{group.Key} {group.Count()}"))}");
        carol.DM(_alice.UserId, "made it");
        _lan.Run(0.25);
        Assert.Contains(_alice.Arrivals, arrival => arrival.Content == "made it");
    }

    private void AssertBounded(Sources sources, int maxPeers = 70)
    {
        Assert.InRange(_alice.Machine.Peers.Count, 2, maxPeers);
        Assert.InRange(_alice.Machine.Pins.Count, 2, sources == Sources.OneMachine ? 400 : PinBook.DefaultCapacity);
        Assert.Equal(_bob.Machine.Identity.PeerId, _alice.Machine.Pins.OwnerOf(_bob.UserId));
        _lan.Run(60);
        Assert.Equal(_bob.Endpoint, _alice.Peer(_bob.UserId).Endpoint);
    }

    private Ipv4Endpoint Source(Sources sources) => sources switch
    {
        Sources.OneMachine => VirtualLan.Endpoint("10.77.0.66", 6_666),
        Sources.WholeSegment => new Ipv4Endpoint(VirtualLan.Address("10.77.0.0") + (uint)_random.Next(4, 255), (ushort)_random.Next(1_024, 65_536)),
        _ => new Ipv4Endpoint((uint)_random.Next(0x0B00_0000, 0x7E00_0000) | 1, (ushort)_random.Next(1_024, 65_536)),
    };

    private byte[] Announcement(int port = 6_666)
    {
        Span<byte> noise = stackalloc byte[65];
        _random.Fill(noise);
        noise[0] = 4;
        string peerId = string.Create(32, _random, static (id, random) =>
        {
            foreach (ref char c in id)
            {
                c = (char)('A' + random.Next(26));
            }
        });
        return Encoding.ASCII.GetBytes($"TYPE:PEER_DISCOVERY\nUSER_ID:u{_random.Draw():x}@10.77.0.66\nPORT:{port}\nTIMESTAMP:1795367841\n"
            + $"MESSAGE_ID:{_random.Draw():x16}\nPROTO:1\nBOOT:{(uint)_random.Draw() | 1:x8}\nPEER_ID:{peerId}\nKEY:{Convert.ToBase64String(noise)}\n\n");
    }

    /// <summary>Floods are many; nobody has to remember the answers.</summary>
    private sealed class Deaf : IAdversary
    {
        public Verdict Look(Packet packet, AdversaryHands hands) => Verdict.Pass;
    }
}
