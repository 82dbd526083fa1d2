using System;
using System.Linq;
using LanPeer.State;
using Xunit;

namespace LanPeer.Tests.State;

public sealed class StateFolderTests
{
    [Theory]
    [InlineData("alice")]
    [InlineData("a")]
    [InlineData("build-01_x")]
    [InlineData("con1")]
    [InlineData("com")]
    [InlineData("com10")]
    public void A_simple_name_is_its_own_folder(string name) => Assert.Equal(name, StateFolder.Encode(name));

    [Theory]
    [InlineData("Alice", "alice=")]
    [InlineData("con", "con=")]
    [InlineData("lpt1", "lpt1=")]
    [InlineData("aux", "aux=")]
    [InlineData("nul.txt", "nul-txt=")]
    [InlineData("a.", "a-=")]
    [InlineData("..", "--=")]
    [InlineData("../../etc", "------etc=")]
    [InlineData("a/b\\c:d", "a-b-c-d=")]
    [InlineData("é", "-=")]
    [InlineData("", "=")]
    public void Any_other_name_is_told_by_a_hash(string name, string readable)
    {
        string folder = StateFolder.Encode(name);

        Assert.StartsWith(readable, folder, StringComparison.Ordinal);
        Assert.Equal(readable.Length + 20, folder.Length);
    }

    [Fact]
    public void No_two_names_share_a_folder_wherever_it_is()
    {
        string[] names =
        [
            "alice", "Alice", "ALICE", "aLice", "e\u0301", "\u00e9", "\u00c9", "ß", "ss", "\u212a", "k", "K", "a.b", "a-b", "a_b", "A.b",
            "\u0131", "i", "I", "\u0130", "1", "\u0661", "con", "CON", "con.x", "alice.", "alice-", new string('a', 32), new string('a', 33), new string('a', 64),
            .. Enumerable.Range(0, 1_000).Select(i => $"Peer{i}"),
        ];

        Assert.Equal(names.Length, names.Select(StateFolder.Encode).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void A_folder_name_is_short_and_of_plain_characters_and_no_device()
    {
        var random = new Random(1);
        string[] devices = ["con", "prn", "aux", "nul", .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"com{i}", $"lpt{i}" })];
        string[] names = [.. devices, .. devices.Select(name => name.ToUpperInvariant()), .. devices.Select(name => name + ".txt"),
            .. Enumerable.Range(0, 2_000).Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 65)).Select(_ => (char)random.Next(1, 0xD800))]))];

        Assert.All(names, name =>
        {
            string folder = StateFolder.Encode(name);
            Assert.InRange(folder.Length, 1, 53);
            Assert.All(folder, c => Assert.True(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '='));
            Assert.DoesNotContain(folder.Split('.')[0], devices);
        });
    }
}
