using System;
using System.Collections.Generic;
using System.Linq;
using System.Security;
using System.Text;
using LanPeer.Security;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>JSON arrays of strings: the own reader and the platform's agree on what is one.</summary>
internal sealed class StringArrayTarget : InputTarget
{
    private static readonly byte[][] s_corpus =
    [
        .. "[]|[\"a@b\"]|[ \"a@10.77.0.1\" , \"b\\u0041\\ud83d\\ude00\\n\\/\" ]\t|[\"10.77.0.1:9000\",\"\"]|[\"\\\"\\\\\"]|[\"é€😀\"]".Split('|').Select(Encoding.UTF8.GetBytes),
    ];

    public override string Name => "string-array";

    public override string About => "JsonStringArray against System.Text.Json";

    public override int CasesInTests => 60;

    protected override IReadOnlyList<byte[]> Corpus => s_corpus;

    public override string Try(byte[] input)
    {
        if (!System.Text.Unicode.Utf8.IsValid(input))
        {
            return "no text";
        }

        bool isValid = JsonStringArray.IsValid(input);
        Require(isValid == DatagramTarget.IsStringArray(input), $"an array of strings: {isValid}, says the own reader alone");
        return $"{isValid} {input.Length / 8}";
    }

    protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => JsonMutator.Mutate(input, other, random);
}

/// <summary>What is typed or read as one word: user ids, PEER_IDs, endpoints, network keys, names.</summary>
internal sealed class WordTarget : InputTarget
{
    private static readonly byte[][] s_corpus =
    [
        .. Vectors.UserIds,
        .. "KI2RW4X5SNG6P2IXIZSL2FLN2LEOYL3U|ki2r-w4x5-sng6-p2ix-izsl-2fln-2leo-yl3u|10.77.0.1:9000|127.0.0.1|0.0.0.0:1|correct horse battery staple".Split('|').Select(Encoding.UTF8.GetBytes),
    ];

    public override string Name => "word";

    public override string About => "user ids, PEER_IDs, endpoints, names, network keys";

    public override int CasesInTests => 60;

    protected override IReadOnlyList<byte[]> Corpus => s_corpus;

    public override string Try(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        bool isId = PeerId.TryNormalize(text, out string peerId);
        Require(!isId || (PeerId.IsValid(Encoding.ASCII.GetBytes(peerId)) && PeerId.TryNormalize(PeerId.Grouped(peerId), out string again) && again == peerId),
            "a PEER_ID that does not come back");
        bool isUserId = UserIds.IsValid(input);
        if (isUserId)
        {
            Visible.Check(text, isLine: true);
            Require(Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(input) && Pin.IsUserId(text), "a user id that does not come back");
            _ = UserIds.TryGetAddress(input, out _);
            _ = UserIds.NamePart(input);
        }

        bool isEndpoint = Ipv4Endpoint.TryParse(input, out Ipv4Endpoint endpoint);
        Require(!isEndpoint || (Ipv4Endpoint.TryParse(Encoding.ASCII.GetBytes(endpoint.ToString()), out Ipv4Endpoint same) && same == endpoint),
            "an endpoint that does not come back");
        bool isName = UserIds.IsValidName(text);
        Require(!isName || UserIds.IsValid(Encoding.UTF8.GetBytes(text + "@127.0.0.1")), "a name that makes no user id");
        return $"{isId} {isUserId} {isEndpoint} {isName} {IsNetworkKey(text)}";
    }

    protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => random.Next(3) switch
    {
        0 => ByteMutator.Mutate(input, other, random),
        1 => TextMutator.Value([], input, random),
        _ => [.. Encoding.UTF8.GetBytes(Visible.Suspect(random).ToString()), .. input],
    };

    private static bool IsNetworkKey(string text)
    {
        if (text.Length > 2_000)
        {
            return false;
        }

        using var typed = new SecureString();
        foreach (char c in text)
        {
            typed.AppendChar(c);
        }

        try
        {
            return LanNetworkKey.FromSecureString(typed).Bytes.Length >= LanNetworkKey.MinLength;
        }
        catch (LanPeerException)
        {
            return false;
        }
    }
}

/// <summary>Texts as they are shown and escaped.</summary>
internal sealed class VisibleTarget : InputTarget
{
    private static readonly byte[][] s_corpus = [.. Vectors.Contents, .. Vectors.UserIds];

    public override string Name => "visible";

    public override string About => "VisibleText and ContentEscape: nothing hidden is shown raw, nothing is lost by escaping";

    public override int CasesInTests => 60;

    protected override IReadOnlyList<byte[]> Corpus => s_corpus;

    public override string Try(byte[] input)
    {
        // Half of a surrogate pair, too, which no UTF-8 gives but a string may hold.
        string text = input.Length % 3 == 1 ? Encoding.UTF8.GetString(input) + (char)(0xD800 + input[0]) : Encoding.UTF8.GetString(input);
        string line = VisibleText.Line(text), block = VisibleText.Block(text);
        Visible.Check(line, isLine: true);
        Visible.Check(block, isLine: false);
        Require(VisibleText.Line(line) == line && VisibleText.Block(block) == block, "what is visible changes when it is made visible");
        bool isEscape = ContentEscape.IsValid(input);
        if (isEscape && System.Text.Unicode.Utf8.IsValid(input))
        {
            string decoded = ContentEscape.Decode(input);
            byte[] encoded = Encoding.UTF8.GetBytes(ContentEscape.Encode(decoded));
            Require(ContentEscape.IsValid(encoded) && ContentEscape.Decode(encoded) == decoded, "a text that does not come back");
        }

        return $"{line == text} {block == text} {isEscape} {input.Length / 16}";
    }

    protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => random.Next(3) switch
    {
        0 => ByteMutator.Mutate(input, other, random),
        1 => TextMutator.Value("CONTENT"u8.ToArray(), input, random),
        _ => [.. input, .. Encoding.UTF8.GetBytes(Visible.Suspect(random).ToString()), .. other],
    };
}
