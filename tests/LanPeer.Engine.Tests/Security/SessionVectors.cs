using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.Tests.Wire;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>tests/vectors/sessions.json, which another program wrote. Its format is described in tests/vectors/README.md.</summary>
internal static class SessionVectors
{
    private static readonly JsonElement s_file = Load();
    private static readonly ConcurrentDictionary<string, PeerNetwork> s_networks = new();

    public static IEnumerable<JsonElement> All(string section) => s_file.GetProperty(section).EnumerateArray();

    public static JsonElement Item(string section, string name) => All(section).Single(item => Text(item, "name") == name);

    public static TheoryData<string> Names(string section) => [.. All(section).Select(item => Text(item, "name"))];

    /// <summary>The bad datagrams of a section that reach one end, with the items they belong to.</summary>
    public static TheoryData<string, string> Bad(string section, string to)
    {
        var data = new TheoryData<string, string>();
        foreach (JsonElement item in All(section))
        {
            foreach (JsonElement bad in item.GetProperty("bad").EnumerateArray().Where(bad => Text(bad, "to") == to))
            {
                data.Add(Text(item, "name"), Text(bad, "name"));
            }
        }

        return data;
    }

    public static JsonElement BadOf(JsonElement item, string name)
        => item.GetProperty("bad").EnumerateArray().Single(bad => Text(bad, "name") == name);

    public static string Text(JsonElement item, string property) => item.GetProperty(property).GetString()!;

    public static byte[] Bytes(JsonElement item, string property) => Convert.FromHexString(Text(item, property));

    public static uint UInt32(JsonElement item, string property) => uint.Parse(Text(item, property), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    public static Identity IdentityOf(string name)
    {
        JsonElement item = Item("identities", name);
        return Identity.Import(Bytes(item, "agreementPrivate"), Bytes(item, "signingPrivate"));
    }

    /// <summary>The network of an item: null stands for the open one. Derived once, as that takes long by design.</summary>
    public static PeerNetwork NetworkOf(JsonElement item, string property = "network")
        => VectorFile.Optional(item, property) is string name ? s_networks.GetOrAdd(name, Derive) : PeerNetwork.Open;

    /// <summary>One end of a session, as the handshake knows it.</summary>
    public static HandshakePayload SaidBy(JsonElement end, Identity identity) => new()
    {
        Boot = UInt32(end, "boot"),
        Port = end.GetProperty("port").GetUInt16(),
        SigningKey = identity.Public.SigningKey.ToArray(),
        UserId = Encoding.UTF8.GetBytes(Text(end, "userId")),
    };

    /// <summary>LanPeer's own functions with the ephemeral key pair of the vector.</summary>
    public static HandshakeSuite SuiteOf(JsonElement end)
        => new(new GivenAgreement(P256Agreement.Import(Bytes(end, "ephemeralPrivate"))), AesGcmAead.Instance);

    public static ulong EpochOf(JsonElement initiator) => ulong.Parse(Text(initiator, "epoch"), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public static byte[] BodyOf(JsonElement frame)
        => VectorFile.Optional(frame, "text") is string text
            ? Protocol.MessageBytes.Frame(
                Encoding.UTF8.GetBytes(text), frame.GetProperty("stream").GetUInt64(), frame.GetProperty("sequence").GetUInt64())[global::LanPeer.Protocol.Frames.Header..]
            : Bytes(frame, "hex");

    public static DropReason DropOf(JsonElement item)
        => VectorFile.Optional(item, "drop") is string drop ? Enum.Parse<DropReason>(drop) : DropReason.None;

    private static PeerNetwork Derive(string name)
    {
        JsonElement item = Item("networks", name);
        return PeerNetwork.Closed(Text(item, "networkName"), [Encoding.UTF8.GetBytes(Text(item, "networkKey"))]);
    }

    private static JsonElement Load()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(VectorFile.Folder, "vectors", "sessions.json")));
        return document.RootElement.Clone();
    }
}

/// <summary>The curve with a first key pair that is given; further ones are fresh.</summary>
internal sealed class GivenAgreement(AgreementKey first) : KeyAgreement
{
    private AgreementKey? _first = first;

    public override string Name => P256Agreement.Instance.Name;

    public override int PublicKeyLength => P256Agreement.PointLength;

    public override AgreementKey Generate()
    {
        AgreementKey key = _first ?? P256Agreement.Instance.Generate();
        _first = null;
        return key;
    }
}

/// <summary>Randomness of which some is given: the next request of a length takes the next bytes given of that length.</summary>
internal sealed class GivenRandom : RandomSource
{
    private readonly Dictionary<int, Queue<byte[]>> _given = [];
    private readonly Random _other = new(5);

    public GivenRandom Give(byte[] bytes)
    {
        _given.TryAdd(bytes.Length, new Queue<byte[]>());
        _given[bytes.Length].Enqueue(bytes);
        return this;
    }

    /// <summary>Gives what an index, a BOOT or any other number of 64 bits is made of.</summary>
    public GivenRandom Give(uint number) => Give(BitConverter.GetBytes((ulong)number));

    public override void Fill(Span<byte> bytes)
    {
        if (_given.TryGetValue(bytes.Length, out Queue<byte[]>? queue) && queue.TryDequeue(out byte[]? given))
        {
            given.CopyTo(bytes);
            return;
        }

        _other.NextBytes(bytes);
    }
}
