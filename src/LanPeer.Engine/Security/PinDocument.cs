using System;
using System.Buffers;
using System.Collections.Generic;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LanPeer.Security;

/// <summary>
/// Pins as JSON, in the state folder and in the files people exchange:
/// <c>{"format":"LanPeer pins","version":1,"pins":[{"peerId","state","agreementKey","signingKey","userIds","firstSeen","lastSeen"}]}</c>.
/// Keys are base64 and left out of a pin that was never met; times are ISO 8601.
/// </summary>
internal static class PinDocument
{
    public const string Format = "LanPeer pins";

    /// <summary>Pins of one document.</summary>
    public const int MaxPins = PinBook.DefaultCapacity;

    /// <summary>
    /// Bytes of one document. A pin takes 4 KiB at most: eight user ids of 128 bytes, threefold when each of their characters
    /// needs escaping, and 700 bytes of the rest.
    /// </summary>
    public const int MaxLength = 4_096 * (MaxPins + 1);

    // Made for terminals and editors, not for web pages: what need not be escaped in JSON is not.
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(IReadOnlyList<Pin> pins)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024 + (512 * pins.Count));
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("format"u8, Format);
            json.WriteNumber("version"u8, 1);
            json.WriteStartArray("pins"u8);
            foreach (Pin pin in pins)
            {
                Write(json, pin);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a document that may hold anything. All of it is good, or none of it is taken.</summary>
    /// <param name="document">The bytes, with or without a byte order mark.</param>
    /// <param name="pins">The pins, no PEER_ID and no user id twice.</param>
    /// <param name="error">What is wrong and in which line; empty on success.</param>
    public static bool TryRead(ReadOnlySpan<byte> document, out Pin[] pins, out string error)
    {
        pins = [];
        if (document.Length > MaxLength)
        {
            error = $"It has more than {MaxLength:N0} bytes.";
            return false;
        }

        var reader = new PinDocumentReader(document.StartsWith("\uFEFF"u8) ? document[3..] : document);
        try
        {
            pins = reader.ReadAll();
            error = "";
            return true;
        }
        catch (JsonException caught)
        {
            error = $"Line {caught.LineNumber + 1}: it is no JSON.";
        }
        catch (FormatException caught)
        {
            error = $"Line {reader.Line}: {caught.Message}";
        }
        catch (InvalidOperationException)
        {
            // What Utf8JsonReader throws for a string that is no Unicode.
            error = $"Line {reader.Line}: a text is not valid Unicode.";
        }

        return false;
    }

    private static void Write(Utf8JsonWriter json, Pin pin)
    {
        json.WriteStartObject();
        json.WriteString("peerId"u8, pin.PeerId);
        json.WriteString("state"u8, pin.State.ToString());
        if (pin.Keys is not null)
        {
            json.WriteBase64String("agreementKey"u8, pin.Keys.AgreementKey);
            json.WriteBase64String("signingKey"u8, pin.Keys.SigningKey);
        }

        json.WriteStartArray("userIds"u8);
        foreach (string id in pin.UserIds)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
        json.WriteString("firstSeen"u8, pin.FirstSeen);
        json.WriteString("lastSeen"u8, pin.LastSeen);
        json.WriteEndObject();
    }
}
