using System;
using System.Linq;
using System.Text;
using System.Text.Json;
using LanPeer.Protocol;
using LanPeer.Security;

namespace LanPeer.Tests.Wire;

/// <summary>Who the peer of an entry of tests/vectors/state.json is, what network it is on and whom it trusts.</summary>
internal static class ScriptedSecurity
{
    /// <summary>Any two numbers will do for a peer whose keys the entry does not need.</summary>
    private const string AnyScalar = "00000000000000000000000000000000000000000000000000000000000000";

    public static PeerSecurity Of(JsonElement peer, DateTimeOffset now) => new()
    {
        Identity = Identity.Import(Scalar(peer, "agreementPrivate", AnyScalar + "07"), Scalar(peer, "signingPrivate", AnyScalar + "08")),
        Epochs = EpochClock.Start(0, now),
        Pins = Pins(peer, now),
        Network = Network(peer),
        RequireTrust = Is(peer, "requireTrust"),
        AllowUnsigned = Is(peer, "allowUnsigned"),
    };

    private static byte[] Scalar(JsonElement peer, string property, string otherwise)
        => Convert.FromHexString(VectorFile.Optional(peer, property) ?? otherwise);

    private static PeerNetwork Network(JsonElement peer)
        => VectorFile.Optional(peer, "networkName") is string name
            ? PeerNetwork.Closed(name, [.. peer.GetProperty("networkKeys").EnumerateArray().Select(key => Encoding.UTF8.GetBytes(key.GetString()!))])
            : PeerNetwork.Open;

    private static PinBook Pins(JsonElement peer, DateTimeOffset now)
    {
        var pins = new PinBook();
        foreach (JsonElement pin in peer.TryGetProperty("pins", out JsonElement all) ? all.EnumerateArray() : [])
        {
            string peerId = pin.GetProperty("peerId").GetString()!;
            pins.Approve(peerId, null, VectorFile.Optional(pin, "userId"), now);
            if (pin.GetProperty("state").GetString() == "Blocked")
            {
                pins.Block(peerId, null, now);
            }
        }

        return pins;
    }

    private static bool Is(JsonElement peer, string property) => peer.TryGetProperty(property, out JsonElement value) && value.GetBoolean();
}
