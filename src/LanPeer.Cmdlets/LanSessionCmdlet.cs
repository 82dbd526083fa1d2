using System.Management.Automation;

namespace LanPeer.Cmdlets;

/// <summary>A command that works on a session: the one given, or that of the runspace.</summary>
public abstract class LanSessionCmdlet : LanCmdlet
{
    private bool _isConflictTold;

    /// <summary>
    /// <para type="description">The session to use, from Start-LanPeer. Without it, the first running session of this runspace.</para>
    /// </summary>
    [Parameter]
    [LiveSession]
    [ValidateNotNull]
    public virtual LanSession? Session { get; set; }

    /// <summary>The session to work on; ends the call when there is none.</summary>
    protected LanSession RequireSession()
    {
        LanSession? session = Session ?? SessionRegistry.Current.Default;
        if (session is null)
        {
            ThrowTerminatingError(LanErrors.Record(new LanPeerException(LanErrorId.NoSession,
                "No peer is running in this session.", "Run Start-LanPeer first, or pass one with -Session."), null));
        }

        if (session!.HasIdConflict && !_isConflictTold)
        {
            _isConflictTold = true;
            WriteWarning($"Another program on the network uses the user id {session.UserId}: others cannot tell the two apart. Start this peer under another name.");
        }

        return session;
    }
}
