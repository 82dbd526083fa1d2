using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;

namespace LanPeer.EnginePeer;

/// <summary>
/// Obeys the commands that come in, one a line: POST text, DM id text, DMS id count, PROFILE name|status|file, PEERS,
/// FIND seconds, LIST seconds, COUNTERS, QUIT. In a text, \n is a line break. All but DMS are over when they return.
/// </summary>
internal sealed class PeerCommands(LanSession session, JsonLines output)
{
    public void Run(TextReader input)
    {
        while (input.ReadLine() is string line && line != "QUIT")
        {
            try
            {
                int blank = line.IndexOf(' ', StringComparison.Ordinal);
                Obey(blank < 0 ? line : line[..blank], blank < 0 ? "" : line[(blank + 1)..]);
            }
            catch (LanPeerException error)
            {
                output.Write("error", ("id", error.ErrorId), ("text", error.Message));
            }
        }
    }

    private void Obey(string command, string rest)
    {
        switch (command)
        {
            case "POST":
                Sent(command, [.. session.Post(Unescape(rest))]);
                break;
            case "DM":
                int blank = rest.IndexOf(' ', StringComparison.Ordinal);
                Sent(command, session.SendDM(rest[..blank], Unescape(rest[(blank + 1)..])));
                break;
            case "DMS":
                string[] many = rest.Split(' ');
                SendMany(many[0], int.Parse(many[1], CultureInfo.InvariantCulture));
                break;
            case "PROFILE":
                string[] parts = rest.Split('|');
                Sent(command, [.. session.SetProfile(parts[0], parts[1], parts[2].Length > 0 ? File.ReadAllBytes(parts[2]) : null)]);
                break;
            case "PEERS":
                Peers([.. session.Peers]);
                break;
            case "FIND":
                Peers([.. session.Find(Seconds(rest), CancellationToken.None)]);
                break;
            case "LIST":
                Peers([.. session.AskForPeers(Seconds(rest), CancellationToken.None)]);
                break;
            case "COUNTERS":
                LanCounters counters = session.Counters;
                output.Write("counters", ("received", counters.Received), ("sent", counters.Sent), ("sendErrors", counters.SendErrors),
                    ("delivered", counters.Delivered), ("dropped", counters.Dropped));
                break;
            default:
                output.Write("error", ("id", "Usage"), ("text", $"unknown command {command}"));
                break;
        }
    }

    /// <summary>Sends 1, 2, 3 ... at once, each with a tail that fills half a datagram, and tells when all are settled.</summary>
    private void SendMany(string userId, int count)
    {
        var tail = new string('.', 600);
        LanSending[] sendings = [.. Enumerable.Range(1, count).Select(number => session.BeginDM(userId, $"{number} {tail}"))];
        new Thread(() =>
        {
            foreach (LanSending sending in sendings)
            {
                sending.Wait(Timeout.InfiniteTimeSpan, CancellationToken.None);
            }

            Sent("DMS", [.. sendings.SelectMany(sending => sending.Deliveries)]);
        })
        { IsBackground = true }.Start();
    }

    private void Sent(string command, params LanDelivery[] deliveries) => output.Write("sent", ("command", command),
        ("deliveries", deliveries.Select(delivery => new { to = delivery.To, state = delivery.State.ToString(), reason = delivery.Reason })));

    private void Peers(LanPeer[] peers) => output.Write("peers", ("state", session.State.ToString()),
        ("peers", peers.Select(peer => new
        {
            id = peer.UserId,
            address = peer.Address,
            port = peer.Port,
            dialect = peer.Dialect.ToString(),
            state = peer.State.ToString(),
            trust = peer.Trust.ToString(),
            peerId = peer.PeerId,
            matched = peer.IsAddressMatched,
            displayName = peer.DisplayName,
        })));

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));

    private static string Unescape(string text) => text.Replace("\\n", "\n", StringComparison.Ordinal);
}
