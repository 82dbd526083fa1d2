using System;
using System.Globalization;
using System.Net;

namespace LanPeer.SeedStandIn;

/// <summary>Reads the command line of the stand-in.</summary>
internal static class StandInArguments
{
    public const string Usage =
        "LanPeer.SeedStandIn --name NAME [--loopback] [--discovery-port N] [--announce-interval SECONDS] "
        + "[--expiry SECONDS] [--answer-cap N] [--bind ADDRESS] [--local-address ADDRESS]";

    /// <summary>The options told by the arguments; throws <see cref="ArgumentException"/> on a bad one.</summary>
    public static SeedPeerOptions Read(string[] args)
    {
        var options = new SeedPeerOptions { UserName = "" };
        bool named = false;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--name":
                    // An empty name is as good as any to the seed's program (D25).
                    options = options with { UserName = Value(args, ref i) };
                    named = true;
                    break;
                case "--loopback":
                    options = options with { Loopback = true };
                    break;
                case "--discovery-port":
                    options = options with { DiscoveryPort = (int)Number(args, ref i, 1, IPEndPoint.MaxPort) };
                    break;
                case "--announce-interval":
                    options = options with { AnnounceInterval = Seconds(args, ref i) };
                    break;
                case "--expiry":
                    options = options with { Expiry = Seconds(args, ref i) };
                    break;
                case "--answer-cap":
                    options = options with { AnswerCap = (int)Number(args, ref i, 0, int.MaxValue) };
                    break;
                case "--bind":
                    options = options with { BindAddress = Address(args, ref i) };
                    break;
                case "--local-address":
                    options = options with { LocalAddress = Address(args, ref i) };
                    break;
                default:
                    throw new ArgumentException($"unknown argument {args[i]}");
            }
        }

        return named ? options : throw new ArgumentException("--name is missing");
    }

    private static string Value(string[] args, ref int i) =>
        i + 1 < args.Length ? args[++i] : throw new ArgumentException($"{args[i]} needs a value");

    private static TimeSpan Seconds(string[] args, ref int i) =>
        TimeSpan.FromSeconds(Number(args, ref i, 0.001, 1_000_000));

    private static double Number(string[] args, ref int i, double least, double most)
    {
        string name = args[i];
        string text = Value(args, ref i);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && number >= least && number <= most
            ? number
            : throw new ArgumentException($"{name} {text} is no number in range");
    }

    private static IPAddress Address(string[] args, ref int i)
    {
        string name = args[i];
        string text = Value(args, ref i);
        return IPAddress.TryParse(text, out IPAddress? address)
            ? address
            : throw new ArgumentException($"{name} {text} is no address");
    }
}
