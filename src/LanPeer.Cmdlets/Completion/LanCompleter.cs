using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace LanPeer.Cmdlets.Completion;

/// <summary>
/// Completes an argument from what sessions have in memory: it asks no network and no disk, gives nothing where there is
/// no session, and never throws.
/// </summary>
internal abstract class LanCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            return [.. Complete(new CompletionRequest(commandName ?? "", new CompletionWord(wordToComplete), commandAst, fakeBoundParameters))];
        }
#pragma warning disable CA1031 // Somebody is typing. What goes wrong here is an empty list, and the command itself will say what is wrong.
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }
    }

    /// <summary>What fits the word.</summary>
    protected abstract IEnumerable<CompletionResult> Complete(CompletionRequest request);
}

/// <summary>What is on the command line.</summary>
/// <param name="Command">The command's name.</param>
/// <param name="Word">What was typed of the argument.</param>
/// <param name="Ast">The whole command.</param>
/// <param name="Bound">The arguments whose value is known before the command runs.</param>
internal sealed record CompletionRequest(string Command, CompletionWord Word, CommandAst? Ast, IDictionary? Bound)
{
    /// <summary>The running sessions of this runspace.</summary>
    public static IReadOnlyList<LanSession> Sessions => Runspace.DefaultRunspace is null ? [] : SessionRegistry.Current.Sessions;

    /// <summary>
    /// The session the command will use: the one on the command line, which may belong to another runspace, or that of
    /// this runspace. Null when there is none, or when what stands there can only be known by running it.
    /// </summary>
    public LanSession? Session
    {
        get
        {
            if (Bound?.Contains(nameof(Session)) != true)
            {
                return Runspace.DefaultRunspace is null ? null : SessionRegistry.Current.Default;
            }

            object? given = Bound[nameof(Session)];
            return (given is PSObject wrapped ? wrapped.BaseObject : given) switch
            {
                LanSession session => session,
                string name when Runspace.DefaultRunspace is not null => SessionRegistry.Current.Find(name),
                _ => null,
            };
        }
    }

    /// <summary>The argument of -Session as it was typed; null when it is not there.</summary>
    public string? SessionText
    {
        get
        {
            for (int i = 0; Ast is not null && i + 1 < Ast.CommandElements.Count; i++)
            {
                if (Ast.CommandElements[i] is CommandParameterAst { Argument: null } parameter
                    && parameter.ParameterName.Equals(nameof(Session), StringComparison.OrdinalIgnoreCase))
                {
                    return Ast.CommandElements[i + 1].Extent.Text;
                }
            }

            return null;
        }
    }
}
