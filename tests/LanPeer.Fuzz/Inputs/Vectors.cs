using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;

namespace LanPeer.Fuzz;

/// <summary>What mutation begins with: the inputs of tests/vectors, built into this assembly.</summary>
internal static class Vectors
{
    /// <summary>Datagrams in text: good ones, bad ones, written ones, those of the sequences.</summary>
    public static IReadOnlyList<byte[]> Texts { get; } =
        [.. Datagrams("read-good.json"), .. Datagrams("read-bad.json"), .. Datagrams("write.json"), .. Datagrams("state.json"), .. Items("sessions.json", "posts", "text")];

    /// <summary>Signed posts.</summary>
    public static IReadOnlyList<byte[]> Posts { get; } = Items("sessions.json", "posts", "text");

    /// <summary>Sealed datagrams: good ones and bad ones.</summary>
    public static IReadOnlyList<byte[]> Sealed { get; } = Hex("sessions.json", "initiation", "response", "reply", "withMac2", "datagram", "hex");

    /// <summary>What transport datagrams carry.</summary>
    public static IReadOnlyList<byte[]> Frames { get; } = ReadFrames();

    /// <summary>User ids from the network, and names users choose.</summary>
    public static IReadOnlyList<byte[]> UserIds { get; } = [.. Strings("user-ids.json", "id"), .. Strings("user-ids.json", "chosen")];

    /// <summary>Texts, as they are and escaped.</summary>
    public static IReadOnlyList<byte[]> Contents { get; } = [.. Strings("escape.json", "text"), .. Strings("escape.json", "encoded")];

    /// <summary>Strings and hex digits of all entries, by the names of their properties.</summary>
    private static List<byte[]> Hex(string file, params string[] names)
    {
        var found = new List<byte[]>();
        Walk(Open(file), (name, value) =>
        {
            if (Array.IndexOf(names, name) >= 0 && value.ValueKind == JsonValueKind.String)
            {
                found.Add(Convert.FromHexString(value.GetString()!));
            }
        });
        return found;
    }

    private static List<byte[]> Strings(string file, string wanted)
    {
        var found = new List<byte[]>();
        Walk(Open(file), (name, value) =>
        {
            if (name == wanted && value.ValueKind == JsonValueKind.String)
            {
                found.Add(Encoding.UTF8.GetBytes(value.GetString()!));
            }
        });
        return found;
    }

    /// <summary>Every object with a datagram in one of the three ways of tests/vectors/README.md.</summary>
    private static List<byte[]> Datagrams(string file)
    {
        var found = new List<byte[]>();
        foreach (JsonElement entry in Open(file).GetProperty("entries").EnumerateArray())
        {
            if (entry.TryGetProperty("steps", out JsonElement steps))
            {
                foreach (JsonElement step in steps.EnumerateArray())
                {
                    AddDatagram(found, step);
                }
            }
            else
            {
                AddDatagram(found, entry);
            }
        }

        return found;
    }

    private static void AddDatagram(List<byte[]> found, JsonElement entry)
    {
        if (BytesOf(entry) is { Length: > 0 } bytes)
        {
            found.Add(bytes);
        }
    }

    private static byte[]? BytesOf(JsonElement entry)
    {
        if (entry.TryGetProperty("parts", out JsonElement parts))
        {
            var joined = new List<byte>();
            foreach (JsonElement part in parts.EnumerateArray())
            {
                byte[] one = part.TryGetProperty("repeat", out JsonElement repeat) ? Encoding.UTF8.GetBytes(repeat.GetString()!) : BytesOf(part)!;
                for (int i = part.TryGetProperty("count", out JsonElement count) ? count.GetInt32() : 1; i > 0; i--)
                {
                    joined.AddRange(one);
                }
            }

            return [.. joined];
        }

        return entry.TryGetProperty("base64", out JsonElement base64) ? base64.GetBytesFromBase64()
            : entry.TryGetProperty("text", out JsonElement text) && text.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(text.GetString()!) : null;
    }

    private static List<byte[]> Items(string file, string list, string property)
    {
        var found = new List<byte[]>();
        foreach (JsonElement item in Open(file).GetProperty(list).EnumerateArray())
        {
            found.Add(Encoding.UTF8.GetBytes(item.GetProperty(property).GetString()!));
        }

        return found;
    }

    private static List<byte[]> ReadFrames()
    {
        JsonElement root = Open("sessions.json");
        var posts = new Dictionary<string, byte[]>();
        foreach (JsonElement post in root.GetProperty("posts").EnumerateArray())
        {
            posts[post.GetProperty("name").GetString()!] = Encoding.UTF8.GetBytes(post.GetProperty("text").GetString()!);
        }

        var found = new List<byte[]>();
        foreach (JsonElement session in root.GetProperty("sessions").EnumerateArray())
        {
            foreach (JsonElement item in session.GetProperty("transport").EnumerateArray())
            {
                if (item.TryGetProperty("frames", out JsonElement frames))
                {
                    found.Add(FramesOf(frames, posts));
                }
            }
        }

        return found;
    }

    private static byte[] FramesOf(JsonElement frames, Dictionary<string, byte[]> posts)
    {
        var bytes = new List<byte>();
        foreach (JsonElement frame in frames.EnumerateArray())
        {
            byte[] body = frame.TryGetProperty("post", out JsonElement post) ? [.. posts[post.GetString()!]]
                : frame.TryGetProperty("hex", out JsonElement hex) ? Convert.FromHexString(hex.GetString()!)
                : [.. BytesOf(frame) ?? []];
            if (frame.TryGetProperty("stream", out JsonElement stream))
            {
                byte[] message = new byte[Protocol.Frames.Header + MessageFrame.Header + body.Length];
                MessageFrame.Write(message, stream.GetUInt64(), frame.GetProperty("sequence").GetUInt64(), body.Length, 0, body);
                bytes.AddRange(message);
                continue;
            }

            bytes.AddRange(FrameMutator.Write(frame.GetProperty("type").GetByte(), body));
        }

        return [.. bytes];
    }

    private static void Walk(JsonElement element, Action<string, JsonElement> visit)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                Walk(item, visit);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                visit(property.Name, property.Value);
                Walk(property.Value, visit);
            }
        }
    }

    private static JsonElement Open(string file)
    {
        using Stream stream = typeof(Vectors).Assembly.GetManifestResourceStream(file) ?? throw new InvalidOperationException($"{file} is not built in.");
        using JsonDocument document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }
}
