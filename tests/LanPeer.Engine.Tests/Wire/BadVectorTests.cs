using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class BadVectorTests
{
    /// <summary>The reasons found in the bytes alone.</summary>
    private static IEnumerable<DropReason> ReaderReasons
        => Enum.GetValues<DropReason>().Where(r => r is >= DropReason.Empty and <= DropReason.BadKey);

    public static TheoryData<string> Names => VectorFile.Bad.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_dropped_for_its_reason(string name)
    {
        JsonElement entry = VectorFile.Bad[name];
        DropReason reason = DatagramReader.Read(VectorFile.Bytes(entry), out _);
        Assert.Equal(entry.GetProperty("drop").GetString(), reason.ToString());
    }

    [Fact]
    public void Every_reason_of_the_reader_is_there()
    {
        var seen = VectorFile.Bad.Entries.Select(e => e.GetProperty("drop").GetString()).ToHashSet();
        Assert.DoesNotContain(ReaderReasons, r => !seen.Contains(r.ToString()));
    }

    /// <summary>
    /// Reasons no script can bring about, as they take a session whose every key is known beforehand, and the test that
    /// covers each instead.
    /// </summary>
    public static TheoryData<string, string> OutOfReach => new()
    {
        { nameof(DropReason.ForgedSender), "LanPeer.Tests.Protocol.SealedReasonTests.A_message_in_anothers_name_is_ForgedSender" },
        { nameof(DropReason.NoCredit), "LanPeer.Tests.Protocol.SealedReasonTests.A_message_nobody_asked_for_is_NoCredit" },
        { nameof(DropReason.ReassemblyFull), "LanPeer.Tests.Protocol.SealedReasonTests.A_piece_without_a_place_is_ReassemblyFull" },
        { nameof(DropReason.Unproven), "LanPeer.Tests.Protocol.SealedReasonTests.A_post_without_a_signature_or_with_the_keys_of_somebody_else_is_Unproven" },
    };

    [Theory]
    [MemberData(nameof(OutOfReach))]
    public void What_is_out_of_reach_has_its_test_elsewhere(string reason, string test)
    {
        int dot = test.LastIndexOf('.');
        MethodInfo? method = typeof(BadVectorTests).Assembly.GetType(test[..dot])?.GetMethod(test[(dot + 1)..]);

        Assert.NotNull(method?.GetCustomAttribute<FactAttribute>());
        Assert.EndsWith(reason, method.Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_reason_of_the_state_is_there()
    {
        var seen = VectorFile.State.Entries.SelectMany(e => e.GetProperty("steps").EnumerateArray())
            .Select(s => VectorFile.Optional(s, "drop")).ToHashSet();

        seen.UnionWith(OutOfReach.Select(row => (string?)row.Data.Item1));

        // These two are the engine's, not the protocol's: its inbox, its own faults.
        DropReason[] ofTheEngine = [DropReason.InboxFull, DropReason.Fault];
        Assert.DoesNotContain(Enum.GetValues<DropReason>(),
            r => r > DropReason.BadKey && !ofTheEngine.Contains(r) && !seen.Contains(r.ToString()));
    }

    [Fact]
    public void Entries_have_names_of_their_own_and_datagrams_of_their_own()
    {
        foreach (VectorFile file in VectorFile.All)
        {
            List<string> names = [.. file.Entries.Select(e => e.GetProperty("name").GetString()!)];
            Assert.NotEmpty(names);
            Assert.Equal(names.Distinct(), names);
        }

        List<string> datagrams = [.. VectorFile.Bad.Entries.Select(e => Convert.ToBase64String(VectorFile.Bytes(e)))];
        Assert.Equal(datagrams.Distinct(), datagrams);
    }
}
