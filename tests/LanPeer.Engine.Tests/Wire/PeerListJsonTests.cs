using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class PeerListJsonTests
{
    [Theory]
    [InlineData("[]", true)]
    [InlineData(" [ ] ", true)]
    [InlineData("[\"a\",\"\"]", true)]
    [InlineData("", false)]
    [InlineData("[", false)]
    [InlineData("]", false)]
    [InlineData("[]]", false)]
    [InlineData("[\"a\"", false)]
    [InlineData("[true]", false)]
    [InlineData("{}", false)]
    [InlineData("\"a\"", false)]
    [InlineData("[[]]", false)]
    [InlineData("[\"\\ud800\"]", false)]
    public void Only_an_array_of_strings_is_a_list(string json, bool isValid)
        => Assert.Equal(isValid, PeerListJson.IsValid(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Of_a_long_list_the_first_1024_are_taken()
    {
        string[] ids = [.. Enumerable.Range(0, 1_500).Select(i => $"p{i}@h")];
        List<ReportedPeer> peers = Read(ids, [.. ids.Select((_, i) => $"10.0.0.1:{i + 1}")]);
        Assert.Equal(PeerListJson.MaxEntries, peers.Count);
        Assert.Equal("p1023@h", peers[^1].UserId);
        Assert.Equal(1_024, peers[^1].Endpoint.Port);
    }

    [Fact]
    public void An_id_that_is_none_takes_its_endpoint_with_it()
    {
        List<ReportedPeer> peers = Read(["no id", "b@h"], ["10.0.0.1:1", "10.0.0.2:2"]);
        ReportedPeer peer = Assert.Single(peers);
        Assert.Equal("b@h 10.0.0.2:2", $"{peer.UserId} {peer.Endpoint}");
    }

    [Fact]
    public void Control_characters_in_escapes_make_no_id()
        => Assert.Empty(Read(["a\u001b@h", "a\u202e@h", "a\n@h"], []));

    private static List<ReportedPeer> Read(string[] ids, string[] endpoints)
    {
        string text = $"TYPE:PEER_LIST_RESPONSE\nFROM:a@b\nPEERS:{Json(ids)}\nENDPOINTS:{Json(endpoints)}\n\n";
        Assert.Equal(DropReason.None, DatagramReader.Read(Encoding.UTF8.GetBytes(text), out Datagram datagram));
        return PeerListJson.Read(datagram);
    }

    private static string Json(string[] texts) => System.Text.Json.JsonSerializer.Serialize(texts);
}
