using System;
using System.Collections.Generic;
using System.Management.Automation;
using LanPeer.Cmdlets.Completion;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Asks the network now who is there.</para>
/// </summary>
/// <remarks>
/// With a session its peer asks, and everyone found is known to it afterwards. Without one, or on a closed network that is
/// named, the question names nobody and leaves no trace in anyone's table.
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

    /// <summary><para type="description">The session whose peer asks, or the name of one of this runspace. Without it, the first running session of this runspace; without any, nobody.</para></summary>
    [Parameter]
    [LiveSession]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public LanSession? Session { get; set; }

    /// <summary><para type="description">The port to ask on when no session is running.</para></summary>
    [Parameter]
    public int DiscoveryPort { get; set; } = LanPeerOptions.DefaultDiscoveryPort;

    /// <summary><para type="description">How far to look when no session is running. Default: LANPEER_NETWORK, else Lan.</para></summary>
    [Parameter]
    public LanNetwork Network { get; set; }

    /// <summary>
    /// <para type="description">The closed network to look on, without a session. Its members answer whoever has its key, and do not notice it.</para>
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public string? NetworkName { get; set; }

    /// <summary>
    /// <para type="description">The key of the closed network, as a SecureString (Read-Host -AsSecureString). With two, members who have either answer.</para>
    /// </summary>
    [Parameter]
    [NetworkKey]
    [ValidateNotNullOrEmpty]
    public LanNetworkKey[]? NetworkKey { get; set; }

    /// <summary>
    /// <para type="description">A file with the key of the closed network that only its owner can read; its line end does not count.</para>
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? NetworkKeyPath { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        TimeSpan timeout = Seconds(Timeout, nameof(Timeout));
        try
        {
            LanNetworkKey[] keys = NetworkChoice.ReadKeys(this, NetworkName, NetworkKey, NetworkKeyPath);
            if (Session is not null && NetworkName is not null)
            {
                throw new LanPeerException(LanErrorId.InvalidOption, "A session looks on its own network; another one is given with it.",
                    "Use -Session or -NetworkName, not both.");
            }

            // A session of another network would give an answer to another question.
            LanSession? session = Session ?? (NetworkName is null ? SessionRegistry.Current.Default : null);
            if (session is not null)
            {
                TellNews(session);
                Write(session.Find(timeout, Cancellation, WhileWaiting), timeout);
                return;
            }

            using LanScan scan = LanScan.Open(NetworkOrDefault(Network), DiscoveryPort, NetworkName ?? "", keys);
            Write(scan.Run(timeout, Cancellation, WhileWaiting), timeout);
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

    private void Write(IEnumerable<LanPeer> found, TimeSpan timeout)
    {
        int count = 0;
        BeginProgress("Looking for peers", timeout, () => $"{count} found");
        foreach (LanPeer peer in found)
        {
            Narrate();
            WriteObject(peer);
            if (++count == Count)
            {
                break;
            }
        }

        EndProgress();
    }
}
