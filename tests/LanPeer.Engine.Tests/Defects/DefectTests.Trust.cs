using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.SeedStandIn;
using LanPeer.Tests.Engine;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Defects;

/// <content>Who speaks for whom, and what the table takes.</content>
public sealed partial class DefectTests
{
    /// <summary>Most of what is sent to a flooded port is lost before anybody reads it.</summary>
    private static readonly TimeSpan s_flooded = TimeSpan.FromSeconds(60);

    [Fact]
    public void D04_Nobody_moves_a_peer_by_using_its_id()
    {
        LanSession alice = Start("alice");
        RawSocket bob = OpenRaw("127.0.0.2");
        RawSocket mallory = OpenRaw("127.0.0.3");
        bob.Broadcast(DiscoveryPort, Say.Seed("bob@127.0.0.2", bob.Port));
        WaitToKnow(alice, "bob@127.0.0.2");

        mallory.Broadcast(DiscoveryPort, Say.Seed("bob@127.0.0.2", mallory.Port));
        mallory.Broadcast(DiscoveryPort, Say.LanPeer("bob@127.0.0.2", mallory.Port));
        mallory.Broadcast(DiscoveryPort, Say.Post("bob@127.0.0.2", "it is me"));
        Wait.Until(() => alice.Counters.Dropped.GetValueOrDefault("AddressMismatch") == 3, "all three are refused");
        alice.SendDM("bob@127.0.0.2", "for bob alone");

        Assert.Contains("for bob alone", bob.Receive("DM"), StringComparison.Ordinal);
        Assert.True(mallory.IsSilent);
        Assert.Equal(("127.0.0.2", bob.Port), alice.Peers.Select(peer => (peer.Address, peer.Port)).Single());
        Assert.Equal(0, alice.Inbox.Count);
    }

    [Fact]
    public void D05_Forged_and_missing_senders_are_not_shown()
    {
        LanSession alice = Start("alice");
        RawSocket mallory = OpenRaw("127.0.0.3");
        foreach (string text in (string[])
            [Say.Post(alice.UserId, "as yourself"), Say.Post("bob@127.0.0.2", "as bob"), Say.Lean(("TYPE", "POST"), ("CONTENT", "as nobody")),
            Say.Lean(("TYPE", "DM"), ("TO", alice.UserId), ("CONTENT", "as nobody"))])
        {
            mallory.Broadcast(DiscoveryPort, text);
        }

        Wait.Until(() => alice.Counters.Dropped.GetValueOrDefault("OwnId") == 1 && alice.Counters.Dropped.GetValueOrDefault("AddressMismatch") == 1
            && alice.Counters.Dropped.GetValueOrDefault("MissingSender") == 2, "all four are refused");
        Assert.Equal(0, alice.Inbox.Count);
    }

    [Fact]
    public void D06_No_text_can_forge_a_field()
    {
        LanSession alice = Start("alice");
        SeedPeer bob = StartSeed("bob");
        WaitToKnow(alice, bob.UserId);
        Assert.True(bob.WaitForPeer(alice.UserId, Wait.Long));
        RawSocket mallory = OpenRaw();

        alice.Post("hi\nUSER_ID:mallory@6.6.6.6\nTYPE:DM\nTO:x@y");
        bob.Post($"hi\nUSER_ID:mallory@6.6.6.6");
        mallory.Send(alice.Port, Say.Post("mallory@127.0.0.1", $"hi\nTYPE:DM\nFROM:x\nTO:{alice.UserId}"));

        SeedHappening seen = bob.WaitFor(h => h.Kind == SeedHappeningKind.Post, Wait.Long)!;
        Assert.Equal((alice.UserId, @"hi\nUSER_ID:mallory@6.6.6.6\nTYPE:DM\nTO:x@y"), (seen.From, seen.Text));
        Wait.Until(() => alice.Counters.Dropped.GetValueOrDefault("ConflictingFields") == 2, "both are refused");
        Assert.Equal(0, alice.Inbox.Count);
    }

    [Fact]
    public void D07_A_message_from_another_socket_does_not_move_the_peer()
    {
        LanSession alice = Start("alice");
        RawSocket bob = OpenRaw();
        RawSocket ephemeral = OpenRaw();
        bob.Broadcast(DiscoveryPort, Say.Seed("bob@127.0.0.1", bob.Port));
        WaitToKnow(alice, "bob@127.0.0.1");

        ephemeral.Send(alice.Port, Say.Post("bob@127.0.0.1", "from elsewhere"));
        Receive(alice, LanMessageType.Post);
        alice.SendDM("bob@127.0.0.1", "reply");

        Assert.Contains("CONTENT:reply", bob.Receive("DM"), StringComparison.Ordinal);
        Assert.True(ephemeral.IsSilent);
    }

