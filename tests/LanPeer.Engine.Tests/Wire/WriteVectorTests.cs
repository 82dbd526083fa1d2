using System;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class WriteVectorTests
{
    public static TheoryData<string> Names => VectorFile.Write.Names;

    public static TheoryData<string> WrittenNames => VectorFile.Write.NamesWhere(e => !e.TryGetProperty("refused", out _));

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_written_so(string name)
    {
        JsonElement entry = VectorFile.Write[name];
        byte[] buffer = new byte[WireLimits.MaxDatagram];
        int length = Write(buffer, entry.GetProperty("message").GetString()!, entry.GetProperty("with"));
        if (entry.TryGetProperty("refused", out _))
        {
            Assert.Equal(0, length);
            return;
        }

        byte[] expected = VectorFile.Bytes(entry);
        Assert.Equal(Encoding.UTF8.GetString(expected), Encoding.UTF8.GetString(buffer, 0, length));
        Assert.Equal(expected, buffer[..length]);
        Assert.Equal(DropReason.None, DatagramReader.Read(buffer.AsSpan(0, length), out _));
    }

    [Theory]
    [MemberData(nameof(WrittenNames))]
    public void Does_not_fit_one_byte_less(string name)
    {
        JsonElement entry = VectorFile.Write[name];
        byte[] buffer = new byte[VectorFile.Bytes(entry).Length];
        string message = entry.GetProperty("message").GetString()!;
        Assert.Equal(buffer.Length, Write(buffer, message, entry.GetProperty("with")));
        for (int length = Math.Max(0, buffer.Length - 50); length < buffer.Length; length++)
        {
            Assert.Equal(0, Write(buffer.AsSpan(0, length), message, entry.GetProperty("with")));
        }
    }

    private static int Write(Span<byte> buffer, string message, JsonElement with)
    {
        var envelope = new Envelope(
            Bytes(with, "userId"), with.GetProperty("timestamp").GetInt64(),
            ulong.Parse(with.GetProperty("messageId").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return message switch
        {
            "PEER_DISCOVERY" => MessageWriter.Announcement(buffer, envelope, new AnnouncementDetails
            {
                Port = with.GetProperty("port").GetUInt16(),
                Boot = Boot(with),
                PeerId = Bytes(with, "peerId"),
                Key = Bytes(with, "key"),
                Ask = Bytes(with, "ask"),
                Answer = Bytes(with, "answer"),
                PadTo = PadTo(with),
            }),
            "POST" when with.TryGetProperty("signature", out _) => MessageWriter.SignedPost(buffer, envelope, Text(with), Bytes(with, "signature")),
            "POST" => MessageWriter.Post(buffer, envelope, Text(with), Form(with)),
            "DM" => MessageWriter.DM(buffer, envelope, Bytes(with, "to"), Text(with), Form(with)),
            "PROFILE" => MessageWriter.Profile(buffer, envelope, new ProfileDetails(
                with.GetProperty("displayName").GetString()!, with.GetProperty("status").GetString()!,
                VectorFile.Optional(with, "avatarType"), Bytes(with, "avatar")), Form(with)),
            "PEER_LIST_REQUEST" => MessageWriter.PeerListRequest(buffer, envelope, PadTo(with)),
            "PEER_LIST_RESPONSE" => MessageWriter.PeerListResponse(buffer, envelope, new PeerListText(
                with.GetProperty("peers").GetString()!, with.GetProperty("endpoints").GetString()!, with.GetProperty("count").GetInt32())),
            "LEAVE" => MessageWriter.Leave(buffer, envelope, Boot(with)),
            _ => throw new ArgumentException($"No message is called {message}.", nameof(message)),
        };
    }

    private static byte[] Bytes(JsonElement with, string property) => Encoding.UTF8.GetBytes(VectorFile.Optional(with, property) ?? "");

    private static MessageText Text(JsonElement with)
        => new(VectorFile.Text(with.GetProperty("text")), VectorFile.Optional(with, "contentType") == "json");

    private static uint Boot(JsonElement with)
        => uint.Parse(VectorFile.Optional(with, "boot") ?? "0", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static int PadTo(JsonElement with) => with.TryGetProperty("padTo", out JsonElement total) ? total.GetInt32() : 0;

    private static WriteForm Form(JsonElement with)
        => new(with.GetProperty("dialect").GetString() == "rfc" ? Dialect.Rfc : Dialect.Lean, with.GetProperty("tokens").GetBoolean());
}
