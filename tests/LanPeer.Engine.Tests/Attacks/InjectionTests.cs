using System;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Texts that would command a terminal, or forge a line of a log, from somebody who has a session.</summary>
public sealed class InjectionTests : AttackTest
{
    private readonly Mallory _mallory;

    public InjectionTests()
    {
        _mallory = NewMallory();
        Assert.True(_mallory.Connect(Alice));
        Alice.Forget();
    }

    public static TheoryData<string> Evil() =>
    [
        "\u001b[2J\u001b[H", "\u001b]0;owned\u0007", "\u001b]52;c;cm0gLXJm\u0007", "\u009b31m", "\u0007", "\u0008\u0008\u0008", "\u0000", "\u007f",
        "\r", "\u000b", "\u000c", "\u0085", "\u2028", "\u2029", "\u202e", "\u2066", "\u200b", "\ufeff", "\u00ad", "\U000e0041", "\u3164",
    ];

    [Theory]
    [MemberData(nameof(Evil))]
    public void No_text_field_carries_it_to_a_user(string evil)
    {
        string content = $"a{evil}b";
        _mallory.Text(Alice, Say.DM(_mallory.UserId, Alice.UserId, content));
        _mallory.Text(Alice, Say.Profile(_mallory.UserId, content, content));
        _mallory.Text(Alice, Say.DM(_mallory.UserId, Alice.UserId, "id", content));
        _mallory.Text(Alice, Say.DM(content + "@10.77.0.66", Alice.UserId, "from"));
        _mallory.Text(Alice, Say.DM(_mallory.UserId, content + "@10.77.0.1", "to"));
        _mallory.Text(Alice, Say.DM(_mallory.UserId, Alice.UserId, "time").Replace("1795367841", content, StringComparison.Ordinal));
        _mallory.Text(Alice, Say.Post(_mallory.UserId, content).Replace("TYPE:POST", $"TYPE:POST\nPEER_ID:{content}\nKEY:{content}", StringComparison.Ordinal));
        Alice.Ask((now, effects) => Alice.Machine.AskForLists(now, effects));
        _mallory.Text(Alice, ForgeryTests.PeerList(_mallory.UserId, $"[\"{content}@10.77.0.77\"]", "[\"10.77.0.77:7777\"]"));
        Lan.Settle();

        foreach (Arrival arrival in Alice.Arrivals)
        {
            LanMessage message = PublicViews.Message(arrival);
            AssertHarmless(message.From, message.To, message.Content, message.MessageId, message.FromPeer!.UserId, message.FromPeer.DisplayName,
                message.FromPeer.Status, message.FromPeer.Name);
            if (message.Data is LanProfile profile)
            {
                AssertHarmless(profile.DisplayName, profile.Status, profile.UserId);
            }
        }

        foreach (PeerEntry peer in Alice.Machine.Peers)
        {
            LanPeer seen = PublicViews.Peer(peer);
            AssertHarmless(seen.UserId, seen.Name, seen.DisplayName, seen.Status, seen.PeerId ?? "");
        }

        Assert.All(Alice.Lists.SelectMany(list => list.Peers), peer => AssertHarmless(peer.UserId));
        Assert.All(Alice.Machine.Pins.ToArray(), pin => AssertHarmless([pin.PeerId, .. pin.UserIds]));
        Assert.True(Alice.Arrivals.Count >= 1 || Alice.Reasons.All(reason => reason != DropReason.None));
    }

    [Theory]
    [MemberData(nameof(Evil))]
    public void No_handshake_carries_it_into_a_user_id(string evil)
    {
        Mallory other = NewMallory("10.77.0.67", "second");
        other.UserId = $"a{evil}b@10.77.0.67";
        Assert.False(other.Connect(Alice));
        Assert.Equal(2, Alice.Known.Count());
    }

    [Fact]
    public void A_text_cannot_bring_lines_of_its_own()
    {
        // A content with a line break ends there in the text form; what follows are keys like any other, first come first served.
        _mallory.Text(Alice, Say.DM(_mallory.UserId, Alice.UserId, $"hello\nFROM:{Bob.UserId}\nTYPE:POST\nMESSAGE_ID:0"));
        _mallory.Text(Alice, Say.Profile(_mallory.UserId, $"M\nUSER_ID:{Bob.UserId}", "s"));
        Lan.Settle();
        Assert.All(Alice.Arrivals, arrival => Assert.Equal(_mallory.Who.PeerId, arrival.Peer?.Who?.PeerId));
        Assert.All(Alice.Arrivals, arrival => Assert.Equal(_mallory.UserId, arrival.From));
        Assert.Null(Alice.Peer(Bob.UserId).Profile);
    }

    private static void AssertHarmless(params string[] texts) => Assert.All(texts, text => Assert.All(text.EnumerateRunes(), rune =>
        Assert.True(!VisibleText.IsHidden(rune) || rune.Value is '\n' or '\t', $"U+{rune.Value:X4} in '{text}'")));
}