    [Fact]
    public void D09_A_post_reaches_all_while_the_table_changes()
    {
        LanSession alice = Start("alice");
        LanSession bob = Start("bob");
        WaitToKnow(alice, bob.UserId);
        RawSocket flood = OpenRaw();
        bool isOver = false;
        var flooder = new Thread(() =>
        {
            for (int i = 0; !Volatile.Read(ref isOver); i++)
            {
                flood.Send(alice.Port, Say.LanPeer($"x{i % 500}@127.0.0.1", 1_000 + (i % 500), $"{(i / 500) + 1:x8}"));
            }
        });
        flooder.Start();

        var sent = new List<LanSending>();
        try
        {
            for (int i = 0; i < 200; i++)
            {
                Assert.Contains(alice.Peers, peer => peer.UserId == bob.UserId);
                sent.Add(alice.BeginPost($"{i}"));
            }

            Wait.Until(() => bob.Inbox.Count == 200, () => $"all posts arrive, not {bob.Inbox.Count}, and bob is {alice.Peers.FirstOrDefault(peer => peer.UserId == bob.UserId)?.State}", s_flooded);
            Wait.Until(() => sent.TrueForAll(one => IsDelivered(one, bob)), "their receipts come", s_flooded);
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            Wait.For(flooder, "the flood");
        }

        Assert.True(alice.Peers.Count > 1);
    }

    [Fact]
    public void D10_The_table_and_the_answers_are_bounded()
    {
        VirtualPeer alice = _lan.AddSilentPeer("alice", "10.77.0.1");
        for (int i = 0; i < 6_000; i++)
        {
            alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.66", 9_000), Say.Seed($"fake{i}@10.77.0.66", 9_000));
        }

        Assert.Equal(64, alice.Known.Count());
        alice.Forget();
        string request = Say.ListRequest("mallory@10.77.0.66");
        alice.Hear(Inlet.Unicast, VirtualLan.Endpoint("10.77.0.66", 9_001), request);
        Assert.True(alice.Sent.Sum(packet => packet.Bytes.Length) <= 3 * request.Length);
    }

    [Fact]
    public void D11_Only_valid_known_messages_touch_the_table()
    {
        LanSession alice = Start("alice");
        RawSocket raw = OpenRaw();
        raw.Send(alice.Port, Say.Lean(("TYPE", "HELLO"), ("USER_ID", "a@127.0.0.1")));
        raw.Send(alice.Port, Say.Rfc(("TYPE", "HELLO"), ("USER_ID", "b@127.0.0.1")));
        raw.Send(alice.Port, "USER_ID:c@127.0.0.1\n\n");
        raw.Send(alice.Port, Say.Rfc(("TYPE", "PING"), ("USER_ID", "d@127.0.0.1")));
        WaitToKnow(alice, "d@127.0.0.1");

        LanPeer peer = Assert.Single(alice.Peers);

        Assert.Equal(("d@127.0.0.1", LanDialect.Lsnp, DiscoveryPort), (peer.UserId, peer.Dialect, peer.Port));
    }

    [Fact]
    public void D12_One_name_twice_on_a_host_is_refused_and_two_programs_under_one_id_are_told_apart()
    {
        LanSession alice = Start("alice");
        Assert.Equal(LanErrorId.NameInUse, ErrorOf(() => Start("alice")));

        RawSocket one = OpenRaw();
        RawSocket two = OpenRaw();
        for (int i = 0; i < 2; i++)
        {
            one.Send(alice.Port, Say.Seed("twin@127.0.0.1", one.Port));
            two.Send(alice.Port, Say.Seed("twin@127.0.0.1", two.Port));
        }

        one.Send(alice.Port, Say.Seed(alice.UserId, one.Port));
        Wait.Until(() => alice.Peers.Any(peer => peer.Trust == LanTrust.Conflict), "the twins are flagged");
        Wait.Until(() => alice.HasIdConflict, "the own twin is reported");
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("70000")]
    [InlineData("100000000000000000000")]
    [InlineData("80 80")]
    public void D21_A_port_that_is_none_costs_the_announcement(string port)
    {
        VirtualPeer alice = _lan.AddSilentPeer("alice", "10.77.0.1");

        DropReason reason = alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.2", 9_000),
            Say.Lean(("TYPE", "PEER_DISCOVERY"), ("USER_ID", "bob@10.77.0.2"), ("PORT", port)));

        Assert.Equal(DropReason.BadPort, reason);
        Assert.Empty(alice.Known);
        Assert.Empty(alice.Sent);
    }

    private static bool IsDelivered(LanSending sending, LanSession to)
        => sending.Deliveries.Any(delivery => delivery.To == to.UserId && delivery.State == LanDeliveryState.Delivered);
}
