using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;

namespace LanPeer.Benchmarks;

/// <summary>
/// A script that starts a peer, looks who is there, posts, stops and ends, in a fresh process: from the import of the module
/// to the end of the process, with three peers on the network, all of which must have the post. Needs the module (out/LanPeer, made by
/// <c>dotnet build</c>); runs in pwsh where that is on the PATH, in LanPeer.Host otherwise.
/// </summary>
internal static class ScriptFigure
{
    private const int Rounds = 9;
    private const int Others = 3;

    public static IEnumerable<object> Run()
    {
        string module = Repository.Module;
        int discovery = Loopback.NewDiscoveryPort();
        List<LanSession> others = [.. Enumerable.Range(1, Others).Select(i => Loopback.Start($"other{i}", discovery))];
        string folder = Directory.CreateTempSubdirectory("lanpeer-script-").FullName;
        (string program, string shell) = Repository.Shell;
        try
        {
            foreach ((string what, string find) in ((string, string)[])[("", "Find-LanPeer"), (" -Count 3", "Find-LanPeer -Count 3")])
            {
                string script = Path.Combine(folder, "script.ps1");
                File.WriteAllText(
                    script,
                    $"[DateTime]::UtcNow.Ticks\nImport-Module '{module}'\n$null = Start-LanPeer script -DiscoveryPort {discovery}\n"
                    + $"$null = {find}\nSend-LanPost 'done'\nStop-LanPeer\n");
                double[] times = [.. Enumerable.Range(0, Rounds).Select(_ => TimeToEnd(program, script, folder, others))];
                yield return Result.Of($"script in {shell}: Start, Find{what}, Post, Stop, exit", times, "s", "< 1.5");
            }
        }
        finally
        {
            others.ForEach(static one => one.Dispose());
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double TimeToEnd(string program, string script, string state, List<LanSession> others)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (string arg in (string[])["-NoProfile", "-NonInteractive", "-File", script])
        {
            start.ArgumentList.Add(arg);
        }

        start.Environment["LANPEER_STATE"] = state;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        long ended = DateTime.UtcNow.Ticks;
        if (process.ExitCode != 0 || !long.TryParse(output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long began))
        {
            throw new InvalidOperationException($"The script ended with exit code {process.ExitCode} and said '{output}'.");
        }

        foreach (LanSession other in others)
        {
            // Nothing is waited for: who ends without an error has delivered.
            if (other.Inbox.Take(static message => message.Type == LanMessageType.Post, int.MaxValue).Count != 1)
            {
                throw new InvalidOperationException($"{other.UserId} does not have the post.");
            }
        }

        // Its goodbye is heard before the next round begins.
        Loopback.Until(() => !others.Exists(static other => other.Peers.Any(static peer => peer.Name == "script")), "it is gone");
        return TimeSpan.FromTicks(ended - began).TotalSeconds;
    }
}
