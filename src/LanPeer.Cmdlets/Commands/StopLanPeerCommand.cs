using System.Management.Automation;
using LanPeer.Cmdlets.Completion;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Says goodbye to the other peers and stops.</para>
/// </summary>
[Cmdlet(VerbsLifecycle.Stop, "LanPeer", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopLanPeerCommand : LanSessionCmdlet
{
    /// <summary><para type="description">The session to stop, or the name of one of this runspace. Without it, the first running session of this runspace.</para></summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [LiveSession]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public override LanSession? Session { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        LanSession session = FindSession();
        if (ShouldProcess(session.UserId, "Stop peer"))
        {
            session.Dispose();
        }
    }
}
