using System;
using System.Globalization;

namespace LanPeer.Host;

/// <summary>A line that is being typed and the place in it; steps are whole characters as people see them.</summary>
internal sealed class LineBuffer
{
    public string Text { get; private set; } = string.Empty;

    /// <summary>The index in <see cref="Text"/> before which the next character goes.</summary>
    public int Cursor { get; private set; }

    public void Insert(char character)
    {
        Text = Text.Insert(Cursor, character.ToString());
        Cursor++;
    }

    public void Set(string text) => Set(text, text.Length);

    public void Set(string text, int cursor)
    {
        Text = text;
        Cursor = Math.Clamp(cursor, 0, text.Length);
    }

    public void Left() => Cursor = Before();

    public void Right() => Cursor = After();

    public void Home() => Cursor = 0;

    public void End() => Cursor = Text.Length;

    public void WordLeft() => Cursor = WordStart();

    public void WordRight()
    {
        while (Cursor < Text.Length && char.IsWhiteSpace(Text[Cursor]))
        {
            Cursor++;
        }

        while (Cursor < Text.Length && !char.IsWhiteSpace(Text[Cursor]))
        {
            Cursor++;
        }
    }

    public void Backspace() => Remove(Before(), Cursor);

    public void Delete() => Remove(Cursor, After());

    public void DeleteToStart() => Remove(0, Cursor);

    public void DeleteToEnd() => Remove(Cursor, Text.Length);

    public void DeleteWord() => Remove(WordStart(), Cursor);

    private void Remove(int start, int end)
    {
        Text = Text.Remove(start, end - start);
        Cursor = start;
    }

    private int After() => Cursor == Text.Length
        ? Cursor
        : Cursor + StringInfo.GetNextTextElementLength(Text, Cursor);

    private int Before()
    {
        int at = 0;
        int previous = 0;
        while (at < Cursor)
        {
            previous = at;
            at += StringInfo.GetNextTextElementLength(Text, at);
        }

        return previous;
    }

    private int WordStart()
    {
        int at = Cursor;
        while (at > 0 && char.IsWhiteSpace(Text[at - 1]))
        {
            at--;
        }

        while (at > 0 && !char.IsWhiteSpace(Text[at - 1]))
        {
            at--;
        }

        return at;
    }
}
