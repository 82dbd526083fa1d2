using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using LanPeer.Cmdlets.Completion;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Asks peers whether they are there, and measures how long their answers take.</para>
/// </summary>
/// <remarks>
/// The question goes through the session to the peer's program and back, sealed as messages are. Peers that speak in the
/// clear cannot be asked.
/// </remarks>
[Cmdlet(VerbsDiagnostic.Test, "LanPeer")]
[OutputType(typeof(LanPing), typeof(bool))]
public sealed class TestLanPeerCommand : LanSessionCmdlet
{
    private readonly List<LanPeer> _peers = [];

    /// <summary>
    /// <para type="description">The peers: user ids, names, display names, PEER_IDs or peers. Wildcards in names name many. All are asked at once.</para>
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UserId")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public LanPeerSelector[] To { get; set; } = [];

    /// <summary><para type="description">How often each is asked.</para></summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 4;

    /// <summary><para type="description">Seconds an answer may take.</para></summary>
    [Parameter]
    public double Timeout { get; set; } = 1;

    /// <summary><para type="description">Seconds from one question to the next.</para></summary>
    [Parameter]
    public double Interval { get; set; } = 1;

    /// <summary><para type="description">Give one truth value for each peer: whether any answer came. No more questions are asked after the first.</para></summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _ = Seconds(Timeout, nameof(Timeout));
        _ = Seconds(Interval, nameof(Interval));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IReadOnlyList<LanPeer> known = RequireSession().Peers;
        foreach (LanPeerSelector selector in To)
        {
            try
            {
                _peers.AddRange(selector.Resolve(known).Where(peer => !_peers.Exists(other => PeerLists.IdOf(other) == PeerLists.IdOf(peer))));
            }
            catch (LanPeerException error)
            {
                Report(error, selector.Text);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        LanSession session = RequireSession();
        try
        {
            if (Quiet)
            {
                bool[] there = AreThere(session);
                Narrate();
                WriteObject(there, enumerateCollection: true);
                return;
            }

            foreach (LanPing ping in Ask(session, _peers, Count))
            {
                Narrate();
                WriteObject(ping);
            }
        }
        catch (LanPeerException error)
        {
            Throw(error, session.UserId);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: what has come is written already.
        }
    }

    private IEnumerable<LanPing> Ask(LanSession session, IEnumerable<LanPeer> peers, int count) => session.Ping(
        [.. peers.Select(PeerLists.IdOf)], count, TimeSpan.FromSeconds(Interval), TimeSpan.FromSeconds(Timeout), Cancellation, WhileWaiting);

    /// <summary>Asks again only those that have not answered; each round of theirs takes the whole time-out already.</summary>
    private bool[] AreThere(LanSession session)
    {
        var there = new HashSet<string>();
        List<LanPeer> left = _peers;
        for (int i = 0; i < Count && left.Count > 0; i++)
        {
            foreach (LanPing ping in Ask(session, left, 1))
            {
                string id = ping.PeerId ?? ping.To;
                _ = ping.State == LanPingState.Answered && there.Add(id);
                left = ping.State == LanPingState.Lost ? left : left.FindAll(peer => (peer.PeerId ?? peer.UserId) != id);
            }
        }

        return [.. _peers.Select(peer => there.Contains(peer.PeerId ?? peer.UserId))];
    }
}
