using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.SeedStandIn;
using LanPeer.Tests.Engine;
using LanPeer.Tests.Interop;
using LanPeer.Tests.Protocol;
using Xunit;

namespace LanPeer.Tests.Defects;

/// <content>What is sent, and what is shown.</content>
public sealed partial class DefectTests
{
    [Fact]
    public void D08_What_was_not_sent_is_never_said_to_be()
    {
        (LanSession alice, LanSession bob) = StartTwo();

        Assert.Equal(LanErrorId.MessageTooLarge, ErrorOf(() => alice.Post(new string('x', 1_048_576))));
        Assert.Equal(LanErrorId.MessageTooLarge, ErrorOf(() => alice.SetProfile("Alice", new string('x', 65_507), null)));
        Assert.Equal(LanDeliveryState.Failed, alice.SendDM("nobody@127.0.0.1", "hi").State);
        Assert.Equal(LanDeliveryState.Delivered, alice.SendDM(bob.UserId, "hi").State);
        Assert.Equal("hi", Receive(bob, LanMessageType.DM).Content);
        RawSocket carol = OpenRaw();
        carol.Send(alice.Port, Say.Seed("carol@127.0.0.1", carol.Port));
        WaitToKnow(alice, "carol@127.0.0.1");
        Assert.Equal(LanDeliveryState.Unconfirmed, alice.SendDM("carol@127.0.0.1", "hi").State);
    }

    [Fact]
    public void D17_The_end_of_its_input_ends_a_peer_with_a_goodbye()
    {
        LanSession alice = Start("alice");
        using var bob = ChildPeer.Engine("bob", DiscoveryPort, StatePath);
        WaitToKnow(alice, bob.UserId);

        bob.CloseInput();

        Assert.Equal(0, bob.ExitCode());
        Wait.Until(() => alice.Peers.Count == 0, "bob says goodbye");
    }

