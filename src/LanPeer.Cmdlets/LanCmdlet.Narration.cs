using System.Management.Automation;

namespace LanPeer.Cmdlets;

/// <content>With -Verbose, what happens on the wire while the command runs: SEND &gt;, RECV &lt; and DROP ! lines.</content>
public abstract partial class LanCmdlet
{
    private LanNarration? _narration;

    /// <summary>From now on <see cref="Narrate"/> has something to write, if the user wants to see it.</summary>
    /// <param name="session">Whose wire.</param>
    private void BeginNarration(LanSession session)
    {
        if (_narration is null && IsVerbose)
        {
            _narration = session.Narrate();
        }
    }

    /// <summary>Writes what has happened since the last call. On the pipeline's thread.</summary>
    protected void Narrate()
    {
        foreach (string line in _narration?.Take() ?? [])
        {
            WriteVerbose(line);
        }
    }

    /// <summary>-Verbose, or without it $VerbosePreference; either may be set to anything.</summary>
    private bool IsVerbose => MyInvocation.BoundParameters.TryGetValue("Verbose", out object? given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.TryConvertTo(GetVariableValue("VerbosePreference"), out ActionPreference preference)
            && preference is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);
}
