using System;
using System.Collections.Generic;
using System.Management.Automation.Runspaces;

namespace LanPeer.Host;

/// <summary>Turns the words after <c>-File script.ps1</c> into the script's parameters, as pwsh does.</summary>
/// <remarks>
/// A word that looks like a parameter is handed over with its dash and without a value; the engine's binder then finds
/// out whether it is a switch or takes the word that follows, exactly as if it had been typed at a prompt.
/// </remarks>
internal static class ScriptArguments
{
    public static IEnumerable<CommandParameter> Parse(IEnumerable<string> words)
    {
        foreach (string word in words)
        {
            int colon = word.IndexOf(':', StringComparison.Ordinal);
            if (!LooksLikeParameter(word))
            {
                yield return new CommandParameter(null, word);
            }
            else if (colon < 0)
            {
                yield return new CommandParameter(word, null);
            }
            else
            {
                yield return new CommandParameter(word[..colon], Value(word[(colon + 1)..]));
            }
        }
    }

    /// <summary>A dash and a letter: -5 is a number and - a word.</summary>
    private static bool LooksLikeParameter(string word) =>
        word.Length > 1 && word[0] == '-' && (char.IsLetter(word[1]) || word[1] is '_' or '?');

    /// <summary>A shell has no booleans, and a switch takes nothing else; so these two words are not text.</summary>
    private static object Value(string text) => text.ToUpperInvariant() switch
    {
        "$TRUE" => true,
        "$FALSE" => false,
        _ => text,
    };
}