    [Fact]
    public void D18_A_burst_of_the_reference_arrives_whole()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("The kernel's limit on receive buffers stands for unprivileged processes; BurstTests look at it.");
        }

        LanSession alice = Start("alice");
        SeedPeer bob = StartSeed("bob");
        WaitToKnow(alice, bob.UserId);
        Assert.True(bob.WaitForPeer(alice.UserId, Wait.Long));
        foreach (int size in (int[])[1_400, 8_000, 60_000])
        {
            for (int i = 0; i < 20; i++)
            {
                Assert.Equal(1, bob.Post(new string((char)('a' + i), size)).Sent);
            }

            Wait.Until(() => alice.Inbox.Count == 20, $"20 posts of {size} bytes arrive");
            Assert.Equal(Enumerable.Range(0, 20).Select(i => new string((char)('a' + i), size)), alice.Inbox.Take(_ => true, 20).Select(message => message.Content));
        }
    }

    [Fact]
    public void D19_A_repeated_message_is_shown_once()
    {
        LanSession alice = Start("alice");
        RawSocket raw = OpenRaw();
        string post = Say.Post("raw@127.0.0.1", "once");
        for (int i = 0; i < 3; i++)
        {
            raw.Send(alice.Port, post);
        }

        Wait.Until(() => alice.Counters.Dropped.GetValueOrDefault("Duplicate") == 2, "two are dropped");
        Assert.Equal("once", Assert.Single(alice.Inbox.Take(_ => true, 10)).Content);
    }

    [Fact]
    public void D20_No_text_from_the_network_can_command_a_terminal()
    {
        LanSession alice = Start("alice");
        SeedPeer bob = StartSeed("bob");
        WaitToKnow(alice, bob.UserId);
        Assert.True(bob.WaitForPeer(alice.UserId, Wait.Long));
        const string hostile = "\u001b[2J\u0007\0\u009b31m\u202eevil\rover";

        bob.Post(hostile);
        bob.SetProfile(hostile, hostile);

        LanMessage post = Receive(alice, LanMessageType.Post);
        Assert.Equal("␛[2J␇␀\\u{009B}31m\\u{202E}evil␍over", post.Content);
        Assert.Equal(hostile, post.GetRawContent());
        LanMessage told = Receive(alice, LanMessageType.Profile);
        var profile = Assert.IsType<LanProfile>(told.Data);
        LanPeer peer = Assert.Single(alice.Peers);
        Assert.All([told.Content, profile.DisplayName, profile.Status, peer.DisplayName, peer.Status],
            text => Assert.DoesNotContain(text, c => char.IsControl(c) || c == '\u202e'));
        RawSocket raw = OpenRaw();
        raw.Send(alice.Port, Say.Seed("e\u001bvil@127.0.0.1", raw.Port));
        Wait.Until(() => alice.Counters.Dropped.GetValueOrDefault("BadUserId") == 1, "the id is refused");
    }

    [Fact]
    public void D23_An_avatar_is_an_image_within_the_limit_or_nothing()
    {
        LanSession alice = Start("alice");
        SeedPeer bob = StartSeed("bob");
        WaitToKnow(alice, bob.UserId);
        Assert.True(bob.WaitForPeer(alice.UserId, Wait.Long));

        Assert.Equal(LanErrorId.AvatarNotAnImage, ErrorOf(() => alice.SetProfile("Alice", "", "text"u8.ToArray())));
        Assert.Equal(LanErrorId.AvatarTooLarge, ErrorOf(() => alice.SetProfile("Alice", "", Say.Png(20_481))));
        bob.SetProfile("Bob", "1", Encoding.UTF8.GetBytes("this is no image, whatever its type says"), "image/png");
        Assert.Null(Assert.IsType<LanProfile>(Receive(alice, LanMessageType.Profile).Data).AvatarType);
        bob.SetProfile("Bob", "2", Say.Png(49_000));
        Assert.Null(Assert.IsType<LanProfile>(Receive(alice, LanMessageType.Profile).Data).AvatarType);
        bob.SetProfile("Bob", "3", [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3], "image/png");
        var profile = Assert.IsType<LanProfile>(Receive(alice, LanMessageType.Profile).Data);
        Assert.Equal(("image/jpeg", ".jpg", 7), (profile.AvatarType, profile.AvatarExtension, profile.AvatarBytes!.Length));
    }

    [Fact]
    public void D25_Names_that_break_others_and_empty_messages_are_refused_and_one_may_write_to_whom_one_knows()
    {
        foreach (string name in (string[])["", "a@b", "a:b", "a|b", "a,b", "a b", "a\nb"])
        {
            Assert.Equal(LanErrorId.InvalidName, ErrorOf(() => Start(name)));
        }

        LanSession alice = Start("alice");
        Assert.Equal(LanErrorId.EmptyMessage, ErrorOf(() => alice.Post("")));
        Assert.Equal(LanErrorId.EmptyMessage, ErrorOf(() => alice.SendDM("bob@127.0.0.1", "")));
        Assert.Equal(LanDeliveryState.Failed, alice.SendDM("bob@127.0.0.1", "hi").State);
    }

    public static TheoryData<string, string> Dialects => new()
    {
        { "RFC", "TYPE: POST\nUSER_ID: raw@127.0.0.1\nCONTENT: hi there\nTTL: 3600\nMESSAGE_ID: f83d2b1c\n\n" },
        { "RFC with CRLF", "TYPE: POST\r\nUSER_ID: raw@127.0.0.1\r\nCONTENT: hi there\r\n\r\n" },
        { "lean with CRLF", "TYPE:POST\r\nUSER_ID:raw@127.0.0.1\r\nCONTENT:hi there\r\n\r\n" },
        { "no terminator", "TYPE:POST\nUSER_ID:raw@127.0.0.1\nCONTENT:hi there" },
        { "leading blank lines and BOM", "\uFEFF\n\nTYPE:POST\nUSER_ID:raw@127.0.0.1\nCONTENT:hi there\n\n\n" },
        { "TYPE last", "CONTENT:hi there\nUSER_ID:raw@127.0.0.1\nTYPE:POST\n\n" },
        { "lower case keys", "type:POST\nuser_id:raw@127.0.0.1\ncontent:hi there\n\n" },
        { "unknown keys", "TYPE:POST\nX-ANY:1\nUSER_ID:raw@127.0.0.1\nCONTENT:hi there\nSIG:a:b==\nno colon\n\n" },
        { "dual", "TYPE: POST\nTYPE:POST\nUSER_ID: raw@127.0.0.1\nUSER_ID:raw@127.0.0.1\nCONTENT: hi there\nCONTENT:hi there\n\n" },
        { "FROM for USER_ID", "TYPE:POST\nFROM:raw@127.0.0.1\nCONTENT:hi there\n\n" },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    public void D26_Every_dialect_in_the_wild_is_understood(string name, string datagram)
    {
        Assert.NotEmpty(name);
        LanSession alice = Start("alice");
        RawSocket raw = OpenRaw();

        raw.Send(alice.Port, datagram);

        LanMessage post = Receive(alice, LanMessageType.Post);
        Assert.Equal(("raw@127.0.0.1", "hi there"), (post.From, post.Content));
    }
}
