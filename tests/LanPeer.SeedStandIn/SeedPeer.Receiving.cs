using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;

namespace LanPeer.SeedStandIn;

/// <content>What the peer does with a datagram; both sockets handle every type.</content>
public sealed partial class SeedPeer
{
    private void Receive(byte[] raw, IPEndPoint source, SeedSocketKind socket)
    {
        if (_options.Loopback && !IPAddress.IsLoopback(source.Address))
        {
            return;
        }

        Counters.CountReceived();
        var seen = new SeedHappening
        {
            Kind = SeedHappeningKind.Error,
            Source = source,
            Socket = socket,
            Raw = raw,
        };
        Dictionary<string, string> fields;
        try
        {
            fields = SeedMessage.Decode(raw);
        }
        catch (DecoderFallbackException e)
        {
            Report(seen with { Text = e.Message });
            return;
        }

        string sender = Sender(fields);

        // Before anything is known about the message its sender is entered or moved: any type, any address,
        // any port (D4, D7, D11).
        if (sender.Length > 0 && sender != UserId)
        {
            _table.Put(sender, source.Address, source.Port);
        }

        Dispatch(seen with { Fields = fields, Type = fields.GetValueOrDefault("TYPE", ""), From = sender });
    }

    private void Dispatch(SeedHappening seen)
    {
        string content = Field(seen, "CONTENT", "");
        switch (seen.Type)
        {
            case "PEER_DISCOVERY":
                OnDiscovery(seen);
                break;
            case "POST":
                // Neither the own id nor a known MESSAGE_ID is looked for (D5, D19).
                Report(seen with
                {
                    Kind = SeedHappeningKind.Post,
                    From = Field(seen, "USER_ID", "Unknown"),
                    Text = content,
                });
                break;
            case "DM" when Field(seen, "TO", "") == UserId:
                Report(seen with
                {
                    Kind = SeedHappeningKind.Dm,
                    From = Field(seen, "FROM", "Unknown"),
                    Text = content,
                });
                break;
            case "DM":
                Counters.CountMisdirected();
                break;
            case "PROFILE":
                OnProfile(seen);
                break;
            case "PEER_LIST_REQUEST":
                OnPeerListRequest(seen);
                break;
            case "PEER_LIST_RESPONSE":
                OnPeerListResponse(seen);
                break;
            default:
                Report(seen with { Kind = SeedHappeningKind.Unknown, Text = $"Unknown message type: {seen.Type}" });
                break;
        }
    }

    private void OnDiscovery(SeedHappening seen)
    {
        string id = Field(seen, "USER_ID", "");
        if (id.Length == 0 || id == UserId)
        {
            return;
        }

        BigInteger port = seen.Source!.Port;
        if (seen.Fields.TryGetValue("PORT", out string? text) && !SeedMessage.TryReadNumber(text, out port))
        {
            // The table has been written already, with the source port (D21).
            Report(seen with { Text = $"invalid PORT: '{text}'" });
            return;
        }

        _table.Put(id, seen.Source.Address, port);
        Report(seen with { Kind = SeedHappeningKind.Discovery, From = id, Port = port });

        // No difference between an announcement and an answer: two of us never stop (D1).
        if (!_answerLimit.TryTake())
        {
            Counters.CountCapped();
        }
        else if (Send(DiscoveryDatagram(), seen.Source.Address, port) is { } error)
        {
            ReportError($"answer to {id}: {error}");
        }
        else
        {
            Counters.CountAnswer();
        }
    }

    private void OnProfile(SeedHappening seen)
    {
        string id = Field(seen, "USER_ID", "Unknown");
        string status = Field(seen, "STATUS", "");
        string name = Field(seen, "DISPLAY_NAME", id);

        // The data is neither decoded nor kept, only noticed (D23).
        string? avatar = seen.Fields.ContainsKey("AVATAR_DATA")
            ? Field(seen, "AVATAR_TYPE", "image/png")
            : null;
        _table.PutProfile(id, new SeedProfile(name, status, avatar));
        Report(seen with { Kind = SeedHappeningKind.Profile, From = id, Text = status });
    }

    private void OnPeerListRequest(SeedHappening seen)
    {
        string from = Field(seen, "FROM", "");
        Report(seen with { Kind = SeedHappeningKind.PeerList, From = from });
        if (from.Length == 0 || from == UserId)
        {
            return;
        }

        // To the source port, however large the table is (D10: amplification, then EMSGSIZE).
        SeedPeerEntry[] peers = _table.Snapshot();
        byte[] answer = SeedMessage.Encode(
            ("TYPE", "PEER_LIST_RESPONSE"),
            ("FROM", UserId),
            ("PEERS", SeedPeerListText.Write(Array.ConvertAll(peers, static p => p.Id))),
            ("COUNT", peers.Length.ToString(CultureInfo.InvariantCulture)),
            ("TIMESTAMP", SeedMessage.Now()),
            ("MESSAGE_ID", SeedMessage.NewMessageId()));
        if (Send(answer, seen.Source!.Address, seen.Source.Port) is { } error)
        {
            ReportError($"peer list to {from}: {error}");
        }
    }

    private void OnPeerListResponse(SeedHappening seen)
    {
        if (SeedPeerListText.TryRead(Field(seen, "PEERS", "[]"), out IReadOnlyList<string> ids))
        {
            Report(seen with { Kind = SeedHappeningKind.PeerList, Text = string.Join(", ", ids) });
        }
        else
        {
            Report(seen with { Text = "Could not parse peer list" });
        }
    }

    private static string Sender(Dictionary<string, string> fields)
    {
        string user = fields.GetValueOrDefault("USER_ID", "");
        return user.Length > 0 ? user : fields.GetValueOrDefault("FROM", "");
    }

    private static string Field(SeedHappening seen, string key, string missing) =>
        seen.Fields.TryGetValue(key, out string? value) ? value : missing;

    private void ReportError(string text) => Report(new SeedHappening { Kind = SeedHappeningKind.Error, Text = text });

    private void Report(SeedHappening happening)
    {
        SeedHappening kept = _log.Add(happening);
        Happened?.Invoke(this, new SeedHappeningEventArgs(kept));
    }
}
