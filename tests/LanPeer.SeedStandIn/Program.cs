using System;
using System.IO;
using System.Net.Sockets;
using System.Text;

namespace LanPeer.SeedStandIn;

/// <summary>The stand-in as a program: commands in, one line of JSON out for each thing that happens.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        SeedPeerOptions options;
        try
        {
            options = StandInArguments.Read(args);
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine(e.Message);
            Console.Error.WriteLine(StandInArguments.Usage);
            return 2;
        }

        var writer = new JsonLineWriter(Console.OpenStandardOutput());
        var events = new StandInEvents(writer);
        try
        {
            using var peer = new SeedPeer(options);

            // "started" must be the first line: the receiving threads wait for it. What this thread itself
            // reports meanwhile, a discovery port in use, is part of that line.
            var gate = new object();
            bool started = false;
            lock (gate)
            {
                peer.Happened += (_, e) =>
                {
                    lock (gate)
                    {
                        if (started)
                        {
                            events.Happened(e.Happening);
                        }
                    }
                };
                peer.Start();
                events.Started(peer);
                started = true;
            }

            using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
            new StandInCommands(peer, events).Run(input);

            // Silent on the wire; only the reader of our output is told.
            peer.Stop();
            events.Stats(peer, "stopped");
            return 0;
        }
        catch (SocketException problem)
        {
            events.Error(problem.Message);
            return 1;
        }
        finally
        {
            writer.Close(TimeSpan.FromSeconds(1));
        }
    }
}
