using System.Management.Automation;
using LanPeer.Cmdlets.Completion;

namespace LanPeer.Cmdlets;

/// <summary>A command that works on a session: the one given, or that of the runspace.</summary>
public abstract class LanSessionCmdlet : LanCmdlet
{
    private bool _isNewsTold;

    /// <summary>
    /// <para type="description">The session to use, from Start-LanPeer, or the name of one of this runspace. Without it, the first running session of this runspace.</para>
    /// </summary>
    [Parameter]
    [LiveSession]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public virtual LanSession? Session { get; set; }

    /// <summary>The session to work on; ends the call when there is none. Once a call, it tells the session's news.</summary>
    protected LanSession RequireSession()
    {
        LanSession session = FindSession();
        if (!_isNewsTold)
        {
            _isNewsTold = true;
            TellNews(session);
        }

        return session;
    }

    /// <summary>The session to work on, whatever it has to tell; ends the call when there is none.</summary>
    protected LanSession FindSession() => SessionRegistry.SessionOf(this, Session);
}
