using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>The reader of plain text, and all that is made of what it read.</summary>
internal sealed class DatagramTarget : InputTarget
{
    private static readonly byte[][] s_corpus = [.. Vectors.Texts, .. Traffic.Datagrams.Where(one => one[0] != WireLimits.BinaryMark)];

    public override string Name => "datagram";

    public override string About => "DatagramReader, all values of a Datagram, peer lists, avatars, and the LanMessage made of it";

    public override int CasesInTests => 60;

    protected override IReadOnlyList<byte[]> Corpus => s_corpus;

    public override string Try(byte[] input)
    {
        DropReason reason = DatagramReader.Read(input, out Datagram datagram);
        DropReason longer = input.Length is 0 or > WireLimits.MaxDatagram - 40 ? reason : ReadWithUnknownKey(input);
        Require(longer == reason, $"{reason} becomes {longer} by a key nobody knows");
        if (reason != DropReason.None)
        {
            return reason.ToString();
        }

        string fields = Look(datagram);
        return $"{datagram.Type} {datagram.Dialect} {fields}";
    }

    protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => DatagramMutator.Mutate(input, other, random);

    /// <summary>Unknown keys are skipped, so one more changes nothing.</summary>
    private static DropReason ReadWithUnknownKey(byte[] input)
        => DatagramReader.Read([.. input, .. "\nX_FUZZ:TYPE:POST\n\n"u8], out _);

    /// <summary>Every accessor; in a word, which fields are there.</summary>
    private static string Look(in Datagram datagram)
    {
        uint present = 0;
        for (Field field = 0; field < Field.None; field++)
        {
            present |= datagram.Has(field) ? 1u << (int)field : 0;
            Require(datagram.Text(field).Length <= datagram[field].Length, $"{field} has more characters than bytes");
        }

        Require(datagram.Sender.IsEmpty ? datagram.Type == MessageType.PeerDiscovery && datagram.HasValue(Field.Ask) : UserIds.IsValid(datagram.Sender),
            "a sender that is no user id");
        Require(datagram.Timestamp is null or (>= 0 and <= 253_402_300_799), "a time of no year");
        _ = (datagram.Boot, datagram.Proto, datagram.Port, datagram.Copy());
        string more = datagram.Type switch
        {
            MessageType.PeerListResponse => LookAtList(datagram),
            MessageType.Profile => LookAtProfile(datagram),
            MessageType.Post or MessageType.DM => LookAtContent(datagram),
            _ => "",
        };
        return $"{present:x7} {more}";
    }

    private static string LookAtContent(in Datagram datagram)
    {
        LanMessage message = PublicViews.Message(new Arrival(datagram.Type, Encoding.UTF8.GetString(datagram.Sender), null,
            datagram.Type == MessageType.DM ? datagram.Text(Field.To) : "",
            datagram.ContentText(), null, datagram.Timestamp, datagram.Text(Field.MessageId), DateTimeOffset.UnixEpoch, "share", IsJson: datagram.IsJson));
        Visible.Check(message.Content, isLine: false);
        Visible.Check(message.From, isLine: true);
        Visible.Check(message.To, isLine: true);
        Require(message.Timestamp is null || message.Timestamp >= DateTime.UnixEpoch.AddDays(-1), "a time before there was any");
        Require(message.GetRawContent().Length <= datagram[Field.Content].Length, "a content longer than what was sent");
        if (datagram.IsJson)
        {
            return message.Data is null ? "no JSON" : "JSON";
        }

        return datagram.IsEscaped ? "escaped" : "";
    }

    private static string LookAtProfile(in Datagram datagram)
    {
        byte[]? avatar = AvatarImage.Read(datagram);
        Require(avatar is null || (avatar.Length <= WireLimits.MaxAvatar && AvatarImage.Recognise(avatar) is not null), "an avatar that is none");
        Visible.Check(VisibleText.Line(datagram.Text(Field.DisplayName)), isLine: true);
        Visible.Check(VisibleText.Line(datagram.Text(Field.Status)), isLine: true);
        return avatar is null ? "" : AvatarImage.Extension(AvatarImage.Recognise(avatar)!);
    }

    private static string LookAtList(in Datagram datagram)
    {
        List<ReportedPeer> peers = PeerListJson.Read(datagram);
        Require(peers.Count <= PeerListJson.MaxEntries, "more entries than are taken");
        Require(IsStringArray(datagram[Field.Peers].ToArray()), "a peer list the platform's reader refuses");
        foreach (ReportedPeer peer in peers)
        {
            Require(UserIds.IsValid(Encoding.UTF8.GetBytes(peer.UserId)) && (peer.Endpoint == default || peer.Endpoint.IsUsable), "an entry that is no peer");
            _ = PublicViews.Reported(peer.UserId, peer.Endpoint);
        }

        return peers.Exists(peer => peer.Endpoint != default) ? "with endpoints" : "";
    }

    /// <summary>The platform's opinion on a JSON array of strings.</summary>
    internal static bool IsStringArray(byte[] json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Array
                && document.RootElement.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && item.GetString() is not null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The latter for half a surrogate pair.
            return false;
        }
    }
}
