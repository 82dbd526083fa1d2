using System;
using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using LanPeer.Security;

namespace LanPeer.State;

/// <summary>
/// <c>identity.json</c>: <c>{"format":"LanPeer identity","version":1,"name","peerId","agreementKey","signingKey","epochBound"}</c>.
/// The keys are private ones, 32 bytes in base64; all epochs handed out are below the bound.
/// </summary>
internal static class IdentityDocument
{
    /// <summary>Bytes a document may have; ours have about 400.</summary>
    public const int MaxLength = 65_536;

    private const string Format = "LanPeer identity";

    private static readonly JsonWriterOptions s_options = new() { Indented = true };

    /// <summary>Writes a document. It holds private keys: the caller clears it.</summary>
    public static byte[] Write(string name, Identity identity, ulong epochBound)
    {
        // Never grows: an array it left behind would keep the keys. The writer asks for 4 KiB when it has too little.
        var buffer = new ArrayBufferWriter<byte>(8_192);
        Span<byte> keys = stackalloc byte[2 * Identity.ScalarLength];
        identity.ExportPrivateKeys(keys[..Identity.ScalarLength], keys[Identity.ScalarLength..]);
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("format"u8, Format);
            json.WriteNumber("version"u8, 1);
            json.WriteString("name"u8, name);
            json.WriteString("peerId"u8, identity.PeerId);
            json.WriteBase64String("agreementKey"u8, keys[..Identity.ScalarLength]);
            json.WriteBase64String("signingKey"u8, keys[Identity.ScalarLength..]);
            json.WriteNumber("epochBound"u8, epochBound);
            json.WriteEndObject();
        }

        CryptographicOperations.ZeroMemory(keys);
        byte[] document = buffer.WrittenSpan.ToArray();
        buffer.Clear();
        return document;
    }

    /// <summary>Reads a document that may hold anything.</summary>
    /// <param name="document">The bytes.</param>
    /// <param name="name">The name it must be of.</param>
    /// <param name="epochBound">The end of the epochs reserved.</param>
    /// <exception cref="FormatException">What is wrong with it.</exception>
    public static Identity Read(ReadOnlySpan<byte> document, string name, out ulong epochBound)
    {
        var fields = new Fields();
        try
        {
            fields.Read(document);
            Require(fields.Name == name, $"it is that of '{fields.Name}'");
            Identity identity = Identity.Import(fields.AgreementKey, fields.SigningKey);
            if (identity.PeerId != fields.PeerId)
            {
                identity.Dispose();
                throw new FormatException("the PEER_ID in it is not that of its keys");
            }

            epochBound = fields.EpochBound!.Value;
            return identity;
        }
        catch (JsonException error)
        {
            throw new FormatException("it is no JSON, or cut off", error);
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException("a text in it is not valid Unicode", error);
        }
        catch (CryptographicException error)
        {
            throw new FormatException("a private key in it is not of 32 bytes, or out of range", error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fields.AgreementKey);
            CryptographicOperations.ZeroMemory(fields.SigningKey);
        }
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new FormatException(rule);
        }
    }

    private sealed class Fields
    {
        public string? Name { get; private set; }

        public string? PeerId { get; private set; }

        public byte[]? AgreementKey { get; private set; }

        public byte[]? SigningKey { get; private set; }

        public ulong? EpochBound { get; private set; }

        public void Read(ReadOnlySpan<byte> document)
        {
            var json = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = 2 });
            bool hasFormat = false, hasVersion = false;
            Require(json.Read() && json.TokenType == JsonTokenType.StartObject, "it does not begin with '{'");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string property = json.GetString()!;
                json.Read();
                switch (property, json.TokenType)
                {
                    case ("format", JsonTokenType.String) when !hasFormat:
                        hasFormat = json.GetString() == Format;
                        Require(hasFormat, $"its format is not '{Format}'");
                        break;
                    case ("version", JsonTokenType.Number) when !hasVersion:
                        hasVersion = json.TryGetInt32(out int version) && version == 1;
                        Require(hasVersion, "only version 1 is known");
                        break;
                    case ("name", JsonTokenType.String) when Name is null:
                        Name = json.GetString();
                        break;
                    case ("peerId", JsonTokenType.String) when PeerId is null:
                        PeerId = json.GetString();
                        break;
                    case ("agreementKey", JsonTokenType.String) when AgreementKey is null:
                        AgreementKey = Key(ref json);
                        break;
                    case ("signingKey", JsonTokenType.String) when SigningKey is null:
                        SigningKey = Key(ref json);
                        break;
                    case ("epochBound", JsonTokenType.Number) when EpochBound is null:
                        // Far above any clock and any number of starts: such a bound was not written here.
                        EpochBound = json.TryGetUInt64(out ulong bound) && bound <= long.MaxValue ? bound : null;
                        Require(EpochBound is not null, "'epochBound' is no number of epochs");
                        break;
                    default:
                        throw new FormatException($"'{property}' in it is unknown, of another type, or there twice");
                }
            }

            Require(hasFormat && hasVersion && Name is not null && PeerId is not null && AgreementKey is not null
                && SigningKey is not null && EpochBound is not null, "something is missing in it");

            // Anything behind the document makes this throw.
            json.Read();
        }

        private static byte[] Key(ref Utf8JsonReader json)
            => json.TryGetBytesFromBase64(out byte[]? key) ? key : throw new FormatException("a key in it is no base64");
    }
}
