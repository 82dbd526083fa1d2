using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using LanPeer.Cmdlets.Completion;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Gets the messages that have arrived.</para>
/// </summary>
[Cmdlet(VerbsCommunications.Receive, "LanMessage")]
[OutputType(typeof(LanMessage))]
public sealed class ReceiveLanMessageCommand : LanSessionCmdlet
{
    /// <summary>Messages taken from the inbox in one go; those the pipeline does not want any more are put back.</summary>
    private const int Batch = 64;

    /// <summary>Trust is looked at this often while waiting: nothing wakes a reader of the inbox for it.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(0.5);

    private long _cursor;
    private long _putBacks;
    private int _left;

    /// <summary><para type="description">Wait for messages until Ctrl+C, -Timeout, -Count, or the end of the session.</para></summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary><para type="description">Wait this many seconds at most; implies -Wait.</para></summary>
    [Parameter]
    public double Timeout { get; set; } = double.PositiveInfinity;

    /// <summary><para type="description">End after that many messages.</para></summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = int.MaxValue;

    /// <summary><para type="description">Only messages of these types; others stay in the inbox.</para></summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public LanMessageType[] Type { get; set; } = [];

    /// <summary><para type="description">Only messages of these authors; others stay in the inbox. Wildcards are allowed.</para></summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public LanPeerSelector[] From { get; set; } = [];

    /// <summary><para type="description">Leave the messages in the inbox.</para></summary>
    [Parameter]
    public SwitchParameter Keep { get; set; }

    private bool IsWaiting => Wait || IsTimed;

    private bool IsTimed => MyInvocation.BoundParameters.ContainsKey(nameof(Timeout));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        LanSession session = RequireSession();
        TimeSpan timeout = IsTimed ? Seconds(Timeout, nameof(Timeout)) : System.Threading.Timeout.InfiniteTimeSpan;
        long began = Stopwatch.GetTimestamp();
        _left = Count;
        try
        {
            while (true)
            {
                // Both are read before looking: what arrives in between ends the wait at once, and somebody who never
                // stops sending keeps nobody in here past the time asked for.
                long version = session.Inbox.Version;
                long newest = session.Inbox.Newest;
                bool isOver = session.State == LanSessionState.Stopped;
                WriteWhatIsThere(session.Inbox, newest);
                TimeSpan left = IsTimed ? timeout - Stopwatch.GetElapsedTime(began) : timeout;
                if (_left == 0 || !IsWaiting || isOver || (IsTimed && left <= TimeSpan.Zero))
                {
                    return;
                }

                session.Inbox.WaitAfter(version, IsTimed && left < s_look ? left : s_look, Cancellation, WhileWaiting);
                TellNews(session);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: what was there is written already.
        }
    }

    private void WriteWhatIsThere(LanInbox inbox, long newest)
    {
        if (!Keep && _putBacks != inbox.PutBacks)
        {
            // Another reader put something back in front of what was looked at here.
            _putBacks = inbox.PutBacks;
            _cursor = 0;
        }

        IReadOnlyList<LanMessage> messages;
        do
        {
            int max = Math.Min(Batch, _left);
            messages = Keep ? inbox.Peek(IsWanted, max, ref _cursor, newest) : inbox.Take(IsWanted, max, ref _cursor, newest);
            Write(inbox, messages);
        }
        while (messages.Count > 0 && _left > 0);
    }

    private void Write(LanInbox inbox, IReadOnlyList<LanMessage> messages)
    {
        int written = 0;
        try
        {
            Narrate();
            while (written < messages.Count)
            {
                _left--;
                WriteObject(messages[written++]);
            }
        }
        finally
        {
            // Select-Object -First and Ctrl+C end WriteObject with an exception: the rest was taken, but nobody has it.
            if (written < messages.Count && !Keep)
            {
                inbox.PutBack([.. messages.Skip(written)]);
            }
        }
    }

    private bool IsWanted(LanMessage message) => MessageFilter.IsWanted(message, Type, From);
}
