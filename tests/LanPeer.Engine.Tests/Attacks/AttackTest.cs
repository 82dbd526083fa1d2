using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Alice and Bob with a session on the real curve, and somebody on their network who means them no good.</summary>
public abstract class AttackTest
{
    private protected AttackTest(bool usesRealCurve = true)
    {
        Lan = new VirtualLan { UsesRealCurve = usesRealCurve };
        Hands = Lan.Add(Eve);
        Alice = Lan.AddPeer("alice", "10.77.0.1");
        Bob = Lan.AddPeer("bob", "10.77.0.2");
        Lan.Run(3);
        Alice.Forget();
        Bob.Forget();
    }

    private protected VirtualLan Lan { get; }

    private protected Eve Eve { get; } = new();

    private protected AdversaryHands Hands { get; }

    private protected VirtualPeer Alice { get; }

    private protected VirtualPeer Bob { get; }

    private protected static Ipv4Endpoint Everyone { get; } = new(Ipv4Endpoint.LimitedBroadcast, VirtualLan.DiscoveryPort);

    /// <summary>An attacker with keys of his own, on a machine of his own.</summary>
    private protected Mallory NewMallory(string address = "10.77.0.66", string name = "mallory")
        => new(Lan, Hands, new PeerKeys(0x666 + (ulong)name.Length, Lan.UsesRealCurve), address, $"{name}@{address}");

    /// <summary>What no attack may change: whom a peer knows, as whom, where, with what profile, its pins, its inbox.</summary>
    private protected static string StateOf(VirtualPeer peer)
    {
        IEnumerable<string> peers = peer.Machine.Peers
            .Select(known => $"{known.UserId} is {known.Who?.PeerId ?? "nobody"} at {known.Endpoint}, {known.Verdict}, profile {known.Profile}, "
                + $"conflict {known.IsConflicting}, matched {known.IsAddressMatched}, boot {known.Boot:x8}")
            .Order(StringComparer.Ordinal);
        IEnumerable<string> pins = peer.Machine.Pins.ToArray().Select(pin => $"pin {pin.PeerId} {pin.State} {string.Join(' ', pin.UserIds)}");
        IEnumerable<string> inbox = peer.Arrivals.Select(arrival => $"{arrival.Type} of {arrival.Peer?.Who?.PeerId}: {arrival.Content}");
        return string.Join('\n', peers.Concat(pins).Concat(inbox));
    }

    /// <summary>Both write and both are heard, each by whom it says.</summary>
    private protected void AssertTheyTalk()
    {
        string text = $"still here at {Lan.Now.TotalSeconds}";
        Assert.NotNull(Alice.DM(Bob.UserId, text));
        Assert.NotNull(Bob.DM(Alice.UserId, text));
        Assert.True(Lan.RunUntil(() => HasFrom(Alice, Bob, text) && HasFrom(Bob, Alice, text), TimeSpan.FromSeconds(1)),
            $"alice has {Alice.Arrivals.Count}, bob {Bob.Arrivals.Count}");
    }

    private protected static bool HasFrom(VirtualPeer receiver, VirtualPeer sender, string text)
        => receiver.Arrivals.Any(arrival => arrival.Content == text && arrival.Peer?.Who?.PeerId == sender.Machine.Identity.PeerId);

    /// <summary>The last datagram of a kind on its way between two peers.</summary>
    private protected Packet LastOf(SealedType type, VirtualPeer from, VirtualPeer to)
        => Eve.Seen.Last(packet => IsSealed(packet, type) && packet.From == from.Endpoint && packet.To == to.Endpoint);

    private protected static bool IsSealed(Packet packet, SealedType type)
        => packet.Bytes.Length > 1 && packet.Bytes[0] == WireLimits.BinaryMark && packet.Bytes[1] == (byte)type;

    /// <summary>Text lines of an announcement with one of them replaced, added, or taken away (null).</summary>
    private protected static byte[] Edit(Packet announcement, params (string Key, string? Value)[] changes)
    {
        List<string> lines = [.. announcement.Text.TrimEnd('\n').Split('\n')];
        foreach ((string key, string? value) in changes)
        {
            lines.RemoveAll(line => line.StartsWith(key + ":", StringComparison.Ordinal));
            if (value is not null)
            {
                lines.Add($"{key}:{value}");
            }
        }

        return System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n\n");
    }

    private protected Packet AnnouncementOf(VirtualPeer peer)
        => Eve.Seen.Last(packet => packet.From == peer.Endpoint && packet.Type == "PEER_DISCOVERY" && packet.IsBroadcast);

    private protected static string KeyOf(VirtualPeer peer) => Convert.ToBase64String(peer.Machine.Identity.AgreementKey);
}

/// <summary>An adversary whose behaviour a test decides; without a rule one that only looks and remembers.</summary>
internal sealed class Eve : IAdversary
{
    /// <summary>What becomes of a datagram; null lets everything pass.</summary>
    public Func<Packet, AdversaryHands, Verdict>? Rule { get; set; }

    /// <summary>All it has seen, as it was sent.</summary>
    public List<Packet> Seen { get; } = [];

    public Verdict Look(Packet packet, AdversaryHands hands)
    {
        Seen.Add(packet);
        return Rule?.Invoke(packet, hands) ?? Verdict.Pass;
    }
}
