using System;
using System.Text;
using System.Threading;

namespace LanPeer.EnginePeer;

/// <summary>
/// A session as a program, for tests that need it in a process or a network namespace of its own: commands in, one line
/// of JSON out for each thing that happens, as the stand-in of the seed's program does.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        using var output = new JsonLines(Console.OpenStandardOutput());
        try
        {
            using LanSession session = LanSession.Start(PeerArguments.Read(args));
            output.Write("started", ("userId", session.UserId), ("peerId", session.PeerId), ("port", session.Port), ("state", session.State.ToString()));
            new Thread(() => Tell(session, output)) { IsBackground = true }.Start();
            using var input = new System.IO.StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
            new PeerCommands(session, output).Run(input);
            return 0;
        }
        catch (LanPeerException error)
        {
            output.Write("error", ("id", error.ErrorId), ("text", error.Message));
            return 1;
        }
        catch (ArgumentException error)
        {
            output.Write("error", ("id", "Usage"), ("text", error.Message));
            return 2;
        }
    }

    /// <summary>Tells what arrives, until the session ends.</summary>
    private static void Tell(LanSession session, JsonLines output)
    {
        while (true)
        {
            long version = session.Inbox.Version;
            foreach (LanMessage message in session.Inbox.Take(_ => true, int.MaxValue))
            {
                var profile = message.Data as LanProfile;
                output.Write(message.Type.ToString().ToLowerInvariant(),
                    ("from", message.From), ("to", message.To), ("text", message.GetRawContent()), ("trust", message.Trust.ToString()),
                    ("displayName", profile?.DisplayName), ("avatarType", profile?.AvatarType),
                    ("avatarBase64", profile?.AvatarBytes is byte[] avatar ? Convert.ToBase64String(avatar) : null));
            }

            if (session.State == LanSessionState.Stopped)
            {
                return;
            }

            session.Inbox.WaitAfter(version, Timeout.InfiniteTimeSpan, CancellationToken.None);
        }
    }
}
