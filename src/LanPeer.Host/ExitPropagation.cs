using System;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace LanPeer.Host;

/// <summary>Makes <c>exit</c> in a script file end the session, and not only the script.</summary>
/// <remarks>
/// A script that is called leaves its exit code where the programs that it ran leave theirs, in LASTEXITCODE, and the
/// session cannot tell one from the other afterwards: <c>exit 5</c> would look like a normal end after some program's
/// failure. The engine has a switch for a host that runs a script as its whole purpose; it is not public, so it is
/// reached by reflection. The engine's version is pinned, and a test of the exit codes tells when the switch is gone.
/// What public ways there are (calling the script with an operator and reading <c>$?</c>) change what the script sees:
/// its scope or its InvocationName.
/// </remarks>
internal static class ExitPropagation
{
    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
    private const string SwitchName = "ScriptCommandProcessorShouldRethrowExit";

    /// <summary>Applies to the next script file that the runspace runs, not to those it runs in turn.</summary>
    public static void EnableForNextScript(Runspace runspace)
    {
        object context = typeof(Runspace).GetProperty("ExecutionContext", Hidden)?.GetValue(runspace)
            ?? throw Unsupported();
        PropertyInfo property = context.GetType().GetProperty(SwitchName, Hidden) ?? throw Unsupported();
        property.SetValue(context, true);
    }

    private static InvalidOperationException Unsupported() => new(
        $"The PowerShell engine {typeof(PSObject).Assembly.GetName().Version} does not tell how a script ended; "
        + "this host needs another version of it.");
}
