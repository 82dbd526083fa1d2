using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace LanPeer.Host;

/// <summary>
/// Ctrl+C stops what runs and not the host; the signals that end a process let the session's peers say goodbye first.
/// </summary>
internal sealed class SignalGuard : IDisposable
{
    private const int SignalBase = 128;
    private const int HangUp = 1;
    private const int Terminate = 15;

    private static readonly TimeSpan _goodbye = TimeSpan.FromSeconds(2);

    private readonly HostSession _session;
    private readonly PosixSignalRegistration _hangUp;
    private readonly PosixSignalRegistration _terminate;
    private int _endedBy;

    public SignalGuard(HostSession session)
    {
        _session = session;
        Console.CancelKeyPress += OnCancelKeyPress;
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => End(context, HangUp));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, Terminate));
    }

    /// <summary>Whether a signal is ending the process: the runspace closes under whoever uses it.</summary>
    public bool IsEnding => Volatile.Read(ref _endedBy) != 0;

    /// <summary>The exit code, unless a signal is about to end the process: its own code wins, so wait for that.</summary>
    public int Settle(int exitCode)
    {
        int signal = Volatile.Read(ref _endedBy);
        if (signal == 0)
        {
            return exitCode;
        }

        Thread.Sleep(_goodbye + _goodbye);
        return SignalBase + signal;
    }

    public void Dispose()
    {
        Console.CancelKeyPress -= OnCancelKeyPress;
        _hangUp.Dispose();
        _terminate.Dispose();
    }

    private void OnCancelKeyPress(object? sender, ConsoleCancelEventArgs args)
    {
        if (args.SpecialKey != ConsoleSpecialKey.ControlC)
        {
            return;
        }

        args.Cancel = true;
        bool running = _session.Runner.IsRunning;
        bool first = _session.Runner.Interrupt();
        if (!_session.Host.InPrompt && !(running && first))
        {
            // Nothing runs that could be stopped; or it was asked before, and waits in code that cannot be stopped.
            End(ExitCode.Interrupted - SignalBase);
        }
    }

    private void End(PosixSignalContext context, int signal)
    {
        context.Cancel = true;
        End(signal);
    }

    private void End(int signal)
    {
        if (Interlocked.CompareExchange(ref _endedBy, signal, 0) != 0)
        {
            return;
        }

        Task.Run(_session.Close).Wait(_goodbye);
        Console.Out.Flush();
        Environment.Exit(SignalBase + signal);
    }
}
