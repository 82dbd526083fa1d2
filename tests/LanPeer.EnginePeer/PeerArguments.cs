using System;
using System.Globalization;

namespace LanPeer.EnginePeer;

/// <summary>Reads the command line.</summary>
internal static class PeerArguments
{
    private const string Usage =
        "LanPeer.EnginePeer --name NAME [--network Lan|Loopback] [--port N] [--discovery-port N] [--interface NAME]... [--seed HOST:PORT]... "
        + "[--announce-interval SECONDS] [--state-path FOLDER] [--ephemeral true|false] [--require-trust true|false] [--allow-unsigned true|false] "
        + "[--network-name NAME] [--network-key-file FILE]...";

    public static LanPeerOptions Read(string[] args)
    {
        var options = new LanPeerOptions { Name = "" };
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} needs a value. {Usage}");
            options = args[i] switch
            {
                "--name" => options with { Name = value },
                "--network" => options with { Network = Enum.Parse<LanNetwork>(value) },
                "--port" => options with { Port = Number(value) },
                "--discovery-port" => options with { DiscoveryPort = Number(value) },
                "--interface" => options with { Interfaces = [.. options.Interfaces, value] },
                "--seed" => options with { Seeds = [.. options.Seeds, value] },
                "--announce-interval" => options with { AnnounceInterval = TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture)) },
                "--state-path" => options with { StatePath = value },
                "--ephemeral" => options with { Ephemeral = bool.Parse(value) },
                "--require-trust" => options with { RequireTrust = bool.Parse(value) },
                "--allow-unsigned" => options with { AllowUnsigned = bool.Parse(value) },
                "--network-name" => options with { NetworkName = value },
                "--network-key-file" => options with { NetworkKeys = [.. options.NetworkKeys, LanNetworkKey.FromFile(value)] },
                _ => throw new ArgumentException($"Unknown argument {args[i]}. {Usage}"),
            };
        }

        return options;
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number)
        ? number : throw new ArgumentException($"{text} is no number.");
}
