using System;
using System.Text;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <summary>A datagram seen on the virtual network.</summary>
internal sealed record Packet(TimeSpan At, Ipv4Endpoint From, Ipv4Endpoint To, byte[] Bytes)
{
    /// <summary>Whether an adversary invented, replayed or changed it.</summary>
    public bool IsForged { get; init; }

    public string Text => Encoding.UTF8.GetString(Bytes);

    public string Type => this["TYPE"] ?? "";

    /// <summary>Every network here is a /24 or larger, so that its broadcast addresses end in 255, and no host's does.</summary>
    public bool IsBroadcast => (To.Address & 0xFF) == 0xFF;

    /// <summary>
    /// The value of a key, blanks and all; null without it. Deliberately not the product's reader: what it reads wrong
    /// must not look right here.
    /// </summary>
    public string? this[string key]
    {
        get
        {
            foreach (string line in Text.Split('\n'))
            {
                if (line.StartsWith(key + ":", StringComparison.Ordinal))
                {
                    return line[(key.Length + 1)..];
                }
            }

            return null;
        }
    }

    public override string ToString()
        => $"{At.TotalSeconds:0.000} {From} > {To} {Bytes.Length} bytes{(IsForged ? " (forged)" : "")}: {Shown}";

    /// <summary>Text as it is, up to 300 characters; anything else as the first 32 bytes in hex.</summary>
    private string Shown
    {
        get
        {
            if (Bytes.Length > 0 && (Bytes[0] >= 0x80 || Bytes[0] < 0x09))
            {
                return Convert.ToHexStringLower(Bytes.AsSpan(0, Math.Min(32, Bytes.Length)));
            }

            string text = Text.ReplaceLineEndings(" ");
            return text.Length <= 300 ? text : text[..300] + "...";
        }
    }
}
