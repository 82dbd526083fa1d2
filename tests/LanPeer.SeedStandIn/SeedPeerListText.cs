using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace LanPeer.SeedStandIn;

/// <summary>The PEERS field: a JSON array written the way the seed's language writes it.</summary>
public static class SeedPeerListText
{
    /// <summary>Writes ids with ", " between them and everything beyond ASCII escaped in lower-case hex.</summary>
    public static string Write(IEnumerable<string> ids)
    {
        // The framework's own writer leaves no blank after the comma and escapes more characters.
        var text = new StringBuilder("[");
        foreach (string id in ids)
        {
            text.Append(text.Length == 1 ? "\"" : ", \"");
            foreach (char c in id)
            {
                _ = c switch
                {
                    '"' => text.Append("\\\""),
                    '\\' => text.Append("\\\\"),
                    '\n' => text.Append("\\n"),
                    '\r' => text.Append("\\r"),
                    '\t' => text.Append("\\t"),
                    '\b' => text.Append("\\b"),
                    '\f' => text.Append("\\f"),
                    < ' ' or > '~' and not '\x7f' =>
                        text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                    _ => text.Append(c),
                };
            }

            text.Append('"');
        }

        return text.Append(']').ToString();
    }

    /// <summary>Reads the ids; false when the text is no JSON array.</summary>
    public static bool TryRead(string json, out IReadOnlyList<string> ids)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Array)
            {
                ids = document.RootElement.EnumerateArray().Select(static e => e.ToString()).ToArray();
                return true;
            }
        }
        catch (JsonException)
        {
            // Falls through to the same answer as for JSON of another shape.
        }

        ids = [];
        return false;
    }
}
