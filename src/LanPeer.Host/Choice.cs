using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation.Host;

namespace LanPeer.Host;

/// <summary>One of the answers to a question: "&amp;Yes" is answered by Y or by Yes.</summary>
internal sealed class Choice
{
    /// <summary>The answer that asks what the others mean.</summary>
    public const string HelpKey = "?";

    private const char Mark = '&';

    public Choice(ChoiceDescription description)
    {
        string label = description.Label;
        int mark = label.IndexOf(Mark, StringComparison.Ordinal);
        Label = mark < 0 ? label : label.Remove(mark, 1);
        Key = mark >= 0 && mark + 1 < label.Length
            ? char.ToUpperInvariant(label[mark + 1]).ToString()
            : Label;
        Help = description.HelpMessage;
    }

    /// <summary>The whole name.</summary>
    public string Label { get; }

    /// <summary>The letter that was marked in the name; the name itself when none was.</summary>
    public string Key { get; }

    /// <summary>What choosing it means.</summary>
    public string Help { get; }

    /// <summary>The line that offers them all.</summary>
    public static string Line(IReadOnlyList<Choice> choices, int defaultChoice)
    {
        string offered = string.Join("  ", choices.Select(static choice => $"[{choice.Key}] {choice.Label}"));
        string byDefault = defaultChoice >= 0 ? $" (default is \"{choices[defaultChoice].Key}\")" : string.Empty;
        return $"{offered}  [{HelpKey}] Help{byDefault}: ";
    }

    public bool IsNamed(string answer) =>
        answer.Equals(Key, StringComparison.OrdinalIgnoreCase)
        || answer.Equals(Label, StringComparison.OrdinalIgnoreCase);
}
