using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using LanPeer.Cmdlets.Completion;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Gets the identities this peer has met, and what you have decided about them.</para>
/// </summary>
[Cmdlet(VerbsCommon.Get, "LanPin")]
[OutputType(typeof(LanPin))]
public sealed class GetLanPinCommand : LanSessionCmdlet
{
    private readonly HashSet<string> _written = [];
    private IReadOnlyList<LanPin>? _pins;

    /// <summary><para type="description">PEER_IDs, in groups or not, or user ids and names they had; wildcards in names are allowed. Default: all.</para></summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "UserId")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(IdentityCompleter))]
    public LanPeerSelector[] PeerId { get; set; } = [new("*")];

    /// <summary><para type="description">Only pins of these states.</para></summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public LanPinState[] State { get; set; } = [LanPinState.Pinned, LanPinState.Approved, LanPinState.Blocked];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // One view for the whole pipeline: each pin is written once, whatever names it comes by.
        _pins ??= RequireSession().GetPins();
        foreach (LanPeerSelector selector in PeerId)
        {
            LanPin[] found = [.. _pins.Where(selector.Matches)];
            if (found.Length == 0 && !selector.IsPattern)
            {
                Report(IdentityChoice.NoPin(selector), selector.Text);
            }

            WriteObject(found.Where(pin => Array.IndexOf(State, pin.State) >= 0 && _written.Add(pin.PeerId)), enumerateCollection: true);
        }
    }
}
