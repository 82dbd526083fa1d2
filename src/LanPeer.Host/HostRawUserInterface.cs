using System;
using System.Management.Automation.Host;

namespace LanPeer.Host;

/// <summary>The terminal's size, colours, cursor and keys. Its contents cannot be read.</summary>
internal sealed class HostRawUserInterface(Terminal terminal) : PSHostRawUserInterface
{
    private const int CursorPercent = 25;

    /// <summary>The colour a script has chosen; null for the terminal's own.</summary>
    public ConsoleColor? ChosenForeground { get; private set; }

    /// <inheritdoc cref="ChosenForeground"/>
    public ConsoleColor? ChosenBackground { get; private set; }

    public override ConsoleColor ForegroundColor
    {
        get => ChosenForeground ?? Console.ForegroundColor;
        set
        {
            ChosenForeground = Known(value);
            Apply(ChosenForeground, ChosenBackground);
        }
    }

    public override ConsoleColor BackgroundColor
    {
        get => ChosenBackground ?? Console.BackgroundColor;
        set
        {
            ChosenBackground = Known(value);
            Apply(ChosenForeground, ChosenBackground);
        }
    }

    public override Size BufferSize
    {
        get => new(terminal.Width, terminal.Height);
        set => throw CannotResize();
    }

    public override Size WindowSize
    {
        get => new(terminal.Width, terminal.Height);
        set => throw CannotResize();
    }

    public override Coordinates WindowPosition
    {
        get => new(0, 0);
        set => throw CannotResize();
    }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override int CursorSize
    {
        get => OperatingSystem.IsWindows() && !terminal.OutputRedirected ? Console.CursorSize : CursorPercent;
        set
        {
            if (OperatingSystem.IsWindows())
            {
                Console.CursorSize = value;
            }
        }
    }

    public override Coordinates CursorPosition
    {
        get
        {
            if (!terminal.CanEdit)
            {
                return new Coordinates(0, 0);
            }

            (int left, int top) = Console.GetCursorPosition();
            return new Coordinates(left, top);
        }
        set
        {
            if (!terminal.OutputRedirected)
            {
                Console.SetCursorPosition(value.X, value.Y);
            }
        }
    }

    public override bool KeyAvailable => !terminal.InputRedirected && Console.KeyAvailable;

    public override string WindowTitle
    {
        get => OperatingSystem.IsWindows() ? Console.Title : string.Empty;
        set
        {
            if (!terminal.OutputRedirected)
            {
                Console.Title = value;
            }
        }
    }

    public override int LengthInBufferCells(string source) => CellWidth.Of(source);

    public override int LengthInBufferCells(string source, int offset) => CellWidth.Of(source[offset..]);

    public override int LengthInBufferCells(char source) =>
        System.Text.Rune.TryCreate(source, out System.Text.Rune rune) ? CellWidth.Of(rune) : 1;

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            Console.ReadKey(intercept: true);
        }
    }

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        if (!terminal.CanAsk || terminal.InputRedirected)
        {
            throw HostUserInterface.CannotAsk("a key");
        }

        ConsoleKeyInfo key = Console.ReadKey(options.HasFlag(ReadKeyOptions.NoEcho));
        ControlKeyStates states =
            (key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? ControlKeyStates.ShiftPressed : 0)
            | (key.Modifiers.HasFlag(ConsoleModifiers.Alt) ? ControlKeyStates.LeftAltPressed : 0)
            | (key.Modifiers.HasFlag(ConsoleModifiers.Control) ? ControlKeyStates.LeftCtrlPressed : 0);
        return new KeyInfo((int)key.Key, key.KeyChar, states, keyDown: options.HasFlag(ReadKeyOptions.IncludeKeyDown));
    }

    /// <summary>Clears the screen, which is what a rectangle without bounds means; nothing else can be filled.</summary>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        if (rectangle is not { Left: -1, Top: -1, Right: -1, Bottom: -1 })
        {
            throw CannotAccess();
        }

        if (!terminal.OutputRedirected)
        {
            Console.Clear();
        }
    }

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw CannotAccess();

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw CannotAccess();

    public override void ScrollBufferContents(
        Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw CannotAccess();

    /// <summary>Colours for what is written next; null is the terminal's own, and so are those nobody can name.</summary>
    public void Apply(ConsoleColor? foreground, ConsoleColor? background)
    {
        if (!terminal.Colors)
        {
            return;
        }

        Console.ResetColor();
        if (foreground is { } text && Known(text) is not null)
        {
            Console.ForegroundColor = text;
        }

        if (background is { } ground && Known(ground) is not null)
        {
            Console.BackgroundColor = ground;
        }
    }

    private static ConsoleColor? Known(ConsoleColor color) => Enum.IsDefined(color) ? color : null;

    private static NotSupportedException CannotResize() => new("This host does not change the size of its window.");

    private static NotSupportedException CannotAccess() => new("This host does not read or move what its window shows.");
}
