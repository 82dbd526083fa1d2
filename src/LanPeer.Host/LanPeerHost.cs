using System;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;

namespace LanPeer.Host;

/// <summary>What the engine knows of the program that runs it.</summary>
internal sealed class LanPeerHost : PSHost, IHostSupportsInteractiveSession
{
    /// <summary>The host's name, as <c>$Host.Name</c> has it.</summary>
    public const string ProductName = "LanPeer.Host";

    private HostSession? _session;
    private string? _title;
    private int _nestedPrompts;
    private bool _leaveNestedPrompt;

    public LanPeerHost(Terminal terminal, LineSource lines)
    {
        Console = new HostUserInterface(terminal, lines);
    }

    public override string Name => ProductName;

    public override Version Version => Program.Version;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    public override PSHostUserInterface UI => Console;

    /// <summary>The user interface with what only this program uses of it.</summary>
    public HostUserInterface Console { get; }

    /// <summary>Whether <c>exit</c> has been said.</summary>
    public bool ShouldExit { get; private set; }

    /// <summary>The exit code that was said with it.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Whether a person sits at a prompt, who can do something else when a command does not stop.</summary>
    public bool InPrompt { get; set; }

    public bool IsRunspacePushed => false;

    public Runspace Runspace => Session.Runspace;

    private HostSession Session => _session ?? throw new InvalidOperationException("The session is not open yet.");

    /// <summary>Gives the host the session it serves; the two know each other.</summary>
    public void Attach(HostSession session)
    {
        _session = session;
        Console.Interrupt = () => session.Runner.Interrupt();
    }

    /// <summary><c>exit</c> was said. (In a nested prompt the engine calls <see cref="ExitNestedPrompt"/> instead.)</summary>
    public override void SetShouldExit(int exitCode)
    {
        ShouldExit = true;
        ExitCode = exitCode;
    }

    public override void EnterNestedPrompt()
    {
        Console.RequireAnswers("a nested prompt");
        bool promptAround = InPrompt;
        InPrompt = true;
        _nestedPrompts++;
        try
        {
            new PromptLoop(Session).Run(() => _leaveNestedPrompt || ShouldExit);
        }
        finally
        {
            _nestedPrompts--;
            _leaveNestedPrompt = false;
            InPrompt = promptAround;
        }
    }

    public override void ExitNestedPrompt() => _leaveNestedPrompt = _nestedPrompts > 0;

    public override void NotifyBeginApplication() =>
        _title = OperatingSystem.IsWindows() ? System.Console.Title : null;

    public override void NotifyEndApplication()
    {
        if (OperatingSystem.IsWindows() && _title is not null)
        {
            System.Console.Title = _title;
        }
    }

    public void PushRunspace(Runspace runspace) =>
        throw new PSNotSupportedException("This host cannot enter the sessions of other machines.");

    public void PopRunspace() =>
        throw new PSNotSupportedException("This host has not entered the session of another machine.");
}
