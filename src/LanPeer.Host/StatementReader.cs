using System;
using System.IO;
using System.Linq;
using System.Management.Automation.Language;
using System.Text;

namespace LanPeer.Host;

/// <summary>Reads whole statements from a stream of lines: as many lines as the language needs.</summary>
internal sealed class StatementReader(TextReader lines)
{
    private static readonly string[] _continuations = ["else", "elseif", "catch", "finally"];

    private string? _ahead;
    private bool _started;

    /// <summary>The next statements, or null at the end. What the end cuts off is given as it is.</summary>
    public string? Read()
    {
        StringBuilder text = new();
        while (NextLine() is { } line)
        {
            text.Append(line);
            string statement = text.ToString();
            if (!string.IsNullOrWhiteSpace(statement) && !IsIncomplete(statement) && !GoesOn(statement))
            {
                return statement;
            }

            text.Append('\n');
        }

        string rest = text.ToString();
        return string.IsNullOrWhiteSpace(rest) ? null : rest;
    }

    /// <summary>Whether more lines could make this valid.</summary>
    public static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out ParseError[] errors);
        return errors.Length > 0 && errors[^1].IncompleteInput;
    }

    private string? NextLine()
    {
        string? line = _ahead ?? lines.ReadLine();
        _ahead = null;
        if (!_started)
        {
            _started = true;
            line = line?.TrimStart('\uFEFF');
        }

        return line;
    }

    /// <summary>
    /// A script may put <c>else</c> or <c>catch</c> on a line of its own, so after a block that allows it one line
    /// more has to be seen. (At a prompt nobody waits for that.)
    /// </summary>
    private bool GoesOn(string text)
    {
        ScriptBlockAst script = Parser.ParseInput(text, out _, out _);
        StatementAst? last = script.EndBlock?.Statements.LastOrDefault();
        if (last is not (IfStatementAst { ElseClause: null } or TryStatementAst { Finally: null }))
        {
            return false;
        }

        _ahead = lines.ReadLine();
        string next = _ahead?.TrimStart() ?? string.Empty;
        return _continuations.Any(word => next.StartsWith(word, StringComparison.OrdinalIgnoreCase)
            && (next.Length == word.Length || !char.IsLetterOrDigit(next[word.Length])));
    }
}
