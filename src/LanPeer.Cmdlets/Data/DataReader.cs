using System;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;

namespace LanPeer.Cmdlets.Data;

/// <summary>
/// JSON from the network as objects of the pipeline: properties, arrays, text, numbers, dates. It has no types and no
/// code, and its texts and names cannot command a terminal.
/// </summary>
internal static class DataReader
{
    /// <summary>The length of a date with its time in seconds, the shortest that is taken for one: 2026-11-23T04:22:04.</summary>
    private const int ShortestDate = 19;

    public static object? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => ReadObject(element),
        JsonValueKind.Array => ReadArray(element),
        JsonValueKind.String => ReadText(element),
        JsonValueKind.Number => ReadNumber(element),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static PSObject ReadObject(JsonElement element)
    {
        // PowerShell does not tell names apart by their case; the last one counts, as in JavaScript.
        var places = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var properties = new List<(string Name, object? Value)>();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = LanText.MakeVisible(property.Name, isLine: true);
            if (places.TryGetValue(name, out int place))
            {
                properties[place] = (properties[place].Name, Read(property.Value));
            }
            else if (name.Length > 0)
            {
                places.Add(name, properties.Count);
                properties.Add((name, Read(property.Value)));
            }
        }

        var made = new PSObject();
        foreach ((string name, object? value) in properties)
        {
            // Known to be new: otherwise all there are would be looked through for each.
            made.Properties.Add(new PSNoteProperty(name, value), preValidated: true);
        }

        return made;
    }

    private static object?[] ReadArray(JsonElement element)
    {
        object?[] items = new object?[element.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            items[i++] = Read(item);
        }

        return items;
    }

    private static object ReadText(JsonElement element)
    {
        string text = element.GetString()!;
        return text.Length >= ShortestDate && text[10] == 'T' && element.TryGetDateTime(out DateTime date)
            ? date : LanText.MakeVisible(text);
    }

    private static object ReadNumber(JsonElement element)
    {
        if (element.TryGetInt32(out int small))
        {
            return small;
        }

        if (element.TryGetInt64(out long large))
        {
            return large;
        }

        string digits = element.GetRawText();
        return digits.AsSpan().IndexOfAny("eE") < 0 && decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal exact)
            && digits.Length <= 28 ? exact : element.GetDouble();
    }
}
