using System;
using System.IO;
using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Text;

namespace LanPeer.Host;

/// <summary>What the process's three standard streams are and can do, asked once.</summary>
internal sealed class Terminal : IDisposable
{
    private const int DefaultWidth = 80;
    private const int RedirectedWidth = 120;
    private const int DefaultHeight = 24;
    private const int StandardOutputHandle = -11;
    private const uint EnableVirtualTerminal = 4;

    public Terminal()
    {
        InputRedirected = Console.IsInputRedirected;
        OutputRedirected = Console.IsOutputRedirected;
        UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
        try
        {
            Console.OutputEncoding = utf8;
            Console.InputEncoding = utf8;
        }
        catch (IOException)
        {
            // A process without a console has no code page to set; redirected streams are UTF-8 all the same.
        }

        bool capable = !OutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        Escapes = capable && (!OperatingSystem.IsWindows() || EnableEscapesOnWindows());
    }

    public bool InputRedirected { get; }

    public bool OutputRedirected { get; }

    /// <summary>Whether standard output understands escape sequences.</summary>
    public bool Escapes { get; }

    /// <summary>Whether a person may be asked.</summary>
    public bool CanAsk { get; private set; }

    /// <summary>Whether lines are read key by key, with history and completion.</summary>
    public bool CanEdit => Escapes && !InputRedirected;

    public bool Colors { get; private set; }

    /// <summary>Cells in a line.</summary>
    public int Width => OutputRedirected ? RedirectedWidth : Measure(static () => Console.WindowWidth, DefaultWidth);

    /// <summary>Lines on the screen.</summary>
    public int Height => OutputRedirected ? DefaultHeight : Measure(static () => Console.WindowHeight, DefaultHeight);

    /// <summary>Applies the command line and NO_COLOR; the engine's own colours follow.</summary>
    public void Configure(HostOptions options)
    {
        CanAsk = !options.NonInteractive && (!InputRedirected || options.Interactive);
        Colors = Escapes && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        if (!Colors && options.Mode is not (RunMode.Help or RunMode.Version or RunMode.Invalid))
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }
    }

    public void Dispose()
    {
        Console.Out.Flush();
        Console.Error.Flush();
    }

    private static int Measure(Func<int> ask, int otherwise)
    {
        try
        {
            int measured = ask();
            return measured > 0 ? measured : otherwise;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return otherwise;
        }
    }

    private static bool EnableEscapesOnWindows()
    {
        nint handle = GetStdHandle(StandardOutputHandle);
        return GetConsoleMode(handle, out uint mode)
            && ((mode & EnableVirtualTerminal) != 0 || SetConsoleMode(handle, mode | EnableVirtualTerminal));
    }

    [DllImport("kernel32.dll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint GetStdHandle(int which);

    [DllImport("kernel32.dll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GetConsoleMode(nint handle, out uint mode);

    [DllImport("kernel32.dll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool SetConsoleMode(nint handle, uint mode);
}
