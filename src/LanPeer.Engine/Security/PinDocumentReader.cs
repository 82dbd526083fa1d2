using System;
using System.Collections.Generic;
using System.Text.Json;

namespace LanPeer.Security;

/// <summary>The strict half of <see cref="PinDocument"/>: every property known, there once, of its type and in its bounds.</summary>
internal ref struct PinDocumentReader(ReadOnlySpan<byte> document)
{
    private readonly ReadOnlySpan<byte> _document = document;
    private readonly HashSet<string> _peerIds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _userIds = new(StringComparer.OrdinalIgnoreCase);
    private Utf8JsonReader _json = new(document, new JsonReaderOptions { MaxDepth = 8 });

    /// <summary>The line being read, from 1.</summary>
    public readonly int Line => 1 + _document[..(int)_json.TokenStartIndex].Count((byte)'\n');

    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="FormatException">It is no document of pins.</exception>
    /// <exception cref="InvalidOperationException">A string is not valid Unicode.</exception>
    public Pin[] ReadAll()
    {
        string? format = null;
        int? version = null;
        List<Pin>? pins = null;
        Take(JsonTokenType.StartObject, "a document begins with '{'");
        while (NextProperty() is string name)
        {
            switch (name)
            {
                case "format" when format is null:
                    format = Text();
                    Require(format == PinDocument.Format, $"the format is not '{PinDocument.Format}'");
                    break;
                case "version" when version is null:
                    Take(JsonTokenType.Number, "the version is a number");
                    version = _json.TryGetInt32(out int number) ? number : 0;
                    Require(version == 1, "only version 1 is known");
                    break;
                case "pins" when pins is null:
                    pins = Pins();
                    break;
                default:
                    throw Unexpected(name);
            }
        }

        Require(format is not null && version is not null && pins is not null, "'format', 'version' or 'pins' is missing");

        // Anything behind the document makes this throw.
        _json.Read();
        return [.. pins!];
    }

    private List<Pin> Pins()
    {
        var pins = new List<Pin>();
        Take(JsonTokenType.StartArray, "'pins' is a list");
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            Require(pins.Count < PinDocument.MaxPins, $"there are more than {PinDocument.MaxPins:N0} pins");
            Require(_json.TokenType == JsonTokenType.StartObject, "a pin begins with '{'");
            pins.Add(OnePin());
        }

        return pins;
    }

    private Pin OnePin()
    {
        string? peerId = null;
        PinState? state = null;
        byte[]? agreement = null, signing = null;
        string[]? userIds = null;
        DateTimeOffset? first = null, last = null;
        while (NextProperty() is string name)
        {
            switch (name)
            {
                case "peerId" when peerId is null:
                    peerId = Text();
                    Require(Pin.IsPeerId(peerId), "a PEER_ID has 32 characters from A-Z and 2-7");
                    Require(_peerIds.Add(peerId), $"there are two pins of {peerId}");
                    break;
                case "state" when state is null:
                    state = State();
                    break;
                case "agreementKey" when agreement is null:
                    agreement = Key();
                    break;
                case "signingKey" when signing is null:
                    signing = Key();
                    break;
                case "userIds" when userIds is null:
                    userIds = UserIds();
                    break;
                case "firstSeen" when first is null:
                    first = Time();
                    break;
                case "lastSeen" when last is null:
                    last = Time();
                    break;
                default:
                    throw Unexpected(name);
            }
        }

        Require(peerId is not null && state is not null && userIds is not null && first is not null && last is not null,
            "a pin lacks 'peerId', 'state', 'userIds', 'firstSeen' or 'lastSeen'");
        return new Pin
        {
            PeerId = peerId!,
            Keys = Keys(peerId!, state!.Value, agreement, signing),
            State = state.Value,
            UserIds = userIds!,
            FirstSeen = first!.Value,
            LastSeen = last!.Value,
        };
    }

    private static PublicIdentity? Keys(string peerId, PinState state, byte[]? agreement, byte[]? signing)
    {
        if (agreement is null && signing is null && state != PinState.Pinned)
        {
            return null;
        }

        Require(PublicIdentity.TryCreate(agreement, signing, out PublicIdentity? keys), $"a key of {peerId} is missing or no point of P-256");
        Require(keys!.PeerId == peerId, $"the keys of {peerId} are not its keys");
        return keys;
    }

    private PinState State() => Text() switch
    {
        nameof(PinState.Pinned) => PinState.Pinned,
        nameof(PinState.Approved) => PinState.Approved,
        nameof(PinState.Blocked) => PinState.Blocked,
        _ => throw new FormatException("a state is Pinned, Approved or Blocked."),
    };

    private byte[] Key()
    {
        Take(JsonTokenType.String, "a key is a text");
        Require(_json.TryGetBytesFromBase64(out byte[]? key), "a key is no base64");
        return key!;
    }

    private string[] UserIds()
    {
        var ids = new List<string>();
        Take(JsonTokenType.StartArray, "'userIds' is a list");
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            Require(_json.TokenType == JsonTokenType.String, "a user id is a text");
            string id = _json.GetString()!;
            Require(ids.Count < Pin.MaxUserIds, $"a pin has more than {Pin.MaxUserIds} user ids");
            Require(Pin.IsUserId(id), $"'{id}' is no user id");
            Require(_userIds.Add(id), $"the user id '{id}' is there twice");
            ids.Add(id);
        }

        return [.. ids];
    }

    private DateTimeOffset Time()
    {
        Take(JsonTokenType.String, "a time is a text");
        Require(_json.TryGetDateTimeOffset(out DateTimeOffset time), "a time is not of the form 2030-01-31T12:00:00Z");
        return time.ToUniversalTime();
    }

    private string Text()
    {
        Take(JsonTokenType.String, "a text is expected");
        return _json.GetString()!;
    }

    private string? NextProperty() => _json.Read() && _json.TokenType == JsonTokenType.PropertyName ? _json.GetString() : null;

    private void Take(JsonTokenType type, string rule) => Require(_json.Read() && _json.TokenType == type, rule);

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new FormatException(rule + ".");
        }
    }

    private static FormatException Unexpected(string name) => new($"'{name}' is unknown here, or there twice.");
}
