using System;
using System.Collections.Generic;

namespace LanPeer.Host;

/// <summary>What the command line asks the host to do.</summary>
internal enum RunMode
{
    /// <summary>Ask for statements until the input ends or <c>exit</c>.</summary>
    Prompt,

    /// <summary>Run the statements that standard input holds, without prompts.</summary>
    StandardInput,

    /// <summary>Run a script file.</summary>
    File,

    /// <summary>Run the text of the command line.</summary>
    Command,

    /// <summary>Print the usage.</summary>
    Help,

    /// <summary>Print the version.</summary>
    Version,

    /// <summary>The command line cannot be understood.</summary>
    Invalid,
}

/// <summary>The command line, understood.</summary>
internal sealed record HostOptions
{
    public required RunMode Mode { get; init; }

    /// <summary>The script's path, the command's text, or what is wrong with the command line.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>What follows the script's path.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = Array.Empty<string>();

    public bool NoLogo { get; init; }

    /// <summary>After the file or command, go on with a prompt.</summary>
    public bool NoExit { get; init; }

    /// <summary>Questions are errors.</summary>
    public bool NonInteractive { get; init; }

    /// <summary>Prompt and ask even when standard input is not a terminal.</summary>
    public bool Interactive { get; init; }
}

/// <summary>The exit codes that are the host's own; they are those of pwsh.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The last statement failed, an error ended the script, or it was stopped.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong, or names a script that does not exist.</summary>
    public const int BadUsage = 64;

    /// <summary>What a shell reports for a process that Ctrl+C ended.</summary>
    public const int Interrupted = 130;
}
