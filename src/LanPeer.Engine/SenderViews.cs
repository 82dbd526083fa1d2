using LanPeer.Protocol;

namespace LanPeer;

/// <summary>What users see of the senders of a batch. Many messages in a row are from one, which looks the same in all of them.</summary>
internal struct SenderViews
{
    private PeerEntry? _last;
    private LanPeer? _view;

    /// <summary>The sender of a message as it is known now; null when it is not in the table.</summary>
    /// <param name="arrival">The message.</param>
    /// <param name="machine">Knows whose names are protected.</param>
    public LanPeer? Of(in Arrival arrival, PeerMachine machine)
    {
        if (arrival.Peer is PeerEntry sender && sender != _last)
        {
            (_last, _view) = (sender, PublicViews.Peer(sender, machine.IsProtectedName(sender.Name)));
        }

        return arrival.Peer is null ? null : _view;
    }
}
