using System;
using System.Management.Automation;
using System.Reflection;

namespace LanPeer.Host;

/// <summary>
/// The entry point: a PowerShell host with the LanPeer module loaded, for machines that have .NET but no pwsh.
/// </summary>
internal static class Program
{
    /// <summary>The version of this host, three parts, as users see it.</summary>
    public static Version Version { get; } =
        new(typeof(Program).Assembly.GetName().Version?.ToString(3) ?? "0.0.0");

    private const string TelemetryOptOut = "POWERSHELL_TELEMETRY_OPTOUT";

    public static int Main(string[] args)
    {
        // The engine's package reports module imports to its maker unless this is set before its first use.
        // A messenger that promises to stay on the local network must not do that unasked.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TelemetryOptOut)))
        {
            Environment.SetEnvironmentVariable(TelemetryOptOut, "1");
        }

        using Terminal terminal = new();
        HostOptions options = CommandLine.Parse(args);
        terminal.Configure(options);
        switch (options.Mode)
        {
            case RunMode.Help:
                Console.Out.WriteLine(CommandLine.Usage);
                return ExitCode.Success;
            case RunMode.Version:
                Console.Out.WriteLine($"{LanPeerHost.ProductName} {Version} (PowerShell {EngineVersion()})");
                return ExitCode.Success;
            case RunMode.Invalid:
                Console.Error.WriteLine(options.Text);
                Console.Error.WriteLine();
                Console.Error.WriteLine(CommandLine.Usage);
                return ExitCode.BadUsage;
            default:
                return Run(options, terminal);
        }
    }

    /// <summary>The version of the PowerShell engine this host carries.</summary>
    public static string EngineVersion()
    {
        string? informational = typeof(PSObject).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return informational?.Split(' ', '+')[0] ?? "unknown";
    }

    private static int Run(HostOptions options, Terminal terminal)
    {
        string? module = ModuleLocator.Find(out string problem);
        if (module is null)
        {
            Console.Error.WriteLine(problem);
            return ExitCode.Failure;
        }

        using HostSession session = new(terminal);
        using SignalGuard signals = new(session);
        try
        {
            int exitCode = session.Open(module) ? new SessionModes(session, options).Run() : ExitCode.Failure;
            return signals.Settle(exitCode);
        }
        catch (Exception) when (signals.IsEnding)
        {
            return signals.Settle(ExitCode.Failure);
        }
    }
}
