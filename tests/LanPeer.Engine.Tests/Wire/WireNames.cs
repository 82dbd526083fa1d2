using System;
using System.Globalization;
using System.Text;
using LanPeer.Wire;

namespace LanPeer.Tests.Wire;

/// <summary>The names of keys and types as they stand on the wire, derived from the names in the code.</summary>
internal static class WireNames
{
    public static string Of(Field field) => Snake(field.ToString());

    public static string Of(MessageType type) => type == MessageType.DM ? "DM" : Snake(type.ToString());

    public static string Of(Dialect dialect) => dialect == Dialect.Lean ? "lean" : "rfc";

    /// <summary>Everything reading finds in a datagram, as one text that can be compared.</summary>
    public static string Describe(ReadOnlySpan<byte> bytes)
    {
        DropReason reason = DatagramReader.Read(bytes, out Datagram datagram);
        var text = new StringBuilder().Append(reason);
        if (reason != DropReason.None)
        {
            return text.ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $" {datagram.Type} {datagram.Dialect} {datagram.Port}")
            .Append(CultureInfo.InvariantCulture, $" {datagram.Timestamp} {datagram.Boot} {datagram.Proto}");
        for (Field field = 0; field < Field.None; field++)
        {
            if (datagram.Has(field))
            {
                text.Append(CultureInfo.InvariantCulture, $"|{field}={Convert.ToHexString(datagram[field])}");
            }
        }

        text.Append('|').Append(Encoding.UTF8.GetString(datagram.Sender));
        if (datagram.Type is MessageType.Post or MessageType.DM)
        {
            text.Append('|').Append(datagram.ContentText());
        }

        text.Append('|').Append(Convert.ToHexString(AvatarImage.Read(datagram) ?? []));
        text.AppendJoin(',', PeerListJson.Read(datagram));
        return text.ToString();
    }

    private static string Snake(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToUpperInvariant(c));
        }

        return text.ToString();
    }
}
