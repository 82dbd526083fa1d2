using System;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;

namespace LanPeer.Benchmarks;

/// <summary>The attacker, a process of its own: forged datagrams at a steady rate from many sockets to one port of loopback.</summary>
internal static class Flooder
{
    public const string Verb = "--flooder";

    private const int Sockets = 64;
    private const int Prepared = 4_096;

    /// <param name="args">Kind, port, datagrams a second, seconds, the victim's key in base64.</param>
    public static int Run(string[] args)
    {
        int port = int.Parse(args[1], CultureInfo.InvariantCulture);
        double rate = double.Parse(args[2], CultureInfo.InvariantCulture);
        double seconds = Math.Min(30, double.Parse(args[3], CultureInfo.InvariantCulture));
        byte[] victim = Convert.FromBase64String(args[4]);
        byte[][] datagrams = new byte[Prepared][];
        for (int i = 0; i < Prepared; i++)
        {
            datagrams[i] = args[0] == "announcements" ? Announcement(i) : Initiation(victim);
        }

        var target = new IPEndPoint(IPAddress.Loopback, port);
        var sockets = new Socket[Sockets];
        for (int i = 0; i < Sockets; i++)
        {
            sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            sockets[i].Bind(new IPEndPoint(IPAddress.Loopback, 0));
            sockets[i].Blocking = false;
        }

        long start = Stopwatch.GetTimestamp();
        long sent = 0;
        while (Stopwatch.GetElapsedTime(start).TotalSeconds is double elapsed && elapsed < seconds)
        {
            if (sent >= elapsed * rate)
            {
                System.Threading.Thread.Sleep(1);
                continue;
            }

            for (int i = 0; i < 50; i++, sent++)
            {
                try
                {
                    sockets[sent % Sockets].SendTo(datagrams[sent % Prepared], target);
                }
                catch (SocketException)
                {
                    // Its buffer is full: lost like on any wire.
                }
            }
        }

        Console.WriteLine(sent.ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    private static byte[] Announcement(int i)
    {
        byte[] key = RandomNumberGenerator.GetBytes(P256Agreement.PointLength);
        key[0] = 4;
        string id = PeerId.Compute(key, key);
        return Encoding.UTF8.GetBytes(
            $"TYPE:PEER_DISCOVERY\nUSER_ID:forged{i}@127.0.0.1\nPORT:{10_000 + i}\nTIMESTAMP:1795368238\nMESSAGE_ID:{i:x16}\n"
            + $"PROTO:1\nBOOT:{i + 1:x8}\nPEER_ID:{id}\nKEY:{Convert.ToBase64String(key)}\n\n");
    }

    /// <summary>Right in all that costs its maker nothing: the victim's key is public, so mac1 is right.</summary>
    private static byte[] Initiation(byte[] victim)
    {
        byte[] datagram = RandomNumberGenerator.GetBytes(SessionWire.InitiationLength);
        SessionWire.Begin(datagram, SealedType.Initiation);
        SessionWire.WriteUInt32(datagram, 4, 0);
        using AgreementKey ephemeral = P256Agreement.Instance.Generate();
        ephemeral.PublicKey.CopyTo(datagram.AsSpan(SessionWire.InitiationHeader));
        Macs.Write(datagram, Macs.Mac1Key(victim, NetworkSecret.Open), default);
        return datagram;
    }
}
