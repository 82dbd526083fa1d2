using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Completion;

/// <summary>Completes the names of this runspace's sessions.</summary>
internal sealed class SessionCompleter : LanCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionResult> Complete(CompletionRequest request)
        => CompletionRequest.Sessions.DistinctBy(session => session.Name, StringComparer.OrdinalIgnoreCase)
            .Where(session => request.Word.Fits(session.Name))
            .Select(session => request.Word.Result(session.Name, $"{session.UserId}: {session.State}, port {session.Port}, {session.Peers.Count} peer(s)"));
}

/// <summary>Completes the names of the closed networks this runspace's sessions are on.</summary>
internal sealed class NetworkNameCompleter : LanCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<CompletionResult> Complete(CompletionRequest request)
        => CompletionRequest.Sessions.DistinctBy(session => session.Options.NetworkName)
            .Where(session => session.Options.NetworkName.Length > 0 && request.Word.Fits(session.Options.NetworkName))
            .Select(session => request.Word.Result(session.Options.NetworkName, $"The closed network of {session.UserId}"));
}
