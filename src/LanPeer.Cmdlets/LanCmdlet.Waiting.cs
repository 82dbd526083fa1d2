using System;
using System.Diagnostics;

namespace LanPeer.Cmdlets;

/// <content>What a command does while it waits.</content>
public abstract partial class LanCmdlet
{
    /// <summary>A statement at whose end PowerShell looks for events; it does not for an empty block or an assignment alone.</summary>
    private const string Statement = "foreach ($i in 1) { }";

    private static readonly TimeSpan s_pumpInterval = TimeSpan.FromMilliseconds(20);

    private WaitProgress? _progress;
    private long _pumpedAt;

    /// <summary>Called on the pipeline's thread every 50 ms or more often while the command waits, and under no lock.</summary>
    protected void WhileWaiting()
    {
        PumpEvents();
        Narrate();
        _progress?.Show();
    }

    /// <summary>
    /// Lets the actions of events run (Register-LanMessageEvent, Register-ObjectEvent): while a command blocks the
    /// pipeline's thread, PowerShell runs none.
    /// </summary>
    private void PumpEvents()
    {
        if (Stopwatch.GetElapsedTime(_pumpedAt) >= s_pumpInterval && Events.Subscribers.Count > 0)
        {
            _ = InvokeCommand.InvokeScript(Statement);
            _pumpedAt = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>From now on <see cref="WhileWaiting"/> shows how far it is.</summary>
    /// <param name="activity">What is waited for.</param>
    /// <param name="look">How far it is: a sentence, and a part from 0 to 1.</param>
    private protected void BeginProgress(string activity, Func<(string Status, double Part)> look)
        => _progress ??= new WaitProgress(this, activity, look);

    /// <summary>From now on <see cref="WhileWaiting"/> shows how much of a time is over.</summary>
    /// <param name="activity">What is waited for.</param>
    /// <param name="timeout">How long at most.</param>
    /// <param name="status">What has come of it so far.</param>
    private protected void BeginProgress(string activity, TimeSpan timeout, Func<string> status)
        => BeginProgress(activity, () => (status(), timeout > TimeSpan.Zero ? _progress!.Elapsed / timeout : 1));

    /// <summary>It is done: what was narrated up to here is written. Not called where the pipeline was stopped: then nothing can be written, and hosts clear up themselves.</summary>
    private protected void EndProgress()
    {
        Narrate();
        _progress?.End();
        _progress = null;
    }
}
