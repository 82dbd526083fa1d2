using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace LanPeer.Host;

/// <summary>Reads one line key by key: arrows, history, completion, and the usual control keys.</summary>
internal sealed class LineEditor(string prompt, LineReading how, IReadOnlyList<string> history, Terminal terminal)
{
    private const char EndOfText = '\u0003';
    private const char EndOfTransmission = '\u0004';

    private readonly LineBuffer _line = new();
    private readonly LineView _view = new(prompt, how.Secret, terminal);
    private int _historyIndex = history.Count;
    private string _unfinished = string.Empty;
    private CommandCompletion? _completion;

    public ReadResult Read()
    {
        _view.Draw(_line.Text, _line.Cursor);
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            switch (key.KeyChar)
            {
                case '\r' or '\n':
                    _view.Leave(_line.Text);
                    return new ReadResult(_line.Text);
                case EndOfText:
                    _view.Leave(_line.Text, "^C");
                    return default;
                case EndOfTransmission when _line.Text.Length == 0:
                    _view.Leave(_line.Text);
                    return new ReadResult(null, EndOfInput: true);
                default:
                    Apply(key);
                    break;
            }

            // What is pasted is drawn once, not once a character.
            if (!Console.KeyAvailable)
            {
                _view.Draw(_line.Text, _line.Cursor);
            }
        }
    }

    private void Apply(ConsoleKeyInfo key)
    {
        if (key.Key == ConsoleKey.Tab)
        {
            Complete(forward: !key.Modifiers.HasFlag(ConsoleModifiers.Shift));
            return;
        }

        _completion = null;
        bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        if (control ? ApplyControl(key.Key) : ApplyPlain(key.Key))
        {
            return;
        }

        if (!char.IsControl(key.KeyChar))
        {
            _line.Insert(key.KeyChar);
        }
    }

    private bool ApplyPlain(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.LeftArrow: _line.Left(); return true;
            case ConsoleKey.RightArrow: _line.Right(); return true;
            case ConsoleKey.Home: _line.Home(); return true;
            case ConsoleKey.End: _line.End(); return true;
            case ConsoleKey.Backspace: _line.Backspace(); return true;
            case ConsoleKey.Delete: _line.Delete(); return true;
            case ConsoleKey.Escape: _line.Set(string.Empty); return true;
            case ConsoleKey.UpArrow: Recall(-1); return true;
            case ConsoleKey.DownArrow: Recall(1); return true;
            default: return false;
        }
    }

    private bool ApplyControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.LeftArrow: _line.WordLeft(); return true;
            case ConsoleKey.RightArrow: _line.WordRight(); return true;
            case ConsoleKey.A: _line.Home(); return true;
            case ConsoleKey.E: _line.End(); return true;
            case ConsoleKey.B: _line.Left(); return true;
            case ConsoleKey.F: _line.Right(); return true;
            case ConsoleKey.P: Recall(-1); return true;
            case ConsoleKey.N: Recall(1); return true;
            case ConsoleKey.D: _line.Delete(); return true;
            case ConsoleKey.H or ConsoleKey.Backspace: _line.Backspace(); return true;
            case ConsoleKey.U: _line.DeleteToStart(); return true;
            case ConsoleKey.K: _line.DeleteToEnd(); return true;
            case ConsoleKey.W: _line.DeleteWord(); return true;
            case ConsoleKey.L: _view.ClearScreen(); return true;
            default: return false;
        }
    }

    private void Recall(int step)
    {
        int index = _historyIndex + step;
        if (!how.Remember || index < 0 || index > history.Count)
        {
            return;
        }

        if (_historyIndex == history.Count)
        {
            _unfinished = _line.Text;
        }

        _historyIndex = index;
        _line.Set(index == history.Count ? _unfinished : history[index]);
    }

    /// <summary>Puts in the first thing that fits; the key pressed again, the next one.</summary>
    private void Complete(bool forward)
    {
        if (_completion is null)
        {
            _completion = how.Completion?.Invoke(_line.Text, _line.Cursor);
        }

        if (_completion is not { CompletionMatches.Count: > 0 } found)
        {
            _completion = null;
            return;
        }

        CompletionResult next = found.GetNextResult(forward);
        string before = _line.Text[..found.ReplacementIndex];
        string after = _line.Text[(found.ReplacementIndex + found.ReplacementLength)..];
        _line.Set(before + next.CompletionText + after, found.ReplacementIndex + next.CompletionText.Length);
        found.ReplacementLength = next.CompletionText.Length;
    }
}
