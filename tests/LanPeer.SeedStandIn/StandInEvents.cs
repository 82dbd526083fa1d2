using System.Linq;
using System.Numerics;

namespace LanPeer.SeedStandIn;

/// <summary>Turns what a stand-in notices and does into lines of output.</summary>
internal sealed class StandInEvents(JsonLineWriter writer)
{
    public void Started(SeedPeer peer) => writer.Write(
        "started",
        false,
        ("userId", peer.UserId),
        ("port", peer.Port),
        ("discoveryError", peer.DiscoveryError));

    public void Happened(SeedHappening h)
    {
        (string, object?) from = ("from", h.From);
        (string, object?) source = ("source", h.Source?.ToString());
        (string, object?) socket = ("socket", h.Socket == SeedSocketKind.Unicast ? "unicast" : "discovery");
        switch (h.Kind)
        {
            case SeedHappeningKind.Post:
                writer.Write("post", false, from, ("text", h.Text), source, socket);
                break;
            case SeedHappeningKind.Dm:
                writer.Write("dm", false, from, ("text", h.Text), source, socket);
                break;
            case SeedHappeningKind.Profile:
                writer.Write(
                    "profile",
                    false,
                    from,
                    ("displayName", Field(h, "DISPLAY_NAME")),
                    ("status", Field(h, "STATUS")),
                    ("avatarType", Field(h, "AVATAR_TYPE")),
                    ("avatarBase64", Field(h, "AVATAR_DATA")),
                    source,
                    socket);
                break;
            case SeedHappeningKind.Discovery:
                writer.Write("discovery", true, ("id", h.From), ("ip", h.Source!.Address.ToString()), ("port", Number(h.Port)), socket);
                break;
            case SeedHappeningKind.PeerList:
                writer.Write("peerList", false, ("type", h.Type), from, ("text", h.Text), source, socket);
                break;
            case SeedHappeningKind.Unknown:
                writer.Write("unknown", false, ("type", h.Type), from, source, socket);
                break;
            default:
                Error(h.Text);
                break;
        }
    }

    public void Error(string text) => writer.Write("error", true, ("text", text));

    public void Sent(string command, SeedSendResult result) => writer.Write(
        "sent",
        false,
        ("command", command),
        ("count", result.Claimed),
        ("really", result.Sent),
        ("error", result.Error));

    public void Peers(SeedPeer peer) => writer.Write(
        "peers",
        false,
        ("peers", peer.List().Select(static p => new { id = p.Id, ip = p.Address.ToString(), port = Number(p.Port) }).ToArray()));

    public void Stats(SeedPeer peer, string name = "stats") => writer.Write(
        name,
        false,
        ("datagramsSent", peer.Counters.DatagramsSent),
        ("datagramsReceived", peer.Counters.DatagramsReceived),
        ("announcementsSent", peer.Counters.AnnouncementsSent),
        ("discoveryAnswersSent", peer.Counters.DiscoveryAnswersSent),
        ("discoveryAnswersCapped", peer.Counters.DiscoveryAnswersCapped),
        ("discoveriesReceived", peer.Counters.Of(SeedHappeningKind.Discovery)),
        ("sendErrors", peer.Counters.SendErrors),
        ("dmsForOthers", peer.Counters.DmsForOthers),
        ("unknownTypes", peer.Counters.UnknownTypes),
        ("linesDropped", writer.Dropped));

    private static string? Field(SeedHappening h, string key) => h.Fields.TryGetValue(key, out string? value) ? value : null;

    // A port beyond every number of JSON readers goes out as text.
    private static object Number(BigInteger port) =>
        port >= int.MinValue && port <= int.MaxValue ? (int)port : port.ToString();
}
