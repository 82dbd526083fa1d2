using System;
using System.Buffers.Text;
using System.Globalization;

namespace LanPeer.Wire;

/// <summary>An IPv4 address and UDP port as one value: no allocation, comparable, usable as a key.</summary>
/// <param name="Address">The address in host order: 127.0.0.1 is 0x7F000001.</param>
/// <param name="Port">The UDP port, 0 to 65535.</param>
/// <remarks>LanPeer speaks IPv4 only: the seed's discovery is a broadcast, and IPv6 has none.</remarks>
internal readonly record struct Ipv4Endpoint(uint Address, ushort Port)
{
    /// <summary>127.0.0.1.</summary>
    public const uint LoopbackAddress = 0x7F00_0001;

    /// <summary>127.255.255.255, the broadcast address of the loopback network.</summary>
    public const uint LoopbackBroadcast = 0x7FFF_FFFF;

    /// <summary>255.255.255.255, the limited broadcast of RFC 919.</summary>
    public const uint LimitedBroadcast = 0xFFFF_FFFF;

    /// <summary>The longest text form, <c>255.255.255.255:65535</c>.</summary>
    public const int MaxTextLength = 21;

    /// <summary>Whether the address lies in 127.0.0.0/8.</summary>
    public bool IsLoopback => IsLoopbackAddress(Address);

    /// <summary>Whether one host can own this endpoint: not port 0, not 0.0.0.0/8, not multicast, not broadcast.</summary>
    public bool IsUsable => Port != 0 && Address >> 24 is not 0 and < 224 && Address != LoopbackBroadcast;

    public static bool IsLoopbackAddress(uint address) => address >> 24 == 127;

    /// <summary>Reads a dotted quad without leading zeros; nothing else is an address here.</summary>
    public static bool TryParseAddress(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        for (int part = 0; part < 4; part++)
        {
            int end = part < 3 ? text.IndexOf((byte)'.') : text.Length;
            if (end is < 1 or > 3 || (end > 1 && text[0] == '0')
                || !TryParseDecimal(text[..end], 255, out uint value))
            {
                return false;
            }

            address = (address << 8) | value;
            text = part < 3 ? text[(end + 1)..] : default;
        }

        return true;
    }

    /// <summary>Reads <c>a.b.c.d:port</c> with a port of 1 to 65535.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Ipv4Endpoint endpoint)
    {
        endpoint = default;
        int colon = text.LastIndexOf((byte)':');
        if (colon < 0 || !TryParseAddress(text[..colon], out uint address)
            || !TryParseDecimal(text[(colon + 1)..], ushort.MaxValue, out uint port) || port == 0)
        {
            return false;
        }

        endpoint = new Ipv4Endpoint(address, (ushort)port);
        return true;
    }

    /// <summary>Reads plain decimal digits up to <paramref name="max"/>: no sign, no blank, no empty text.</summary>
    public static bool TryParseDecimal(ReadOnlySpan<byte> text, uint max, out uint value)
    {
        value = 0;
        return text.Length is > 0 and <= 10 && text[0] is >= (byte)'0' and <= (byte)'9'
            && Utf8Parser.TryParse(text, out value, out int consumed) && consumed == text.Length && value <= max;
    }

    /// <summary>The address alone as a dotted quad.</summary>
    public string AddressText => string.Create(CultureInfo.InvariantCulture,
        $"{Address >> 24}.{(Address >> 16) & 255}.{(Address >> 8) & 255}.{Address & 255}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{AddressText}:{Port}");
}
