using System;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace LanPeer.Host;

/// <summary>What the engine shows: objects and warnings on standard output, errors on standard error.</summary>
internal sealed partial class HostUserInterface(Terminal terminal, LineSource lines) : PSHostUserInterface
{
    private readonly HostRawUserInterface _raw = new(terminal);
    private readonly ProgressLine _progress = new(terminal);

    public override PSHostRawUserInterface RawUI => _raw;

    public override bool SupportsVirtualTerminal => terminal.Escapes;

    /// <summary>While set, everything goes to standard error: an error's own view does not know where it belongs.</summary>
    public bool ErrorOutput { get; set; }

    /// <summary>A text as the output can take it: without escape sequences where they are not understood or wanted.</summary>
    public string Shown(string? text) => GetOutputString(text ?? string.Empty, terminal.Escapes);

    public override void Write(string value) => Put(value);

    public override void WriteLine() => Put("\n");

    public override void WriteLine(string value) => Put(value + "\n");

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        if (!terminal.Colors || ErrorOutput)
        {
            Put(value);
            return;
        }

        // A background nobody chose stays the terminal's own, which may be none of the sixteen.
        _raw.Apply(foregroundColor, backgroundColor == _raw.BackgroundColor ? _raw.ChosenBackground : backgroundColor);
        try
        {
            Put(value);
        }
        finally
        {
            _raw.Apply(_raw.ChosenForeground, _raw.ChosenBackground);
        }
    }

    // As the base class has it, the colours would stay on until after the line's end and tint the next row.
    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        Write(foregroundColor, backgroundColor, value);
        Put("\n");
    }

    public override void WriteErrorLine(string value)
    {
        _progress.Clear();
        string line = terminal.Colors ? PSStyle.Instance.Formatting.Error + value + PSStyle.Instance.Reset : value;
        Console.Error.WriteLine(Shown(line));
    }

    public override void WriteWarningLine(string message) =>
        PutTagged("WARNING: ", message, PSStyle.Instance.Formatting.Warning);

    public override void WriteVerboseLine(string message) =>
        PutTagged("VERBOSE: ", message, PSStyle.Instance.Formatting.Verbose);

    public override void WriteDebugLine(string message) =>
        PutTagged("DEBUG: ", message, PSStyle.Instance.Formatting.Debug);

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (record.RecordType == ProgressRecordType.Completed)
        {
            _progress.Clear();
        }
        else
        {
            _progress.Show(record);
        }
    }

    /// <summary>Takes away a progress line that a command has left behind.</summary>
    public void EndProgress() => _progress.Clear();

    private void PutTagged(string tag, string message, string style)
    {
        string text = tag + message;
        Put((terminal.Colors ? style + text + PSStyle.Instance.Reset : text) + "\n");
    }

    private void Put(string? text)
    {
        _progress.Clear();
        (ErrorOutput ? Console.Error : Console.Out).Write(Shown(text));
    }
}
