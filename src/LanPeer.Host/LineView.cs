using System;
using System.Globalization;
using System.Text;

namespace LanPeer.Host;

/// <summary>Draws a prompt and the line behind it, over as many rows of the terminal as they take.</summary>
internal sealed class LineView
{
    private readonly Terminal _terminal;
    private readonly string _prompt;
    private readonly bool _secret;
    private int _row;

    public LineView(string prompt, bool secret, Terminal terminal)
    {
        _terminal = terminal;
        _secret = secret;

        // Only the last line of a prompt is drawn again with each key.
        int last = prompt.LastIndexOf('\n') + 1;
        Console.Out.Write(prompt[..last]);
        _prompt = prompt[last..];
    }

    /// <summary>Shows the line as it is now, with the cursor in its place.</summary>
    public void Draw(string text, int cursor)
    {
        string shown = Shown(text);
        (int endRow, int endColumn) = Locate(shown);
        (int row, int column) = Locate(_secret ? Shown(text[..cursor]) : shown[..cursor]);

        StringBuilder output = new();
        MoveToStart(output);
        output.Append("\u001b[J").Append(_prompt).Append(shown);
        if (endColumn == 0 && endRow > 0)
        {
            // A terminal that has filled its last column waits with the step to the next row.
            output.Append("\r\n");
        }

        Move(output, endRow - row, 'A');
        output.Append('\r');
        Move(output, column, 'C');
        _row = row;
        Console.Out.Write(output);
    }

    /// <summary>Leaves the line as it is and goes to the row below.</summary>
    public void Leave(string text, string mark = "")
    {
        Draw(text, text.Length);
        Console.Out.Write(mark + "\n");
        _row = 0;
    }

    /// <summary>Empties the screen; the line is drawn again at its top.</summary>
    public void ClearScreen()
    {
        Console.Out.Write("\u001b[H\u001b[2J");
        _row = 0;
    }

    private static void Move(StringBuilder output, int steps, char direction)
    {
        if (steps > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"\u001b[{steps}{direction}");
        }
    }

    private void MoveToStart(StringBuilder output)
    {
        Move(output, _row, 'A');
        output.Append('\r');
    }

    private string Shown(string text) => _secret ? new string('*', new StringInfo(text).LengthInTextElements) : text;

    /// <summary>The row, counted from the prompt's, and the column behind the prompt and a text.</summary>
    private (int Row, int Column) Locate(string text)
    {
        int width = _terminal.Width;
        int promptCells = CellWidth.Of(_prompt);
        int row = promptCells / width;
        int column = promptCells % width;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int cells = CellWidth.Of(rune);
            if (column + cells > width)
            {
                row++;
                column = 0;
            }

            column += cells;
        }

        return column >= width ? (row + 1, 0) : (row, column);
    }
}
