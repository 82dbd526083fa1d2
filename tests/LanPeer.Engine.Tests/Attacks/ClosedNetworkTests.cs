using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Networks with a name and a key, and those who have none, or another.</summary>
public sealed class ClosedNetworkTests
{
    private readonly VirtualLan _lan = new() { UsesRealCurve = true };
    private readonly Eve _eve = new();
    private readonly AdversaryHands _hands;
    private readonly VirtualPeer _alice;
    private readonly VirtualPeer _bob;

    public ClosedNetworkTests()
    {
        _hands = _lan.Add(_eve);
        _alice = _lan.AddPeer(ClosedNetworks.Plan("alice", ClosedNetworks.First), "10.77.0.1");
        _bob = _lan.AddPeer(ClosedNetworks.Plan("bob", ClosedNetworks.First), "10.77.0.2");
        _lan.Run(3);
    }

    [Fact]
    public void Members_talk_and_others_read_nothing()
    {
        _alice.SetProfile("Alice Liddell", "down the hole");
        _alice.Post("a secret of all");
        _alice.DM(_bob.UserId, "a secret of two");
        _lan.Run(40);

        Assert.Equal(["down the hole", "a secret of all", "a secret of two"], _bob.Arrivals.Select(arrival => arrival.Content));
        Assert.All(_eve.Seen, packet => Assert.Equal(WireLimits.BinaryMark, packet.Bytes[0]));
        foreach (string word in new[] { "alice", "bob", "team", "secret", "Liddell", "PEER_DISCOVERY", _alice.Machine.Identity.PeerId })
        {
            Assert.DoesNotContain(_eve.Seen, packet => Encoding.Latin1.GetString(packet.Bytes).Contains(word, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public void Whoever_has_no_key_gets_no_answer_to_anything()
    {
        VirtualSocket outside = _lan.AddSocket("10.77.0.66", 6_666);
        var mallory = new Mallory(_lan, _hands, new PeerKeys(0x666, true), outside, "mallory@10.77.0.66");
        foreach (string text in new[]
        {
            Say.Seed(mallory.UserId, 6_666), mallory.Announcement(), Say.Scan(6_666), Say.Asking(mallory.UserId, 6_666, size: 600),
            Say.Post(mallory.UserId, "hello"), Say.DM(mallory.UserId, _alice.UserId, "hello"), Say.ListRequest(mallory.UserId, 1_200),
            Say.Leave(_bob.UserId, 1), Say.Lean(("TYPE", "PING"), ("USER_ID", mallory.UserId)), Say.Profile(mallory.UserId, "M", "m"),
        })
        {
            Assert.Equal(DropReason.PlainText, _alice.Hear(Inlet.Discovery, outside.Endpoint, text));
            outside.Send(_alice.Endpoint, text);
            outside.Broadcast(text);
        }

        // He knows Alice's public key, say, from the open network; the key id he has seen; not the key.
        Assert.False(mallory.Connect(_alice));
        byte[] guess = mallory.Initiation(_alice);
        SessionWire.WriteUInt32(guess, 4, ClosedNetworks.First.Newest.KeyId);
        Macs.Write(guess, Macs.Mac1Key(_alice.Machine.Identity.AgreementKey, NetworkSecret.Open), default);
        Assert.Equal(DropReason.NotAuthentic, _alice.Hear(Inlet.Unicast, outside.Endpoint, guess));
        _lan.Run(10);

        Assert.DoesNotContain(_eve.Seen, packet => packet.To.Address == outside.Endpoint.Address);
        Assert.Equal([_bob.UserId], _alice.Known);
        Assert.Empty(_alice.Arrivals);
    }

    [Fact]
    public void Another_key_is_noticed_once_a_minute()
    {
        VirtualPeer other = _lan.AddPeer(ClosedNetworks.Plan("other", ClosedNetworks.OtherKey), "10.77.0.9");
        _lan.Run(600);

        Assert.Empty(other.Known);
        Assert.Equal([_bob.UserId], _alice.Known);
        Assert.InRange(_alice.Changes.Count(change => change.Kind == PeerChangeKind.WrongNetworkKey && change.Source == other.Endpoint), 5, 11);
        Assert.InRange(other.Changes.Count(change => change.Kind == PeerChangeKind.WrongNetworkKey), 5, 11);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whoever_has_only_the_old_key_is_told_of_a_change_and_not_of_a_wrong_key(bool saysGoodbye)
    {
        if (saysGoodbye)
        {
            _bob.Stop();
        }

        _bob.Plan.Keys!.Network = ClosedNetworks.BothOtherFirst;
        _bob.Restart();
        _lan.Run(900);

        Assert.Equal([_bob.UserId], _alice.Known);
        PeerChange[] told = [.. _alice.Changes.Where(change => change.Kind is PeerChangeKind.NetworkKeyChange or PeerChangeKind.WrongNetworkKey)];
        Assert.InRange(told.Length, 7, 16);
        Assert.All(told, change => Assert.Equal((PeerChangeKind.NetworkKeyChange, _bob.Endpoint), (change.Kind, change.Source)));

        // When he has the new key alone, he is a member for five minutes more.
        _bob.Plan.Keys.Network = ClosedNetworks.OtherKey;
        _bob.Restart();
        _alice.Forget();
        _lan.Run(900);
        Assert.Contains(_alice.Changes, change => change.Kind == PeerChangeKind.NetworkKeyChange);
        Assert.Equal(PeerChangeKind.WrongNetworkKey, _alice.Changes[^1].Kind);
    }

    [Fact]
    public void A_wrong_key_is_called_that_while_the_own_one_is_being_changed()
    {
        _bob.Plan.Keys!.Network = ClosedNetworks.BothOtherFirst;
        _bob.Restart();
        VirtualPeer other = _lan.AddPeer(ClosedNetworks.Plan("other", ClosedNetworks.OtherKey), "10.77.0.9");
        _lan.Run(600);
        Assert.Contains(_alice.Changes, change => change.Kind == PeerChangeKind.WrongNetworkKey && change.Source == other.Endpoint);
        Assert.Contains(_alice.Changes, change => change.Kind == PeerChangeKind.NetworkKeyChange && change.Source == _bob.Endpoint);
    }

    [Fact]
    public void Networks_side_by_side_see_only_themselves()
    {
        PeerNetwork[] networks = [ClosedNetworks.First, ClosedNetworks.OtherName, ClosedNetworks.OtherKey, PeerNetwork.Open];
        var groups = new List<VirtualPeer[]>();
        for (int i = 0; i < networks.Length; i++)
        {
            groups.Add([.. Enumerable.Range(1, 3).Select(k => _lan.AddPeer(ClosedNetworks.Plan($"n{i}k{k}", networks[i]), $"10.77.0.{(10 * (i + 1)) + k}"))]);
        }

        _lan.Run(65);
        foreach (VirtualPeer[] group in groups)
        {
            int more = group[0].Plan.Keys!.Network == ClosedNetworks.First ? 2 : 0;
            Assert.All(group, peer => Assert.Equal(2 + more, peer.Known.Count()));
            Assert.All(group, peer => peer.Post($"only for {peer.Name[..2]}"));
        }

        _lan.Settle();
        Assert.All(groups, group => Assert.All(group, peer =>
            Assert.All(peer.Arrivals, arrival => Assert.Equal($"only for {peer.Name[..2]}", arrival.Content))));
        Assert.Equal(3, _alice.Arrivals.Count);
    }

    [Fact]
    public void What_was_said_on_one_network_is_nothing_on_another()
    {
        // The same two people, with the same keys, on the open network, on another one, and on ours with another key.
        VirtualPeer[] targets = [.. Targets()];
        _bob.Restart();
        _alice.Restart();
        _lan.Run(3);
        List<Packet> recorded = [.. _eve.Seen.Where(packet => packet.From == _bob.Endpoint)];
        Assert.Contains(recorded, packet => packet.Bytes[1] == (byte)SealedType.Initiation);
        foreach (VirtualPeer target in targets)
        {
            int sent = target.Sent.Count;
            foreach (Packet packet in recorded)
            {
                DropReason reason = target.Hear(Inlet.Unicast, _bob.Endpoint, packet.Bytes);
                Assert.True(reason is DropReason.OtherNetwork or DropReason.UnknownSession or DropReason.WrongNetworkKey, $"{reason}: {packet}");
            }

            Assert.Empty(target.Known);
            Assert.Equal(sent, target.Sent.Count);
        }

        IEnumerable<VirtualPeer> Targets()
        {
            int address = 20;
            foreach (PeerNetwork network in new[] { PeerNetwork.Open, ClosedNetworks.OtherName, ClosedNetworks.OtherKey })
            {
                yield return _lan.AddPeer(ClosedNetworks.Plan("alice", network), $"10.77.0.{address++}");
            }
        }
    }

    [Fact]
    public void A_change_of_keys_in_three_steps_loses_nobody()
    {
        VirtualPeer[] all = [_alice, _bob, _lan.AddPeer(ClosedNetworks.Plan("carol", ClosedNetworks.First), "10.77.0.3")];
        _lan.Run(3);
        foreach (PeerNetwork step in new[] { ClosedNetworks.Both, ClosedNetworks.BothOtherFirst, ClosedNetworks.OtherKey })
        {
            foreach (VirtualPeer peer in all)
            {
                peer.Plan.Keys!.Network = step;
                peer.Restart();
                _lan.Run(5);
                Assert.All(all, one => Assert.Equal(2, one.Known.Count()));
                Assert.All(all, one => one.Post($"{peer.Name} has changed"));
                _lan.Run(0.1);
                Assert.All(all, one => Assert.Equal(2, one.Arrivals.Count(arrival => arrival.Content == $"{peer.Name} has changed")));
                Array.ForEach(all, one => one.Forget());
            }
        }
    }
}
