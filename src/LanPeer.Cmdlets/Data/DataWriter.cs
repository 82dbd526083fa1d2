using System;
using System.Buffers;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LanPeer.Cmdlets.Data;

/// <summary>Objects of the pipeline as JSON, to a depth and a size.</summary>
internal sealed class DataWriter : IDisposable
{
    /// <summary>The largest message; its frame takes some of that, which the engine knows.</summary>
    private const int MaxBytes = 1_048_576;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _writer;
    private readonly int _depth;

    private DataWriter(int depth)
    {
        _depth = depth;

        // Relaxed: who reads it with the seed's program sees its letters, not their numbers. Nothing here is HTML.
        _writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>Whether something was deeper than allowed, and became text.</summary>
    private bool IsCut { get; set; }

    /// <param name="value">What to write.</param>
    /// <param name="depth">Arrays and objects within each other; what is deeper becomes its text.</param>
    /// <param name="isCut">Whether something did.</param>
    /// <exception cref="LanPeerException">It becomes too large, or a text in it is no Unicode.</exception>
    public static string Write(object? value, int depth, out bool isCut)
    {
        using var writer = new DataWriter(depth);
        try
        {
            writer.Add(value, 0);
        }
        catch (ArgumentException error)
        {
            throw new LanPeerException(LanErrorId.InvalidText, "A text in the data is no well-formed Unicode: it has half of a surrogate pair.",
                "Repair or remove that character.", error);
        }

        writer._writer.Flush();
        isCut = writer.IsCut;
        return Encoding.UTF8.GetString(writer._buffer.WrittenSpan);
    }

    public void Dispose() => _writer.Dispose();

    private void Add(object? value, int level)
    {
        if (_writer.BytesCommitted + _writer.BytesPending > MaxBytes)
        {
            throw new LanPeerException(LanErrorId.MessageTooLarge, $"The data has more than {MaxBytes:N0} bytes as JSON.",
                "Choose what is needed of it with Select-Object, or give a smaller -Depth. Nothing of it was sent.");
        }

        PSObject? wrapped = value as PSObject;
        object? bare = wrapped is null ? value : wrapped.BaseObject;
        if (bare is null || bare is DBNull || bare == System.Management.Automation.Internal.AutomationNull.Value)
        {
            _writer.WriteNullValue();
        }
        else if (!TryAddScalar(bare))
        {
            if (level >= _depth)
            {
                IsCut = true;
                _writer.WriteStringValue(TextOf(value!));
            }
            else if (bare is IDictionary dictionary)
            {
                AddDictionary(dictionary, level);
            }
            else if (bare is IEnumerable items)
            {
                AddItems(items, level);
            }
            else
            {
                AddProperties(wrapped ?? PSObject.AsPSObject(bare), level);
            }
        }
    }

    /// <summary>What has one value in JSON; dates and times in the forms of ISO 8601 and .NET that are read back as what they were.</summary>
    private bool TryAddScalar(object value)
    {
        switch (value)
        {
            case string text:
                // The writer would put U+FFFD in the place of half a surrogate pair, and say nothing.
                _ = s_strict.GetByteCount(text);
                _writer.WriteStringValue(text);
                return true;
            case bool flag:
                _writer.WriteBooleanValue(flag);
                return true;
            case SwitchParameter flag:
                _writer.WriteBooleanValue(flag.IsPresent);
                return true;
            case Enum name:
                _writer.WriteStringValue(name.ToString());
                return true;
            case double number when !double.IsFinite(number):
                _writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
                return true;
            case float number when !float.IsFinite(number):
                _writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
                return true;
            case sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal or BigInteger or nint or nuint:
                _writer.WriteRawValue(((IFormattable)value).ToString(value is float or double ? "R" : null, CultureInfo.InvariantCulture));
                return true;
            case DateTime or DateTimeOffset:
                _writer.WriteStringValue(((IFormattable)value).ToString("o", CultureInfo.InvariantCulture));
                return true;
            case char or Guid or TimeSpan or DateOnly or TimeOnly or Uri or Version or System.Net.IPAddress or Type or ScriptBlock:
                _writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                return true;
            default:
                return false;
        }
    }

    private void AddDictionary(IDictionary dictionary, int level)
    {
        _writer.WriteStartObject();
        foreach (DictionaryEntry entry in dictionary)
        {
            _writer.WritePropertyName(TextOf(entry.Key));
            Add(entry.Value, level + 1);
        }

        _writer.WriteEndObject();
    }

    private void AddItems(IEnumerable items, int level)
    {
        _writer.WriteStartArray();
        foreach (object? item in items)
        {
            Add(item, level + 1);
        }

        _writer.WriteEndArray();
    }

    private void AddProperties(PSObject value, int level)
    {
        _writer.WriteStartObject();
        foreach (PSPropertyInfo property in value.Properties)
        {
            if (property.IsGettable)
            {
                _writer.WritePropertyName(property.Name);
                Add(ValueOf(property), level + 1);
            }
        }

        _writer.WriteEndObject();
    }

    /// <summary>A property whose getter fails has no value: so do Format-List and ConvertTo-Json.</summary>
    private static object? ValueOf(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }

    private static string TextOf(object value) => LanguagePrimitives.ConvertTo<string>(value) ?? "";
}
