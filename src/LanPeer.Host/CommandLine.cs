using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace LanPeer.Host;

/// <summary>Reads the command line by the rules of pwsh.</summary>
internal static class CommandLine
{
    public const string Usage = """
        usage: LanPeer.Host [options]
               LanPeer.Host [options] [-File] script.ps1 [arguments ...]
               LanPeer.Host [options] -Command text ...

          -File script.ps1 ...  run the script with the arguments that follow; its exit code is the host's
          -Command text ...     run the text that follows; 1 when its last statement failed
          -Command -            run what standard input holds (also: standard input that is not a terminal)
          -NoExit               go on with a prompt afterwards
          -Interactive          prompt even when standard input is not a terminal
          -NonInteractive       never ask: a question is an error
          -NoLogo               no greeting
          -NoProfile            accepted; this host has no profile
          -Version              print the version
          -Help, -?             print this text

        Names may be shortened: -f, -c, -noni. Without -File and -Command: a prompt, ended by exit or end of input.
        """;

    private const string StandardInput = "-";

    private static readonly string[] _names =
        ["File", "Command", "NoExit", "Interactive", "NonInteractive", "NoLogo", "NoProfile", "Version", "Help"];

    public static HostOptions Parse(IReadOnlyList<string> args)
    {
        HostOptions options = new() { Mode = RunMode.Prompt };
        for (int i = 0; i < args.Count; i++)
        {
            string argument = args[i];
            if (argument is "-?" or "/?")
            {
                return options with { Mode = RunMode.Help };
            }

            if (!argument.StartsWith('-') || argument == StandardInput)
            {
                return WithFile(options, args, i);
            }

            string[] matches = Matches(argument.TrimStart('-'));
            if (matches.Length != 1)
            {
                string problem = matches.Length == 0
                    ? $"'{argument}' is not an option of this host."
                    : $"'{argument}' could be any of: {string.Join(", ", matches.Select(name => "-" + name))}.";
                return Invalid(options, problem);
            }

            switch (matches[0])
            {
                case "File":
                    return WithFile(options, args, i + 1);
                case "Command":
                    return WithCommand(options, args, i + 1);
                case "Help":
                    return options with { Mode = RunMode.Help };
                case "Version":
                    return options with { Mode = RunMode.Version };
                default:
                    options = WithSwitch(options, matches[0]);
                    break;
            }
        }

        bool prompt = options.Interactive || (!options.NonInteractive && !Console.IsInputRedirected);
        return options with { Mode = prompt ? RunMode.Prompt : RunMode.StandardInput };
    }

    private static HostOptions WithSwitch(HostOptions options, string name) => name switch
    {
        "NoExit" => options with { NoExit = true },
        "Interactive" => options with { Interactive = true, NonInteractive = false },
        "NonInteractive" => options with { NonInteractive = true, Interactive = false },
        "NoLogo" => options with { NoLogo = true },
        _ => options,
    };

    private static HostOptions WithFile(HostOptions options, IReadOnlyList<string> args, int at)
    {
        if (at >= args.Count)
        {
            return Invalid(options, "-File needs the path of a script.");
        }

        if (args[at] == StandardInput)
        {
            return options with { Mode = RunMode.StandardInput };
        }

        string path = Path.GetFullPath(args[at]);
        if (!File.Exists(path))
        {
            return Invalid(options, $"There is no script file '{args[at]}'. Check the path.");
        }

        return path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase)
            ? options with { Mode = RunMode.File, Text = path, Arguments = args.Skip(at + 1).ToArray() }
            : Invalid(options, $"'{args[at]}' is not a PowerShell script: its name does not end in .ps1.");
    }

    private static HostOptions WithCommand(HostOptions options, IReadOnlyList<string> args, int at)
    {
        if (at >= args.Count)
        {
            return Invalid(options, "-Command needs the text to run.");
        }

        return at == args.Count - 1 && args[at] == StandardInput
            ? options with { Mode = RunMode.StandardInput }
            : options with { Mode = RunMode.Command, Text = string.Join(' ', args.Skip(at)) };
    }

    private static HostOptions Invalid(HostOptions options, string problem) =>
        options with { Mode = RunMode.Invalid, Text = problem };

    private static string[] Matches(string prefix)
    {
        string[] exact = _names.Where(name => name.Equals(prefix, StringComparison.OrdinalIgnoreCase)).ToArray();
        return exact.Length == 1 || prefix.Length == 0
            ? exact
            : _names.Where(name => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).ToArray();
    }
}
