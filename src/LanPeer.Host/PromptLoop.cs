using System;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Text;

namespace LanPeer.Host;

/// <summary>Asks for statements and runs them until the input ends or the session is left.</summary>
internal sealed class PromptLoop(HostSession session)
{
    private const string Continuation = ">> ";

    private readonly PipelineRunner _runner = session.Runner;
    private readonly LineSource _lines = session.Lines;

    /// <param name="left">Whether the loop has been left from inside, by <c>exit</c>.</param>
    public void Run(Func<bool> left)
    {
        while (!left())
        {
            ReadResult result = ReadStatement();

            // Ctrl+C while nothing ran is no reason to stop what was typed.
            _runner.ClearInterrupt();
            if (result.EndOfInput)
            {
                return;
            }

            if (!string.IsNullOrWhiteSpace(result.Text))
            {
                _runner.Run(_runner.Create(result.Text, typed: true));
                session.Host.Console.EndProgress();
            }
        }
    }

    /// <summary>A statement, of several lines where the language asks for more; none when Ctrl+C took it back.</summary>
    private ReadResult ReadStatement()
    {
        StringBuilder text = new();
        _runner.ClearInterrupt();
        string prompt = PromptText();
        while (true)
        {
            ReadResult line = _lines.Read(prompt, new LineReading { Completion = Complete, Remember = true });
            if (line.Text is null)
            {
                // What the end of the input cuts off is run all the same, so that its error is seen.
                return line.EndOfInput && text.Length > 0 ? new ReadResult(text.ToString()) : line;
            }

            text.Append(line.Text);
            string statement = text.ToString();
            if (!StatementReader.IsIncomplete(statement))
            {
                return new ReadResult(statement);
            }

            text.Append('\n');
            prompt = Continuation;
        }
    }

    /// <summary>What the session's prompt function gives, or the usual text when it gives nothing.</summary>
    private string PromptText()
    {
        string text = string.Concat(_runner.Evaluate("prompt").Select(static part => part?.ToString()));
        if (!string.IsNullOrEmpty(text))
        {
            return session.Host.Console.Shown(text);
        }

        string folder = session.Runspace.SessionStateProxy.Path.CurrentLocation.Path;
        return string.Create(CultureInfo.InvariantCulture, $"PS {folder}> ");
    }

    private CommandCompletion? Complete(string text, int cursor)
    {
        if (_runner.IsRunning)
        {
            return null;
        }

        using PowerShell engine = PowerShell.Create();
        engine.Runspace = session.Runspace;
        return CommandCompletion.CompleteInput(text, cursor, null, engine);
    }
}
