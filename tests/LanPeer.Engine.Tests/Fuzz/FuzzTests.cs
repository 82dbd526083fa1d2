using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Fuzz;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Fuzz;

/// <summary>
/// Every target of tests/LanPeer.Fuzz for a fixed number of cases from fixed seeds. LANPEER_HOURS goes on with fresh ones,
/// shared among the targets; LANPEER_SCHEDULE plays one seed alone.
/// </summary>
public sealed class FuzzTests
{
    public static TheoryData<string> Targets => [.. Tested.Select(target => target.Name)];

    private static IEnumerable<FuzzTarget> Tested => FuzzTargets.All.Where(target => target.CasesInTests > 0);

    [Theory]
    [MemberData(nameof(Targets))]
    public void Whatever_comes_is_taken_or_refused_and_breaks_nothing(string name)
    {
        FuzzTarget target = FuzzTargets.Find(name)!;
        var settings = ScheduleSettings.FromEnvironment();

        int cases = Schedules.Run(
            settings with { Duration = settings.Duration / Tested.Count() }, $"fuzz {name}", target.CasesInTests, 1, schedule => Assert.True(target.Play(schedule.Seed) > 0));

        Assert.True(settings.Only is not null || cases >= target.CasesInTests);
        Assert.NotEqual(0, target.CorpusSize);
    }

    [Theory]
    [InlineData("datagram", "NotText", "ConflictingFields", "NoType", "UnknownType", "BadUserId", "MissingSender", "BadMessageId", "BadPort", "BadNonce",
        "BadKey", "BadPeerList", "BadEscape", "TooLong", "MissingRecipient", "FieldTooLong", "Sealed", "Post Lean", "Post Rfc", "DM Lean",
        "Profile Lean", "PeerDiscovery Rfc", "PeerListResponse Lean", "Leave Lean", "Ack Lean")]
    [InlineData("signed-post", "signed", "not signed", "no signature")]
    [InlineData("sealed", "none", "Initiation", "Response", "CookieReply", "Transport", "announcement False")]
    [InlineData("identity-file", "read", "it is no JSON")]
    [InlineData("pin-file", "read 2", " it is no JSON")]
    [InlineData("sessions", "NotAuthentic", "BadFrame", "UnknownSession", "Replayed", "UnderLoad", "Crossed")]
    [InlineData("peer", "connected", "member None", "member BadFrame", "member ForgedSender", "member Unproven", "member NotForUs", "member Replayed",
        "stranger None", "stranger NotAuthentic", "stranger Downgrade", "stranger OwnId", "stranger PlainText", "handshake None")]
    public void What_is_tried_goes_deeper_than_the_door(string name, params string[] outcomes)
    {
        FuzzTarget target = FuzzTargets.All.Single(one => one.Name == name);
        IEnumerable<string> Missing() => outcomes.Where(outcome => !target.Outcomes.Keys.Any(seen => seen.StartsWith(outcome, StringComparison.Ordinal)));

        for (int seed = 1; seed <= 2 * target.CasesInTests && Missing().Any(); seed++)
        {
            target.Play(seed);
        }

        Assert.Empty(Missing());
    }

    [Fact]
    public void A_case_follows_from_its_seed()
    {
        foreach (string name in (string[])["datagram", "pin-file"])
        {
            Assert.Equal(OutcomesOf(name), OutcomesOf(name));
        }
    }

    [Fact]
    public void A_failure_is_made_shorter_and_told_with_the_way_back_and_a_vector()
    {
        var failure = Assert.Throws<FuzzFailureException>(() => new FailingTarget().Play(7));

        Assert.Contains("--target failing --seed 7 --cases 1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no exclamation", failure.Message, StringComparison.Ordinal);
        Assert.Equal("!", failure.Finding["text"]!.GetValue<string>());
        Assert.NotNull(failure.Finding["name"]);
    }

    [Fact]
    public void Findings_are_written_as_vectors_are()
    {
        Assert.Equal("TYPE:POST\n", Finding.OfBytes([.. "TYPE:POST\n"u8])["text"]!.GetValue<string>());
        Assert.Equal("gA==", Finding.OfBytes([0x80])["base64"]!.GetValue<string>());
        Assert.Equal("f504", Finding.OfBytes([0xF5, 4])["hex"]!.GetValue<string>());
    }

    [Fact]
    public void The_size_of_a_state_is_that_of_all_it_holds()
    {
        var list = new List<byte[]> { new byte[1_000] };
        long one = StateSize.Of(list);
        list.Add(new byte[5_000]);
        list.Add(list[0]);

        Assert.InRange(one, 1_000, 2_000);
        Assert.InRange(StateSize.Of(list) - one, 5_000, 5_100);
    }

    [Theory]
    [InlineData("--seconds")]
    [InlineData("--seconds", "soon")]
    [InlineData("--hours", "1000")]
    [InlineData("--what")]
    public void A_command_line_that_makes_no_sense_is_refused(params string[] arguments)
        => Assert.Throws<FormatException>(() => FuzzOptions.Parse(arguments));

    private static string OutcomesOf(string name)
    {
        FuzzTarget target = name == "datagram" ? new DatagramTarget() : new PinFileTarget();
        target.Play(42);
        return string.Join('\n', target.Outcomes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));
    }

    /// <summary>Breaks at an exclamation mark.</summary>
    private sealed class FailingTarget : InputTarget
    {
        public override string Name => "failing";

        public override string About => "";

        public override int CasesInTests => 0;

        protected override IReadOnlyList<byte[]> Corpus => [[.. "hello, world! how do you do"u8]];

        public override string Try(byte[] input)
        {
            Require(Array.IndexOf(input, (byte)'!') < 0, "no exclamation");
            return "quiet";
        }

        protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => [.. input, (byte)random.Next(128)];
    }
}
