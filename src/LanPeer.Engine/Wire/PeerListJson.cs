using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;

namespace LanPeer.Wire;

/// <summary>One line of a peer list: somebody's word, believed of nobody (docs/protocol.md, "Peer lists").</summary>
/// <param name="UserId">The id as reported.</param>
/// <param name="Endpoint">Where it is said to listen; default when the reporter did not say.</param>
internal readonly record struct ReportedPeer(string UserId, Ipv4Endpoint Endpoint);

/// <summary>PEERS and ENDPOINTS: JSON arrays of strings (RFC 8259) in one line.</summary>
internal static class PeerListJson
{
    /// <summary>How many ids of one list are taken up; a datagram holds about 5,000 of the shortest.</summary>
    public const int MaxEntries = 1_024;

    public static bool IsValid(ReadOnlySpan<byte> json) => TryWalk(json, null);

    /// <summary>The ids of a list, those that are none left out, with their endpoints where both arrays are equally long.</summary>
    public static List<ReportedPeer> Read(in Datagram response)
    {
        var ids = new List<string>();
        var endpoints = new List<string>();
        _ = TryWalk(response[Field.Peers], ids);
        bool paired = TryWalk(response[Field.Endpoints], endpoints) && endpoints.Count == ids.Count;
        var peers = new List<ReportedPeer>(ids.Count);
        for (int i = 0; i < ids.Count; i++)
        {
            if (!UserIds.IsValid(Encoding.UTF8.GetBytes(ids[i])))
            {
                continue;
            }

            Ipv4Endpoint endpoint = default;
            if (paired && (!Ipv4Endpoint.TryParse(Encoding.UTF8.GetBytes(endpoints[i]), out endpoint) || !endpoint.IsUsable))
            {
                endpoint = default;
            }

            peers.Add(new ReportedPeer(ids[i], endpoint));
        }

        return peers;
    }

    /// <summary>Whether the text is an array of strings; fills the list with at most <see cref="MaxEntries"/> of them.</summary>
    private static bool TryWalk(ReadOnlySpan<byte> json, List<string>? into)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                // Decoding checks the escapes, which the tokenizer alone does not (a lone surrogate throws).
                string text = reader.GetString()!;
                if (into is { Count: < MaxEntries })
                {
                    into.Add(text);
                }
            }

            return reader.TokenType == JsonTokenType.EndArray && !reader.Read();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
