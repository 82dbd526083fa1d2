using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;

namespace LanPeer.Host;

/// <summary>A line that was read; no text when the input has ended or Ctrl+C took the line back.</summary>
internal readonly record struct ReadResult(string? Text, bool EndOfInput = false);

/// <summary>How a line is to be read.</summary>
internal sealed record LineReading
{
    /// <summary>What Tab offers for a text and a position in it; null where there is nothing to complete.</summary>
    public Func<string, int, CommandCompletion?>? Completion { get; init; }

    /// <summary>Whether the line can be had again by the arrow keys.</summary>
    public bool Remember { get; init; }

    /// <summary>Whether what is typed is hidden.</summary>
    public bool Secret { get; init; }
}

/// <summary>Where lines come from: a terminal with editing, a plain console, or redirected input.</summary>
internal sealed class LineSource(Terminal terminal) : IDisposable
{
    private const int HistoryLength = 500;
    private static readonly TimeSpan _cancelNotice = TimeSpan.FromMilliseconds(200);

    private readonly List<string> _history = [];
    private readonly ManualResetEventSlim _cancelled = new();

    /// <summary>Shows a prompt and reads a line.</summary>
    public ReadResult Read(string prompt, LineReading how)
    {
        ReadResult result = terminal.CanEdit ? ReadEdited(prompt, how)
            : how.Secret && !terminal.InputRedirected ? ReadUnseen(prompt)
            : ReadPlain(prompt);
        if (how.Remember && !string.IsNullOrWhiteSpace(result.Text) && (_history.Count == 0 || _history[^1] != result.Text))
        {
            _history.Add(result.Text);
            if (_history.Count > HistoryLength)
            {
                _history.RemoveAt(0);
            }
        }

        return result;
    }

    public void Dispose() => _cancelled.Dispose();

    /// <summary>A secret on a terminal too simple for editing: nothing is shown at all.</summary>
    private static ReadResult ReadUnseen(string prompt)
    {
        Console.Out.Write(prompt);
        LineBuffer line = new();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                Console.Out.WriteLine();
                return new ReadResult(line.Text);
            }

            if (key.Key == ConsoleKey.Backspace)
            {
                line.Backspace();
            }
            else if (!char.IsControl(key.KeyChar))
            {
                line.Insert(key.KeyChar);
            }
        }
    }

    private ReadResult ReadEdited(string prompt, LineReading how)
    {
        // As a key, Ctrl+C clears the line; as a signal it would leave the typed text in front of the next one.
        Console.TreatControlCAsInput = true;
        try
        {
            return new LineEditor(prompt, how, _history, terminal).Read();
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private ReadResult ReadPlain(string prompt)
    {
        Console.Out.Write(prompt);
        _cancelled.Reset();
        Console.CancelKeyPress += OnCancel;
        try
        {
            string? line = Console.In.ReadLine();

            // On Windows Ctrl+C makes the read end like the end of input does, and the event may come a little later.
            bool cancelled = line is null && !terminal.InputRedirected && _cancelled.Wait(_cancelNotice);
            return cancelled ? default : new ReadResult(line, EndOfInput: line is null);
        }
        finally
        {
            Console.CancelKeyPress -= OnCancel;
        }
    }

    private void OnCancel(object? sender, ConsoleCancelEventArgs args) => _cancelled.Set();
}
