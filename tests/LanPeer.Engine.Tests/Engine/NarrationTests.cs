using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Tests.Protocol;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>The wire in words.</summary>
public sealed class NarrationTests : EngineTest
{
    [Fact]
    public void What_is_sent_received_and_dropped_is_a_line_each()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        using LanNarration sent = alice.Narrate();
        using LanNarration received = bob.Narrate();
        RawSocket raw = OpenRaw();

        LanSending sending = alice.BeginDM(bob.UserId, "hello");
        Receive(bob, LanMessageType.DM);
        raw.Send(bob.Port, "TYPE:POST\nUSER_ID:x@9.9.9.9\nCONTENT:a\n\n");
        raw.Send(bob.Port, "TYPE:\u001b[31mEVIL\nUSER_ID:x@127.0.0.1\n\n");

        Expect(sent, line => line.StartsWith($"SEND > 127.0.0.1:{bob.Port} Transport, ", StringComparison.Ordinal), line => line == $"SEND > {bob.UserId} id {sending.MessageId}: Delivered");
        List<string> lines = Expect(
            received,
            line => line.StartsWith($"RECV < 127.0.0.1:{alice.Port} Transport, ", StringComparison.Ordinal),
            line => line == $"RECV < {alice.UserId} DM, 5 characters, id {sending.MessageId}",
            line => line.StartsWith($"DROP ! 127.0.0.1:{raw.Port} POST, ", StringComparison.Ordinal) && line.EndsWith(": AddressMismatch", StringComparison.Ordinal),
            line => line.StartsWith($"DROP ! 127.0.0.1:{raw.Port} ", StringComparison.Ordinal) && line.EndsWith(": UnknownType", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain('\u001b', line));
    }

    [Fact]
    public void Whoever_has_seen_what_became_of_a_message_finds_its_line()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        using LanNarration sent = alice.Narrate();
        using LanNarration received = bob.Narrate();

        for (int i = 0; i < 300; i++)
        {
            LanSending sending = alice.BeginDM(bob.UserId, $"number {i}");
            Wait.Until(() => sending.IsSettled, "it is settled");
            Assert.Contains($"SEND > {bob.UserId} id {sending.MessageId}: Delivered", sent.Take());
            LanMessage message = Receive(bob, LanMessageType.DM);
            Assert.Contains(received.Take(), line => line.EndsWith($"id {message.MessageId}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void What_nobody_takes_is_counted_and_said()
    {
        LanSession alice = Start("alice");
        using LanNarration narration = alice.Narrate();
        RawSocket raw = OpenRaw();
        long before = alice.Counters.Received;

        for (int i = 0; i < 1_500; i++)
        {
            raw.Send(alice.Port, Say.Post("x@9.9.9.9", "a"));
            Wait.Until(() => alice.Counters.Received > before + i, "it is received");
        }

        IReadOnlyList<string> lines = narration.Take();
        Assert.Equal(1_001, lines.Count);
        Assert.EndsWith("more.", lines[^1], StringComparison.Ordinal);
        Assert.True(narration.Take().Count < 1_000);
    }

    [Fact]
    public void Who_has_ended_it_hears_nothing_more()
    {
        LanSession alice = Start("alice");
        LanNarration ended = alice.Narrate();
        using LanNarration other = alice.Narrate();
        RawSocket raw = OpenRaw();

        ended.Dispose();
        _ = ended.Take();
        raw.Send(alice.Port, Say.Post("x@9.9.9.9", "a"));

        Expect(other, line => line.StartsWith("DROP ! ", StringComparison.Ordinal));
        Assert.Empty(ended.Take());
    }

    private static List<string> Expect(LanNarration narration, params Predicate<string>[] wanted)
    {
        List<string> lines = [];
        Wait.Until(
            () =>
            {
                lines.AddRange(narration.Take());
                return wanted.All(lines.Exists);
            },
            () => "the lines come, not only " + string.Join(" | ", lines));
        return lines;
    }
}
