using System;
using System.Threading;
using System.Threading.Tasks;
using LanPeer.Protocol;
using LanPeer.Transport;
using LanPeer.Wire;

namespace LanPeer;

/// <content>Asking hosts whether a silent peer's port is still open.</content>
internal sealed partial class LanPeerEngine
{
    /// <summary>How long a host may take to say no; the protocol asks again after 0.1 to 0.3 s.</summary>
    private static readonly TimeSpan s_checkPatience = TimeSpan.FromMilliseconds(250);

    /// <summary>Questions at once; a peer that is left out is asked for again.</summary>
    private const int MaxChecks = 32;

    private readonly CancellationTokenSource _checksEnd = new();
    private int _checks;

    /// <summary>Asks, on the pool, and tells the protocol of a refusal.</summary>
    private void StartChecks(Effects effects)
    {
        foreach (Ipv4Endpoint endpoint in effects.Checks)
        {
            if (Interlocked.Increment(ref _checks) > MaxChecks)
            {
                Interlocked.Decrement(ref _checks);
                return;
            }

            _ = CheckAsync(endpoint);
        }
    }

    private async Task CheckAsync(Ipv4Endpoint endpoint)
    {
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_checksEnd.Token);
            end.CancelAfter(s_checkPatience);
            if (await PortCheck.IsRefusedAsync(endpoint, end.Token).ConfigureAwait(false))
            {
                NoteRefused(endpoint);
            }
        }
#pragma warning disable CA1031 // Nobody waits for this task; a fault costs one question.
        catch (Exception)
#pragma warning restore CA1031
        {
            lock (_gate)
            {
                _counters.Dropped(_isStopped ? DropReason.None : DropReason.Fault);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _checks);
        }
    }

    private void NoteRefused(Ipv4Endpoint endpoint)
    {
        Effects effects = RentEffects();
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            _machine.Refused(Now(), endpoint, effects);
            Deliver(effects);
            _machine.Flush(Now(), effects);
            BeginSending(effects);
        }

        Finish(effects);
        ReturnEffects(effects);
    }
}
