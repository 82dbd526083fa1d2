using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Security;
using Xunit;

namespace LanPeer.Tests.Security;

public sealed class PinDocumentTests
{
    private static readonly DateTimeOffset s_now = new(2030, 1, 31, 12, 0, 0, TimeSpan.Zero);

    // The keys of the private keys 1 and 2: a document that stays the same.
    private static readonly PublicIdentity s_alice = Fixed(1, 2), s_bob = Fixed(3, 4);

    private static readonly string s_good = Encoding.UTF8.GetString(PinDocument.Write(
    [
        new Pin { PeerId = s_alice.PeerId, Keys = s_alice, State = PinState.Approved, UserIds = ["alice@10.77.0.1", "älice \"x\"@höst"], FirstSeen = s_now, LastSeen = s_now.AddDays(1) },
        new Pin { PeerId = s_bob.PeerId, State = PinState.Blocked, FirstSeen = s_now, LastSeen = s_now },
    ]));

    [Fact]
    public void A_document_is_readable_by_people()
    {
        string expected = $$"""
            {
              "format": "LanPeer pins",
              "version": 1,
              "pins": [
                {
                  "peerId": "{{s_alice.PeerId}}",
                  "state": "Approved",
                  "agreementKey": "{{Convert.ToBase64String(s_alice.AgreementKey)}}",
                  "signingKey": "{{Convert.ToBase64String(s_alice.SigningKey)}}",
                  "userIds": [
                    "alice@10.77.0.1",
                    "älice \"x\"@höst"
                  ],
                  "firstSeen": "2030-01-31T12:00:00+00:00",
                  "lastSeen": "2030-02-01T12:00:00+00:00"
                },
                {
                  "peerId": "{{s_bob.PeerId}}",
                  "state": "Blocked",
                  "userIds": [],
                  "firstSeen": "2030-01-31T12:00:00+00:00",
                  "lastSeen": "2030-01-31T12:00:00+00:00"
                }
              ]
            }
            """;

        Assert.Equal(expected, s_good, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void What_was_written_is_read_with_or_without_a_byte_order_mark()
    {
        Assert.True(PinDocument.TryRead(Encoding.UTF8.GetBytes(s_good), out Pin[] pins, out string error), error);
        Assert.Equal([s_alice.PeerId, s_bob.PeerId], pins.Select(pin => pin.PeerId));
        Assert.Equal(s_alice, pins[0].Keys);
        Assert.Null(pins[1].Keys);
        Assert.Equal(["alice@10.77.0.1", "älice \"x\"@höst"], pins[0].UserIds);
        Assert.Equal((s_now, s_now.AddDays(1)), (pins[0].FirstSeen, pins[0].LastSeen));

        Assert.True(PinDocument.TryRead([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(s_good)], out Pin[] again, out _));
        Assert.Equal(pins, again);
        Assert.True(PinDocument.TryRead(Encoding.UTF8.GetBytes(s_good.Replace("12:00:00+00:00", "21:00:00+09:00")), out again, out _));
        Assert.Equal(pins, again);
    }

    public static TheoryData<string, string, string> Damages => new()
    {
        { "LanPeer pins", "LanPeer pin", "Line 2: the format is not 'LanPeer pins'." },
        { "\"version\": 1", "\"version\": 2", "Line 3: only version 1 is known." },
        { "\"version\": 1", "\"version\": \"1\"", "Line 3: the version is a number." },
        { "\"version\": 1", "\"version\": 1, \"version\": 1", "Line 3: 'version' is unknown here, or there twice." },
        { "  \"version\": 1,\n", "", "'format', 'version' or 'pins' is missing." },
        { "\"pins\": [", "\"pins\": 1, \"x\": [", "Line 4: 'pins' is a list." },
        { "\"pins\": [", "\"pins\": [7,", "Line 4: a pin begins with '{'." },
        { "\"pins\": [", "\"pins\": [[],", "Line 4: a pin begins with '{'." },
        { "\"state\": \"Approved\"", "\"state\": \"approved\"", "Line 7: a state is Pinned, Approved or Blocked." },
        { "\"state\": \"Approved\"", "\"state\": \"1\"", "Line 7: a state is" },
        { "\"state\": \"Approved\"", "\"state\": 1", "Line 7: a text is expected." },
        { "\"state\": \"Approved\"", "\"State\": \"Approved\"", "Line 7: 'State' is unknown here, or there twice." },
        { "\"state\": \"Blocked\"", "\"state\": \"Pinned\"", "is missing or no point of P-256." },
        { "\"state\": \"Approved\",", "", "a pin lacks 'peerId'" },
        { "alice@10.77.0.1", "alice", "Line 11: 'alice' is no user id." },
        { "alice@10.77.0.1", "\\u0007@a", "Line 11: " },
        { "alice@10.77.0.1", "\\ud800@a", "Line 11: a text is not valid Unicode." },
        { "\"alice@10.77.0.1\"", "null", "Line 11: a user id is a text." },
        { "\"alice@10.77.0.1\"", "\"a@b\", \"A@B\"", "Line 11: the user id 'A@B' is there twice." },
        { "\"userIds\": []", "\"userIds\": [\"Alice@10.77.0.1\"]", "the user id 'Alice@10.77.0.1' is there twice." },
        { "\"userIds\": []", "\"userIds\": [\"a@1\",\"a@2\",\"a@3\",\"a@4\",\"a@5\",\"a@6\",\"a@7\",\"a@8\",\"a@9\"]", "a pin has more than 8 user ids." },
        { "\"userIds\": []", "\"userIds\": {}", "'userIds' is a list." },
        { "2030-02-01T12:00:00+00:00", "2030-02-31T12:00:00+00:00", "Line 15: a time is not of the form" },
        { "2030-02-01T12:00:00+00:00", "yesterday", "Line 15: a time is not of the form" },
        { "\"agreementKey\": \"B", "\"agreementKey\": \"*", "Line 8: a key is no base64." },
        { "\"agreementKey\": \"B", "\"agreementKey\": \"C", "is missing or no point of P-256." },
        { "\"signingKey\"", "\"agreementKey\"", "Line 9: 'agreementKey' is unknown here, or there twice." },
        { "\"pins\": [", "\"pins\": [ // all\n", "Line 4: it is no JSON." },
        { "    }\n  ]", "    },\n  ]", "it is no JSON." },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damage_is_named_with_its_line_and_nothing_is_taken(string what, string by, string expected)
    {
        int at = s_good.ReplaceLineEndings("\n").IndexOf(what, StringComparison.Ordinal);
        Assert.True(at >= 0);
        string damaged = s_good.ReplaceLineEndings("\n").Remove(at, what.Length).Insert(at, by);

        Assert.False(PinDocument.TryRead(Encoding.UTF8.GetBytes(damaged), out Pin[] pins, out string error));
        Assert.Contains(expected, error);
        Assert.StartsWith("Line ", error);
        Assert.Empty(pins);
    }

    [Fact]
    public void Keys_of_somebody_else_are_refused()
    {
        string swapped = s_good.Replace(Convert.ToBase64String(s_alice.SigningKey), Convert.ToBase64String(s_bob.SigningKey));
        Assert.False(PinDocument.TryRead(Encoding.UTF8.GetBytes(swapped), out _, out string error));
        Assert.Contains($"the keys of {s_alice.PeerId} are not its keys.", error);

        string twice = s_good.Replace(s_bob.PeerId, s_alice.PeerId);
        Assert.False(PinDocument.TryRead(Encoding.UTF8.GetBytes(twice), out _, out error));
        Assert.Contains($"there are two pins of {s_alice.PeerId}.", error);
    }

    [Fact]
    public void Every_cut_and_every_flipped_bit_is_an_error_or_a_document_and_never_more()
    {
        byte[] good = Encoding.UTF8.GetBytes(s_good);
        for (int length = 0; length < good.Length; length++)
        {
            Assert.False(PinDocument.TryRead(good.AsSpan(0, length), out _, out string error));
            Assert.NotEmpty(error);
        }

        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. good];
            for (int j = random.Next(1, 4); j > 0; j--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            Assert.Equal(PinDocument.TryRead(damaged, out Pin[] pins, out string error), error.Length == 0);
            Assert.All(pins, pin => Assert.True(pin.Keys is null || pin.Keys.PeerId == pin.PeerId));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\uFEFF")]
    [InlineData("{\"format\":\"LanPeer pins\",\"version\":1,\"pins\":[]}x")]
    [InlineData("{\"format\":\"LanPeer pins\",\"version\":1,\"pins\":[]}{}")]
    public void What_is_no_document_is_refused(string text)
        => Assert.False(PinDocument.TryRead(Encoding.UTF8.GetBytes(text), out _, out _));

    [Fact]
    public void An_empty_document_is_one()
        => Assert.True(PinDocument.TryRead("{\"pins\":[],\"version\":1,\"format\":\"LanPeer pins\"}"u8, out _, out _));

    [Fact]
    public void Depth_and_length_are_bounded()
    {
        string deep = new string('[', 100_000);
        Assert.False(PinDocument.TryRead(Encoding.UTF8.GetBytes("{\"pins\":" + deep), out _, out _));
        Assert.False(PinDocument.TryRead(new byte[PinDocument.MaxLength + 1], out _, out string error));
        Assert.Contains("more than", error);
    }

    [Fact]
    public void More_pins_than_a_book_has_are_refused()
    {
        Assert.True(PinDocument.TryRead(PinDocument.Write(Blocked(PinDocument.MaxPins, "")), out Pin[] pins, out _));
        Assert.Equal(PinDocument.MaxPins, pins.Length);
        Assert.False(PinDocument.TryRead(PinDocument.Write(Blocked(PinDocument.MaxPins + 1, "")), out _, out string error));
        Assert.Contains("there are more than 10,000 pins.", error);
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("\u00e9")]
    [InlineData("\ue000")]
    [InlineData("\U0001F44B")]
    public void The_longest_user_ids_fit(string filler)
    {
        // Whatever is met must be read again at the next start.
        List<Pin> pins = Blocked(50, filler);

        byte[] document = PinDocument.Write(pins);
        Assert.True(document.Length < 4_096 * (pins.Count + 1), $"{document.Length} bytes");
        Assert.True(PinDocument.TryRead(document, out Pin[] read, out string error), error);
        Assert.Equal(pins, read);
    }

    private static PublicIdentity Fixed(byte agreement, byte signing)
    {
        using var identity = Identity.Import([.. new byte[31], agreement], [.. new byte[31], signing]);
        return identity.Public;
    }

    /// <summary>Pins with as many user ids as go in, if there is something to fill them with.</summary>
    private static List<Pin> Blocked(int count, string filler) => [.. Enumerable.Range(0, count).Select(i =>
    {
        PublicIdentity who = PublicIdentity.Of(s_alice.AgreementKey, BitConverter.GetBytes(i));
        int length = filler.Length == 0 ? 0 : 118 / Encoding.UTF8.GetByteCount(filler);
        return new Pin
        {
            PeerId = who.PeerId,
            State = PinState.Blocked,
            UserIds = length == 0 ? [] : [.. Enumerable.Range(0, Pin.MaxUserIds).Select(j => $"{i:d4}{j}@{string.Concat(Enumerable.Repeat(filler, length))}")],
            FirstSeen = s_now.AddTicks(i),
            LastSeen = s_now,
        };
    })];
}
