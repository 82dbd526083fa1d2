using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class BadVectorTests
{
    /// <summary>The reasons found in the bytes alone.</summary>
    private static IEnumerable<DropReason> ReaderReasons
        => Enum.GetValues<DropReason>().Where(r => r is >= DropReason.Empty and <= DropReason.BadPeerList);

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

    [Fact]
    public void Every_reason_of_the_state_is_there()
    {
        var seen = VectorFile.State.Entries.SelectMany(e => e.GetProperty("steps").EnumerateArray())
            .Select(s => VectorFile.Optional(s, "drop")).ToHashSet();

        // These two are the engine's, not the protocol's: its inbox, its own faults.
        DropReason[] ofTheEngine = [DropReason.InboxFull, DropReason.Fault];
        Assert.DoesNotContain(Enum.GetValues<DropReason>(),
            r => r > DropReason.BadPeerList && !ofTheEngine.Contains(r) && !seen.Contains(r.ToString()));
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
