using System;
using System.Collections.Generic;
using System.Threading;
using LanPeer.Tests.Protocol;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>What may be sent, and what is refused before anything is sent.</summary>
public sealed class TextTests : EngineTest
{
    [Fact]
    public void An_empty_message_is_refused()
    {
        LanSession alice = Start("alice");

        Assert.Equal(LanErrorId.EmptyMessage, ErrorOf(() => alice.Post("")));
        Assert.Equal(LanErrorId.EmptyMessage, ErrorOf(() => alice.Post(null!)));
        Assert.Equal(LanErrorId.EmptyMessage, ErrorOf(() => alice.SendDM("bob@127.0.0.1", "")));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        LanSession alice = Start("alice");

        Assert.Equal(LanErrorId.InvalidText, ErrorOf(() => alice.Post("a\ud800b")));
        Assert.Equal(LanErrorId.InvalidText, ErrorOf(() => alice.SendDM("bob@127.0.0.1", "\udc00")));
        Assert.Equal(LanErrorId.InvalidText, ErrorOf(() => alice.SetProfile("\ud800", "", null)));
        Assert.Equal(LanErrorId.InvalidText, ErrorOf(() => alice.SetProfile("a", "\ud800", null)));
    }

    [Fact]
    public void What_fits_no_datagram_is_refused_and_nothing_of_it_is_sent()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        Assert.Equal(LanErrorId.MessageTooLarge, ErrorOf(() => alice.Post(new string('x', 1_048_576))));
        Assert.Equal(LanErrorId.MessageTooLarge, ErrorOf(() => alice.SendDM(bob.UserId, new string('\n', 600_000))));

        Assert.True(alice.Counters.SentBytes < 30_000, "nothing but announcements");
    }

    [Theory]
    [InlineData("", "x", LanErrorId.InvalidText)]
    [InlineData("  ", "x", LanErrorId.InvalidText)]
    [InlineData("two\nlines", "x", LanErrorId.InvalidText)]
    [InlineData("x", "two\r\nlines", LanErrorId.InvalidText)]
    [InlineData("x", "nul\0", LanErrorId.InvalidText)]
    public void A_name_is_one_line_with_something_on_it_and_a_status_is_one_line(string name, string status, string errorId)
    {
        LanSession alice = Start("alice");

        Assert.Equal(errorId, ErrorOf(() => alice.SetProfile(name, status, null)));
        Assert.Null(alice.GetProfile());
    }

    [Fact]
    public void Names_and_statuses_have_their_limits_in_bytes()
    {
        LanSession alice = Start("alice");

        alice.SetProfile(new string('x', 256), new string('y', 1_024), null);

        Assert.Equal(LanErrorId.MessageTooLarge, ErrorOf(() => alice.SetProfile(new string('x', 257), "", null)));
        Assert.Equal(LanErrorId.MessageTooLarge, ErrorOf(() => alice.SetProfile(new string('ä', 129), "", null)));
        Assert.Equal(LanErrorId.MessageTooLarge, ErrorOf(() => alice.SetProfile("x", new string('y', 1_025), null)));
    }

    [Fact]
    public void An_avatar_is_an_image_of_at_most_20480_bytes()
    {
        LanSession alice = Start("alice");

        alice.SetProfile("x", "", Say.Png(20_480));

        Assert.Equal(LanErrorId.AvatarTooLarge, ErrorOf(() => alice.SetProfile("x", "", Say.Png(20_481))));
        Assert.Equal(LanErrorId.AvatarNotAnImage, ErrorOf(() => alice.SetProfile("x", "", "a text file"u8.ToArray())));
        Assert.Equal(LanErrorId.AvatarNotAnImage, ErrorOf(() => alice.SetProfile("x", "", [])));
        Assert.Equal(20_480, alice.GetProfile()!.AvatarLength);
    }

    [Fact]
    public void A_stopped_session_says_so()
    {
        LanSession alice = Start("alice");
        alice.Dispose();
        List<Action> commands =
        [
            () => alice.Post("x"), () => alice.SendDM("bob@127.0.0.1", "x"), () => alice.SetProfile("x", "", null),
            () => alice.AskForPeers(TimeSpan.Zero, CancellationToken.None),
            () => { foreach (LanPeer _ in alice.Find(TimeSpan.Zero, CancellationToken.None)) { } },
        ];

        Assert.All(commands, command => Assert.Equal(LanErrorId.SessionStopped, ErrorOf(command)));
    }
}
