using System;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace LanPeer.Host;

/// <summary>What the command line asks for, done in an open session; the exit codes are those of pwsh.</summary>
internal sealed class SessionModes(HostSession session, HostOptions options)
{
    private readonly LanPeerHost _host = session.Host;
    private readonly PipelineRunner _runner = session.Runner;

    public int Run()
    {
        int exitCode = options.Mode switch
        {
            RunMode.File => RunFile(),
            RunMode.Command => RunCommand(),
            RunMode.StandardInput => RunStandardInput(),
            _ => ExitCode.Success,
        };
        bool prompt = options.Mode == RunMode.Prompt || (options.NoExit && !_host.ShouldExit);
        return prompt ? RunPrompt() : exitCode;
    }

    private int RunPrompt()
    {
        if (options.Mode == RunMode.Prompt && !options.NoLogo)
        {
            _host.Console.WriteLine(
                $"LanPeer {Program.Version}, PowerShell {Program.EngineVersion()}. Commands: Get-Command -Module LanPeer");
        }

        _host.InPrompt = true;
        new PromptLoop(session).Run(() => _host.ShouldExit);
        return _host.ShouldExit ? _host.ExitCode : ExitCode.Success;
    }

    private int RunFile()
    {
        // Not in a scope of its own: what the script defines is there for its event actions and for -NoExit.
        Command script = new(options.Text, isScript: false, useLocalScope: false);
        foreach (CommandParameter parameter in ScriptArguments.Parse(options.Arguments))
        {
            script.Parameters.Add(parameter);
        }

        if (!options.NoExit)
        {
            ExitPropagation.EnableForNextScript(session.Runspace);
        }

        ScriptBlockAst text = Parser.ParseFile(options.Text, out _, out _);
        RunOutcome outcome = _runner.Run(_runner.Create(script), InputFor(text));
        return _host.ShouldExit ? _host.ExitCode
            : outcome == RunOutcome.Completed ? ExitCode.Success
            : ExitCode.Failure;
    }

    private int RunCommand()
    {
        ScriptBlockAst text = Parser.ParseInput(options.Text, out _, out _);
        RunOutcome outcome = _runner.Run(_runner.Create(options.Text, typed: true), InputFor(text));
        return StatusOf(outcome);
    }

    private int RunStandardInput()
    {
        StatementReader reader = new(Console.In);
        RunOutcome outcome = RunOutcome.Completed;
        int exitCode = ExitCode.Success;
        while (!_host.ShouldExit && outcome != RunOutcome.Stopped && reader.Read() is { } statement)
        {
            outcome = _runner.Run(_runner.Create(statement, typed: true));
            exitCode = StatusOf(outcome);
        }

        return exitCode;
    }

    private int StatusOf(RunOutcome outcome)
    {
        if (_host.ShouldExit)
        {
            return _host.ExitCode;
        }

        return outcome == RunOutcome.Completed && Succeeded() ? ExitCode.Success : ExitCode.Failure;
    }

    private bool Succeeded() => _runner.Evaluate("$?") is [{ BaseObject: true }];

    /// <summary>
    /// Standard input for a script that asks for it. Otherwise it is left alone: for what the script reads from the
    /// console itself, and because some launchers never end it.
    /// </summary>
    private TextReader? InputFor(ScriptBlockAst script)
    {
        bool wanted = script.ProcessBlock is not null
            || script.Find(static ast => ast is VariableExpressionAst { VariablePath.UserPath: var name }
                && name.Equals("input", StringComparison.OrdinalIgnoreCase), searchNestedScriptBlocks: false) is not null;
        return wanted && session.Terminal.InputRedirected ? Console.In : null;
    }
}
