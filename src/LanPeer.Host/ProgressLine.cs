using System;
using System.Management.Automation;
using System.Threading;

namespace LanPeer.Host;

/// <summary>
/// The progress of a command: one line at the bottom of a terminal, taken away before anything else is written and
/// when the command ends; nothing where the output is not a terminal.
/// </summary>
internal sealed class ProgressLine(Terminal terminal)
{
    private const long MillisecondsBetweenUpdates = 100;

    private readonly Lock _gate = new();
    private int _cells;
    private long _shownAt = -MillisecondsBetweenUpdates;

    public void Show(ProgressRecord record)
    {
        if (!terminal.Escapes)
        {
            return;
        }

        lock (_gate)
        {
            long now = Environment.TickCount64;
            if (now - _shownAt < MillisecondsBetweenUpdates)
            {
                return;
            }

            _shownAt = now;
            Erase();
            string line = Fit(Text(record), terminal.Width - 1);
            Console.Out.Write(line);
            _cells = CellWidth.Of(line);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            Erase();
        }
    }

    private static string Text(ProgressRecord record)
    {
        string percent = record.PercentComplete >= 0 ? $" {record.PercentComplete} %" : string.Empty;
        string text = $"{record.Activity}: {record.StatusDescription}{percent}";
        return text.Replace('\n', ' ').Replace('\r', ' ');
    }

    private static string Fit(string text, int cells)
    {
        while (CellWidth.Of(text) > cells)
        {
            int last = text.Length - 1;
            text = text[..(last > 0 && char.IsSurrogatePair(text, last - 1) ? last - 1 : last)];
        }

        return text;
    }

    private void Erase()
    {
        if (_cells > 0)
        {
            Console.Out.Write("\r" + new string(' ', _cells) + "\r");
            _cells = 0;
        }
    }
}
