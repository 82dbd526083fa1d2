using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading.Tasks;

namespace LanPeer.Cmdlets.Tests;

/// <summary>What a finished host process left behind.</summary>
public sealed record HostResult(int ExitCode, string StdOut, string StdErr)
{
    /// <summary>Standard output as lines, without the last line's end.</summary>
    public string[] Lines => StdOut.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
}

/// <summary>How a host process is started, where it is not as usual.</summary>
public sealed record HostRun
{
    /// <summary>What standard input holds; it ends after that.</summary>
    public string Input { get; init; } = string.Empty;

    /// <summary>Variables on top of the usual ones; null takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string? WorkingDirectory { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Run it on a terminal of its own (Linux, by util-linux' script): output and errors come together.</summary>
    public bool OnTerminal { get; init; }
}

/// <summary>
/// Runs the host that ships, out/host, in processes of its own; always on loopback only and without colours.
/// </summary>
public static class HostProcess
{
    private const string Solution = "LanPeer.PS.sln";

    /// <summary>
    /// Whether the system's env can undo ignored signals (GNU coreutils 8.31). Whoever runs the tests in the background of a
    /// script, or under nohup, hands down an ignored SIGINT or SIGHUP, and the host, rightly, goes on ignoring it.
    /// </summary>
    private static readonly Lazy<bool> s_resetsSignals = new(CanResetSignals);

    /// <summary>The folder of the solution.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The host's program.</summary>
    public static string HostPath { get; } = Path.Combine(
        RepositoryRoot, "out", "host", OperatingSystem.IsWindows() ? "LanPeer.Host.exe" : "LanPeer.Host");

    /// <summary>Runs the host with these arguments and an empty standard input.</summary>
    public static HostResult Run(params string[] args) => Run(new HostRun(), args);

    /// <summary>Runs the host to its end.</summary>
    public static HostResult Run(HostRun how, params string[] args)
    {
        ArgumentNullException.ThrowIfNull(how);
        using Process process = Launch(how, args);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(how.Input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it.
        }

        if (!process.WaitForExit(how.Timeout) || !Task.WaitAll([output, errors], how.Timeout))
        {
            process.Kill(entireProcessTree: true);
            string seen = $"out: {Seen(output)}\nerr: {Seen(errors)}";
            throw new TimeoutException($"The host did not end within {how.Timeout}: {string.Join(' ', args)}\n{seen}");
        }

        return new HostResult(process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>Starts a host to talk with while it runs; standard input stays open.</summary>
    public static InteractiveHost Start(params string[] args) => Start(new HostRun(), args);

    /// <inheritdoc cref="Start(string[])"/>
    public static InteractiveHost Start(HostRun how, params string[] args)
    {
        ArgumentNullException.ThrowIfNull(how);
        return new InteractiveHost(Launch(how, args), how.Timeout);
    }

    private static Process Launch(HostRun how, string[] args)
    {
        ProcessStartInfo start = new()
        {
            FileName = HostPath,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = how.WorkingDirectory ?? RepositoryRoot,
        };
        if (how.OnTerminal)
        {
            // A shell that stays around would get the same Ctrl+C and end with 130 instead of the host's exit code:
            // bash replaces itself by the last command unasked, dash only for exec.
            start.FileName = "script";
            args = ["-qefc", "exec " + HostPath + " " + string.Join(' ', args), "/dev/null"];
            start.Environment["TERM"] = "xterm";
            start.Environment["SHELL"] = "/bin/sh";
        }

        if (s_resetsSignals.Value)
        {
            start.ArgumentList.Add("--default-signal=INT,HUP,QUIT,TERM");
            start.ArgumentList.Add(start.FileName);
            start.FileName = "env";
        }

        foreach (string arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        start.Environment["LANPEER_NETWORK"] = "loopback";
        start.Environment["NO_COLOR"] = "1";
        foreach ((string name, string? value) in how.Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The host did not start.");
    }

    private static bool CanResetSignals()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        using Process? probe = Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "true"])
        {
            RedirectStandardError = true,
        });
        return probe is not null && probe.WaitForExit(TimeSpan.FromSeconds(30)) && probe.ExitCode == 0;
    }

    private static string Seen(Task<string> text) => text.IsCompletedSuccessfully ? text.Result : "(still open)";

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No {Solution} above {AppContext.BaseDirectory}.");
    }
}
