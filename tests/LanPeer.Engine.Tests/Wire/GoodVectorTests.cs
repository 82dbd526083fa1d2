using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class GoodVectorTests
{
    /// <summary>What an entry may say; a misspelt expectation would otherwise expect nothing.</summary>
    private static readonly HashSet<string> s_properties =
    [
        "name", "text", "base64", "parts", "dialect", "type", "sender", "fields", "timestamp", "port", "proto", "boot",
        "content", "contentLength", "avatar", "peers",
    ];

    public static TheoryData<string> Names => VectorFile.Good.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_read(string name)
    {
        JsonElement entry = VectorFile.Good[name];
        Assert.DoesNotContain(entry.EnumerateObject(), p => !s_properties.Contains(p.Name));
        DropReason reason = DatagramReader.Read(VectorFile.Bytes(entry), out Datagram datagram);

        Assert.Equal("None", reason.ToString());
        Assert.Equal(entry.GetProperty("type").GetString(), WireNames.Of(datagram.Type));
        Assert.Equal(entry.GetProperty("dialect").GetString(), WireNames.Of(datagram.Dialect));
        Assert.Equal(VectorFile.Optional(entry, "sender") ?? "", Encoding.UTF8.GetString(datagram.Sender));
        JsonElement timestamp = entry.GetProperty("timestamp");
        Assert.Equal(timestamp.ValueKind == JsonValueKind.Null ? null : timestamp.GetInt64(), datagram.Timestamp);
        foreach (JsonProperty expected in entry.EnumerateObject())
        {
            Check(expected, datagram);
        }
    }

    [Fact]
    public void Every_type_is_there_in_both_dialects()
    {
        var seen = VectorFile.Good.Entries.Select(e => (e.GetProperty("type").GetString(), e.GetProperty("dialect").GetString())).ToHashSet();
        foreach (MessageType type in Enum.GetValues<MessageType>().Where(t => t != MessageType.Unknown))
        {
            Assert.Contains((WireNames.Of(type), "lean"), seen);
            Assert.Contains((WireNames.Of(type), "rfc"), seen);
        }
    }

    [Fact]
    public void Every_key_is_there()
    {
        var seen = VectorFile.Good.Entries.Where(e => e.TryGetProperty("fields", out _))
            .SelectMany(e => e.GetProperty("fields").EnumerateObject().Select(p => p.Name)).ToHashSet();
        Assert.DoesNotContain(Enum.GetValues<Field>(), f => f != Field.None && !seen.Contains(WireNames.Of(f)));
    }

    private static void Check(JsonProperty expected, in Datagram datagram)
    {
        JsonElement value = expected.Value;
        switch (expected.Name)
        {
            case "fields":
                CheckFields(value, datagram);
                break;
            case "port":
                Assert.Equal(value.GetInt32(), datagram.Port);
                break;
            case "proto":
                Assert.Equal(value.GetInt32(), datagram.Proto);
                break;
            case "boot":
                Assert.Equal(value.GetString() ?? "00000000", datagram.Boot.ToString("x8"));
                break;
            case "content":
                Assert.Equal(value.GetString(), datagram.ContentText());
                break;
            case "contentLength":
                Assert.Equal(value.GetInt32(), datagram.ContentText().Length);
                break;
            case "avatar":
                CheckAvatar(value, AvatarImage.Read(datagram));
                break;
            case "peers":
                Assert.Equal(
                    value.EnumerateArray().Select(p => (p.GetProperty("id").GetString(), p.GetProperty("endpoint").GetString())),
                    PeerListJson.Read(datagram).Select(p => ((string?)p.UserId, p.Endpoint == default ? null : p.Endpoint.ToString())));
                break;
            default:
                break;
        }
    }

    private static void CheckFields(JsonElement expected, in Datagram datagram)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (Field field = 0; field < Field.None; field++)
        {
            if (datagram.Has(field))
            {
                found[WireNames.Of(field)] = datagram.Text(field);
            }
        }

        var wanted = new SortedDictionary<string, string>(
            expected.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!), StringComparer.Ordinal);
        Assert.Equal(wanted, found);
    }

    private static void CheckAvatar(JsonElement expected, byte[]? avatar)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.Null(avatar);
            return;
        }

        Assert.NotNull(avatar);
        Assert.Equal(expected.GetProperty("bytes").GetInt32(), avatar.Length);
        Assert.Equal(expected.GetProperty("type").GetString(), AvatarImage.Recognise(avatar));
        Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(avatar)));
    }
}
