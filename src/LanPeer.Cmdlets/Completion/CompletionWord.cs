using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LanPeer.Cmdlets.Completion;

/// <summary>What was typed so far of an argument, with or without quotes; * and ? are wildcards in it.</summary>
internal sealed class CompletionWord
{
    /// <summary>PowerShell takes the typographic quotes for the plain ones.</summary>
    private const string SingleQuotes = "'\u2018\u2019\u201A\u201B";
    private const string DoubleQuotes = "\"\u201C\u201D\u201E";

    private readonly bool _isQuoted;
    private readonly WildcardPattern? _pattern;

    /// <param name="word">As it stands on the command line.</param>
    public CompletionWord(string? word)
    {
        Text = word ?? "";
        string quotes = Text.Length == 0 ? "" : SingleQuotes.Contains(Text[0], StringComparison.Ordinal) ? SingleQuotes
            : DoubleQuotes.Contains(Text[0], StringComparison.Ordinal) ? DoubleQuotes : "";
        if (quotes.Length > 0)
        {
            _isQuoted = true;
            bool isClosed = Text.Length > 1 && quotes.Contains(Text[^1], StringComparison.Ordinal);
            string quote = Text[..1];
            Text = Text[1..(isClosed ? ^1 : ^0)].Replace(quote + quote, quote, StringComparison.Ordinal);
        }

        if (Text.AsSpan().ContainsAny('*', '?'))
        {
            _pattern = new WildcardPattern(Text + "*", WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        }
    }

    /// <summary>Without its quotes.</summary>
    public string Text { get; }

    /// <summary>Whether a text begins with it.</summary>
    public bool Fits(string text) => _pattern?.IsMatch(text) ?? text.StartsWith(Text, StringComparison.OrdinalIgnoreCase);

    /// <summary>A text as an argument: quoted where PowerShell would read it as something else, or where a quote was typed.</summary>
    public string AsArgument(string text)
        => _isQuoted || !IsPlain(text) ? $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'" : text;

    /// <summary>A completion of it.</summary>
    /// <param name="text">The argument.</param>
    /// <param name="tip">What to know about it, on one line.</param>
    public CompletionResult Result(string text, string tip) => new(AsArgument(text), text, CompletionResultType.ParameterValue, tip);

    /// <summary>A letter first, as a digit may begin a number; then nothing that ends or begins something.</summary>
    private static bool IsPlain(string text)
        => text.Length > 0 && (char.IsLetter(text[0]) || text[0] == '_') && text.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or '@');
}
