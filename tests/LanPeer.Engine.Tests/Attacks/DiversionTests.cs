using System;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Security.Sessions;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Datagrams that make a peer send to where it should not, or keep it from sending to where it should.</summary>
public sealed class DiversionTests : AttackTest
{
    private static readonly Ipv4Endpoint s_nowhere = VirtualLan.Endpoint("10.77.0.77", 7_777);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Announcements_that_lead_nowhere_do_not_keep_peers_apart(bool restartsAlice, bool restartsBob)
    {
        // Both neither: two peers that have forgotten each other. The forger needs no more than their public keys.
        byte[] asAlice = AnnouncementOf(Alice).Bytes;
        byte[] asBob = AnnouncementOf(Bob).Bytes;
        Bob.Kill();
        Lan.Run(400);
        for (int i = 0; i < 1_000; i++)
        {
            Lan.After(TimeSpan.FromMilliseconds(100 * i), () =>
            {
                Hands.Inject(s_nowhere, Everyone, Edited(asAlice, i));
                Hands.Inject(s_nowhere, Everyone, Edited(asBob, i));
            });
        }

        Lan.Run(0.5);
        if (restartsAlice)
        {
            Alice.Restart();
        }

        Bob.Restart();
        Lan.Run(restartsBob ? 5 : 65);
        if (restartsBob)
        {
            Bob.Restart();
            Lan.Run(65);
        }

        Assert.Equal([Bob.UserId], Alice.Known);
        AssertTheyTalk();
        Assert.Equal(Bob.Endpoint, Alice.Peer(Bob.UserId).Endpoint);
    }

    [Theory]
    [InlineData("10.77.0.255")]
    [InlineData("255.255.255.255")]
    [InlineData("224.0.0.1")]
    [InlineData("0.0.0.0")]
    public void Nothing_is_sent_to_an_address_that_many_listen_to(string address)
    {
        Mallory mallory = NewMallory();
        Ipv4Endpoint all = VirtualLan.Endpoint(address, VirtualLan.DiscoveryPort);
        int before = Lan.Log.Count;
        mallory.ClaimedPort = VirtualLan.DiscoveryPort;
        Alice.Hear(Inlet.Discovery, all, mallory.Announcement());
        Alice.Hear(Inlet.Discovery, all, Say.Pad(mallory.Announcement(("ASK", "0123456789abcdef")), 600));
        mallory.Send(Alice, mallory.Initiation(Alice), all);
        Lan.Run(8);

        Assert.DoesNotContain(Lan.Log.Skip(before), packet => packet.From == Alice.Endpoint && packet.To == all && packet.Bytes[0] == WireLimits.BinaryMark);
    }

    [Fact]
    public void An_announcement_draws_no_more_than_three_times_its_length()
    {
        Mallory mallory = NewMallory();
        byte[] announcement = Encoding.UTF8.GetBytes(mallory.Announcement());
        int before = Lan.Log.Count;
        Hands.Inject(s_nowhere with { Port = mallory.ClaimedPort }, Everyone, announcement);
        Lan.Run(20);

        Assert.InRange(SentBy(Alice, s_nowhere.Address, before), 1, 3 * announcement.Length);
    }

    [Fact]
    public void Own_announcements_sent_back_draw_no_more_than_three_times_their_length()
    {
        byte[] own = AnnouncementOf(Alice).Bytes;
        Alice.Restart();
        Lan.Run(3);
        int before = Lan.Log.Count;
        for (int i = 0; i < 10; i++)
        {
            Hands.Inject(s_nowhere, Alice.Endpoint, own);
            Lan.Run(2);
        }

        Assert.InRange(SentBy(Alice, s_nowhere.Address, before), 0, 3 * 10 * own.Length);
        Assert.DoesNotContain(Alice.Changes, change => change.Kind == PeerChangeKind.Conflict);
    }

    [Fact]
    public void A_datagram_full_of_questions_gets_few_answers()
    {
        Mallory mallory = NewMallory();
        Assert.True(mallory.Connect(Alice));
        byte[] ping = [(byte)FrameType.Ping, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8];
        int before = Lan.Log.Count;
        mallory.Raw(Alice, [.. Enumerable.Repeat(ping, 5_000).SelectMany(bytes => bytes)]);
        Lan.Run(1);

        Assert.InRange(Lan.Log.Skip(before).Count(packet => packet.From == Alice.Endpoint && packet.To == mallory.Here), 1, 8);
    }

    [Fact]
    public void Whoever_says_he_has_moved_to_a_victim_s_address_has_nothing_sent_there()
    {
        Mallory mallory = NewMallory();
        Assert.True(mallory.Connect(Alice));
        Lan.Run(80);
        int before = Lan.Log.Count;
        mallory.Frame(Alice, FrameType.Ping, [], s_nowhere);
        Lan.Run(1);
        for (int i = 0; i < 20; i++)
        {
            Alice.Post(new string('x', 10_000));
        }

        Lan.Run(1);
        Assert.InRange(SentBy(Alice, s_nowhere.Address, before), 0, 1_000);
    }

    [Fact]
    public void A_peer_list_makes_no_peers_and_asks_few()
    {
        Mallory mallory = NewMallory();
        Assert.True(mallory.Connect(Alice));
        mallory.Text(Alice, ForgeryTests.PeerList(mallory.UserId, "[\"x@10.77.0.77\"]", "[\"10.77.0.77:7777\"]"));
        Lan.Settle();
        Assert.Equal(DropReason.Unsolicited, Alice.Reasons[^1]);

        Alice.Ask((now, effects) => Alice.Machine.AskForLists(now, effects));
        int before = Lan.Log.Count;
        string[] ids = [.. Enumerable.Range(0, 400).Select(i => $"\"p{i}@10.77.0.77\"")];
        string[] endpoints = [.. Enumerable.Range(0, 400).Select(i => i % 2 == 0 ? $"\"10.77.0.77:{1_000 + i}\"" : $"\"8.8.8.8:{1_000 + i}\"")];
        mallory.Text(Alice, ForgeryTests.PeerList(mallory.UserId, $"[{string.Join(',', ids)}]", $"[{string.Join(',', endpoints)}]"));
        Lan.Run(5);

        Assert.Equal(2, Alice.Known.Count());
        Assert.InRange(Lan.Log.Skip(before).Count(packet => packet.To.Address == s_nowhere.Address), 1, 32);
        Assert.DoesNotContain(Lan.Log.Skip(before), packet => packet.To.Address == VirtualLan.Address("8.8.8.8"));
        AssertTheyTalk();
    }

    [Fact]
    public void A_peer_list_of_those_who_are_known_asks_nobody()
    {
        for (int i = 10; i < 20; i++)
        {
            Lan.AddPeer($"p{i}", $"10.77.0.{i}");
        }

        Lan.Run(5);
        int before = Lan.Log.Count;
        Alice.Ask((now, effects) => Alice.Machine.AskForLists(now, effects));
        Lan.Settle();

        Assert.Equal(11, Alice.Lists.Count);
        Assert.DoesNotContain(Lan.Log.Skip(before), packet => packet.From == Alice.Endpoint && packet.Type == "PEER_DISCOVERY");
    }

    private static byte[] Edited(byte[] announcement, int number)
        => Edit(new Packet(default, default, default, announcement), ("BOOT", $"{number + 1:x8}"), ("MESSAGE_ID", Say.NewId()), ("PORT", "7777"));

    private int SentBy(VirtualPeer peer, uint to, int since)
        => Lan.Log.Skip(since).Where(packet => packet.From == peer.Endpoint && packet.To.Address == to).Sum(packet => packet.Bytes.Length);
}
