using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace LanPeer.Cmdlets;

/// <summary>
/// The sessions of each runspace. A session ends with Stop-LanPeer, with the module, with its runspace or with the
/// process, whichever comes first.
/// </summary>
internal sealed class SessionRegistry
{
    private static readonly ConditionalWeakTable<Runspace, SessionRegistry> s_registries = [];
    private static readonly object s_gate = new();
    private static readonly List<WeakReference<SessionRegistry>> s_all = [];
    private static bool s_isExitWatched;

    private readonly List<LanSession> _sessions = [];
    private bool _isClosed;

    /// <summary>That of the calling thread's runspace.</summary>
    public static SessionRegistry Current => s_registries.GetValue(Runspace.DefaultRunspace, Create);

    /// <summary>The session a command works on: the one given to it, or else the default; ends the call when there is none.</summary>
    /// <param name="command">The command.</param>
    /// <param name="given">Its -Session.</param>
    public static LanSession SessionOf(PSCmdlet command, LanSession? given)
    {
        LanSession? session = given ?? Current.Default;
        if (session is null)
        {
            command.ThrowTerminatingError(LanErrors.Record(LanErrors.NoSession(), null));
        }

        return session!;
    }

    /// <summary>The first session of this runspace that still runs.</summary>
    public LanSession? Default
    {
        get
        {
            lock (_sessions)
            {
                _sessions.RemoveAll(session => session.State == LanSessionState.Stopped);
                return _sessions.Count > 0 ? _sessions[0] : null;
            }
        }
    }

    /// <summary>The running session of that name, if this runspace has one.</summary>
    public LanSession? Find(string name)
    {
        lock (_sessions)
        {
            return _sessions.Find(session => session.State != LanSessionState.Stopped
                && session.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>The running sessions, oldest first.</summary>
    public IReadOnlyList<LanSession> Sessions
    {
        get
        {
            lock (_sessions)
            {
                return _sessions.FindAll(session => session.State != LanSessionState.Stopped);
            }
        }
    }

    /// <summary>Takes a session in; one that was started while its runspace closed is stopped at once.</summary>
    public void Add(LanSession session)
    {
        lock (_sessions)
        {
            if (!_isClosed)
            {
                _sessions.Add(session);
                return;
            }
        }

        session.Dispose();
    }

    /// <summary>Stops all, and whatever may still be added.</summary>
    private void Close()
    {
        lock (_sessions)
        {
            _isClosed = true;
        }

        StopAll();
    }

    /// <summary>Stops all. Idempotent; nothing is thrown, as an exception on the way out would end the process.</summary>
    public void StopAll()
    {
        LanSession[] sessions;
        lock (_sessions)
        {
            sessions = [.. _sessions];
            _sessions.Clear();
        }

        foreach (LanSession session in sessions)
        {
            try
            {
                session.Dispose();
            }
#pragma warning disable CA1031 // See above: there is nobody left to tell.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }
    }

    private static SessionRegistry Create(Runspace runspace)
    {
        var registry = new SessionRegistry();
        runspace.StateChanged += (_, change) =>
        {
            if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken)
            {
                registry.Close();
            }
        };

        lock (s_gate)
        {
            s_all.RemoveAll(reference => !reference.TryGetTarget(out _));
            s_all.Add(new WeakReference<SessionRegistry>(registry));
            if (!s_isExitWatched)
            {
                // [Environment]::Exit and the end of Main close no runspace.
                s_isExitWatched = true;
                AppDomain.CurrentDomain.ProcessExit += StopEverywhere;
            }
        }

        return registry;
    }

    private static void StopEverywhere(object? sender, EventArgs e)
    {
        WeakReference<SessionRegistry>[] all;
        lock (s_gate)
        {
            all = [.. s_all];
        }

        foreach (WeakReference<SessionRegistry> reference in all)
        {
            if (reference.TryGetTarget(out SessionRegistry? registry))
            {
                registry.StopAll();
            }
        }
    }
}
