using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Asks the network now who is there.</para>
/// </summary>
/// <remarks>
/// With a session its peer asks, and everyone found is known to it afterwards. Without one the question names nobody and
/// leaves no trace in anyone's table.
/// </remarks>
[Cmdlet(VerbsCommon.Find, "LanPeer")]
[OutputType(typeof(LanPeer))]
public sealed class FindLanPeerCommand : LanCmdlet
{
    /// <summary><para type="description">Seconds to listen for answers.</para></summary>
    [Parameter(Position = 0)]
    public double Timeout { get; set; } = 1;

    /// <summary><para type="description">End as soon as that many are found.</para></summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = int.MaxValue;

    /// <summary><para type="description">The session whose peer asks. Without it, the first running session of this runspace; without any, nobody.</para></summary>
    [Parameter]
    [LiveSession]
    [ValidateNotNull]
    public LanSession? Session { get; set; }

    /// <summary><para type="description">The port to ask on when no session is running.</para></summary>
    [Parameter]
    public int DiscoveryPort { get; set; } = LanPeerOptions.DefaultDiscoveryPort;

    /// <summary><para type="description">How far to look when no session is running. Default: LANPEER_NETWORK, else Lan.</para></summary>
    [Parameter]
    public LanNetwork Network { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        TimeSpan timeout = Seconds(Timeout, nameof(Timeout));
        try
        {
            LanSession? session = Session ?? SessionRegistry.Current.Default;
            if (session is not null)
            {
                TellNews(session);
                Write(session.Find(timeout, Cancellation));
                return;
            }

            using LanScan scan = LanScan.Open(NetworkOrDefault(Network), DiscoveryPort);
            Write(scan.Run(timeout, Cancellation));
        }
        catch (LanPeerException error)
        {
            Throw(error);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: what was found is written already.
        }
    }

    private void Write(IEnumerable<LanPeer> found)
    {
        int left = Count;
        foreach (LanPeer peer in found)
        {
            WriteObject(peer);
            if (--left == 0)
            {
                return;
            }
        }
    }
}
