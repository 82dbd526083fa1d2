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

    /// <summary>Whether the text is an array of strings. Anybody may send one, so this neither allocates nor throws.</summary>
    public static bool IsValid(ReadOnlySpan<byte> json) => JsonStringArray.IsValid(json);

    /// <summary>The ids of a list, those that are none left out, with their endpoints where both arrays are equally long.</summary>
    public static List<ReportedPeer> Read(in Datagram response)
    {
        var ids = new List<string>();
        var endpoints = new List<string>();
        _ = TryRead(response[Field.Peers], ids);
        bool paired = TryRead(response[Field.Endpoints], endpoints) && endpoints.Count == ids.Count;
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

    /// <summary>Fills the list with at most <see cref="MaxEntries"/> strings of an array; false when the text is none.</summary>
    private static bool TryRead(ReadOnlySpan<byte> json, List<string> into)
    {
        if (!JsonStringArray.IsValid(json))
        {
            return false;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1 });
        _ = reader.Read();
        while (into.Count < MaxEntries && reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            into.Add(reader.GetString()!);
        }

        return true;
    }
}
