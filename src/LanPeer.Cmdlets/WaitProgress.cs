using System;
using System.Diagnostics;
using System.Management.Automation;

namespace LanPeer.Cmdlets;

/// <summary>
/// The progress of something a person waits for and that has an end. It is shown from half a second on, and goes the way
/// of all progress: $ProgressPreference and the host decide whether anybody sees it.
/// </summary>
/// <param name="cmdlet">Whose.</param>
/// <param name="activity">What it does.</param>
/// <param name="look">How far it is: a sentence, and a part from 0 to 1.</param>
internal sealed class WaitProgress(Cmdlet cmdlet, string activity, Func<(string Status, double Part)> look)
{
    /// <summary>None that scripts use for their own.</summary>
    private const int Id = 0x4C414E;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(0.1);

    private readonly long _began = Stopwatch.GetTimestamp();
    private long _shownAt;

    /// <summary>How long it has been going on.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    /// <summary>Shows how far it is; called as often as one likes.</summary>
    public void Show()
    {
        if (Elapsed < s_patience || (_shownAt != 0 && Stopwatch.GetElapsedTime(_shownAt) < s_interval))
        {
            return;
        }

        _shownAt = Stopwatch.GetTimestamp();
        (string status, double part) = look();
        cmdlet.WriteProgress(new ProgressRecord(Id, activity, status) { PercentComplete = (int)Math.Clamp(part * 100, 0, 100) });
    }

    /// <summary>Takes it away again.</summary>
    public void End()
    {
        if (_shownAt != 0)
        {
            cmdlet.WriteProgress(new ProgressRecord(Id, activity, "Done") { RecordType = ProgressRecordType.Completed });
        }
    }
}
