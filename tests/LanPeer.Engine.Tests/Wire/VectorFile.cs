using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Xunit;

namespace LanPeer.Tests.Wire;

/// <summary>One file of tests/vectors. Its format is described in tests/vectors/README.md.</summary>
internal sealed class VectorFile
{
    private readonly List<(string Name, JsonElement Entry)> _entries = [];

    private VectorFile(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "vectors", name)));
        foreach (JsonElement entry in document.RootElement.GetProperty("entries").EnumerateArray())
        {
            _entries.Add((entry.GetProperty("name").GetString()!, entry.Clone()));
        }
    }

    public static VectorFile Good { get; } = new("read-good.json");

    public static VectorFile Bad { get; } = new("read-bad.json");

    public static VectorFile Write { get; } = new("write.json");

    public static VectorFile Escape { get; } = new("escape.json");

    public static VectorFile Avatar { get; } = new("avatar.json");

    public static VectorFile UserId { get; } = new("user-ids.json");

    public static VectorFile State { get; } = new("state.json");

    public static IEnumerable<VectorFile> All => [Good, Bad, Write, Escape, Avatar, UserId, State];

    /// <summary>Where vectors and documents are copied to by the build.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Wire");

    public IEnumerable<JsonElement> Entries => _entries.Select(e => e.Entry);

    public TheoryData<string> Names => NamesWhere(_ => true);

    public JsonElement this[string name] => _entries.Single(e => e.Name == name).Entry;

    public TheoryData<string> NamesWhere(Predicate<JsonElement> condition)
    {
        var names = new TheoryData<string>();
        foreach ((string name, JsonElement entry) in _entries)
        {
            if (condition(entry))
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>The datagram of an entry: <c>text</c>, <c>base64</c>, or <c>parts</c> of these and of <c>repeat</c>.</summary>
    public static byte[] Bytes(JsonElement entry)
    {
        if (entry.TryGetProperty("parts", out JsonElement parts))
        {
            return Join(parts);
        }

        return entry.TryGetProperty("base64", out JsonElement base64)
            ? base64.GetBytesFromBase64() : Encoding.UTF8.GetBytes(entry.GetProperty("text").GetString()!);
    }

    /// <summary>The bytes of a list of parts.</summary>
    public static byte[] Join(JsonElement parts)
    {
        var bytes = new List<byte>();
        foreach (JsonElement part in parts.EnumerateArray())
        {
            byte[] one = part.TryGetProperty("repeat", out JsonElement repeat)
                ? Encoding.UTF8.GetBytes(repeat.GetString()!) : Bytes(part);
            int count = part.TryGetProperty("count", out JsonElement times) ? times.GetInt32() : 1;
            for (int i = 0; i < count; i++)
            {
                bytes.AddRange(one);
            }
        }

        return [.. bytes];
    }

    /// <summary>A text of an input: itself, or one that is repeated.</summary>
    public static string Text(JsonElement text)
        => text.ValueKind == JsonValueKind.String ? text.GetString()!
            : string.Concat(Enumerable.Repeat(text.GetProperty("repeat").GetString()!, text.GetProperty("count").GetInt32()));

    /// <summary>A property as a string, or null when it is missing or null.</summary>
    public static string? Optional(JsonElement entry, string property)
        => entry.TryGetProperty(property, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value.GetString() : null;
}
