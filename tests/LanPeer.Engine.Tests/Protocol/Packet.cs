using System;
using System.Text;
using LanPeer.Wire;

namespace LanPeer.Tests.Protocol;

/// <summary>A datagram seen on the virtual network.</summary>
internal sealed record Packet(TimeSpan At, Ipv4Endpoint From, Ipv4Endpoint To, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public string Type => this["TYPE"] ?? "";

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

    public override string ToString() => $"{At.TotalSeconds:0.000} {From} > {To} {Bytes.Length} bytes: {Text.ReplaceLineEndings(" ")}";
}
