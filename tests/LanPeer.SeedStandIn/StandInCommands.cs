using System;
using System.Collections.Generic;
using System.IO;
using System.Net;

namespace LanPeer.SeedStandIn;

/// <summary>Obeys the commands that come in, one a line.</summary>
internal sealed class StandInCommands(SeedPeer peer, StandInEvents events)
{
    private const string DefaultStatus = "Hello from P2P LSNP!";

    // What is no picture by its name goes out as a PNG all the same (D23).
    private static readonly Dictionary<string, string> _pictureTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".bmp"] = "image/bmp",
        [".webp"] = "image/webp",
        [".svg"] = "image/svg+xml",
        [".tif"] = "image/tiff",
        [".tiff"] = "image/tiff",
        [".ico"] = "image/vnd.microsoft.icon",
    };

    /// <summary>Reads commands until QUIT or the end of the input.</summary>
    public void Run(TextReader input)
    {
        while (input.ReadLine() is { } line)
        {
            int blank = line.IndexOf(' ', StringComparison.Ordinal);
            string name = (blank < 0 ? line : line[..blank]).Trim().ToUpperInvariant();
            string rest = blank < 0 ? "" : line[(blank + 1)..];
            if (name == "QUIT")
            {
                return;
            }

            try
            {
                Obey(name, rest);
            }
            catch (Exception e)
            {
                // A bad line of a test must not take the other side away in the middle of it.
                events.Error($"{name}: {e.Message}");
            }
        }
    }

    private void Obey(string name, string rest)
    {
        switch (name)
        {
            case "":
                break;
            case "POST":
                events.Sent(name, peer.Post(Unescape(rest)));
                break;
            case "DM":
                (string to, string text) = Cut(rest, ' ');
                events.Sent(name, peer.Dm(to, Unescape(text)));
                break;
            case "PROFILE":
                Profile(rest);
                break;
            case "LIST":
                events.Peers(peer);
                break;
            case "RAW":
                string[] parts = rest.Split(' ', 3);
                var target = new IPEndPoint(IPAddress.Parse(parts[0]), ushort.Parse(parts[1]));
                events.Sent(name, peer.SendRaw(Convert.FromBase64String(parts.Length > 2 ? parts[2] : ""), target));
                break;
            case "ANNOUNCE":
                peer.Announce();
                break;
            case "STATS":
                events.Stats(peer);
                break;
            default:
                events.Error($"unknown command {name}");
                break;
        }
    }

    private void Profile(string rest)
    {
        string[] parts = rest.Split('|', 3);
        string display = parts[0].Length > 0 ? parts[0] : peer.UserId[..peer.UserId.LastIndexOf('@')];
        string status = parts.Length > 1 && parts[1].Length > 0 ? parts[1] : DefaultStatus;
        string path = parts.Length > 2 ? parts[2] : "";
        byte[]? avatar = null;
        if (path.Length > 0)
        {
            try
            {
                avatar = File.ReadAllBytes(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The profile is sent all the same, without the picture (D23).
                events.Error($"File not found: {path}: {e.Message}");
            }
        }

        string type = _pictureTypes.GetValueOrDefault(Path.GetExtension(path), "image/png");
        events.Sent("PROFILE", peer.SetProfile(Unescape(display), Unescape(status), avatar, type));
    }

    // The seed's program reads its texts from a terminal line; a real line break in one is what a hostile
    // sender puts there (D6).
    private static string Unescape(string text) => text.Replace("\\n", "\n", StringComparison.Ordinal);

    private static (string Head, string Tail) Cut(string text, char at)
    {
        int index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }
}
