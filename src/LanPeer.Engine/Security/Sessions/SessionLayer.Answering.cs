using System;
using LanPeer.Security.Noise;
using LanPeer.Wire;

namespace LanPeer.Security.Sessions;

/// <content>Handshakes others have begun, up to the first datagram that shows that our answer arrived.</content>
internal sealed partial class SessionLayer
{
    /// <summary>Whether an initiation whose sender is now known is to be answered.</summary>
    /// <param name="session">The sender.</param>
    /// <param name="read">The initiation.</param>
    /// <param name="isCrossing">Whether an own initiation is on the way to where it came from.</param>
    /// <param name="now">Now.</param>
    /// <returns>The reason to drop it, or None: then the response is being made.</returns>
    public DropReason Answer(PeerSession session, ReadInitiationWork read, bool isCrossing, TimeSpan now)
    {
        // While an answer waits to be used, nothing older than its initiation is answered: a sniffer has such ones.
        bool isWaiting = session.IsAnswering || session.Next is not null;
        if (read.Epoch <= session.RemoteEpoch || read.Epoch == session.AnsweredEpoch || (isWaiting && read.Epoch < session.AnsweredEpoch))
        {
            read.Noise!.Dispose();
            return DropReason.Replayed;
        }

        // Both have begun at once: the smaller key stays the initiator. Its own initiation is on the way.
        if (isCrossing && IsSmaller(_identity.Public.AgreementKey, session.RemoteStatic))
        {
            read.Noise!.Dispose();
            return DropReason.Crossed;
        }

        session.AnsweredEpoch = read.Epoch;
        session.IsAnswering = true;
        _ownWork.Enqueue(new RespondWork(Context, session, read, NewIndex(), now));
        return DropReason.None;
    }

    /// <summary>The response is ready to be sent. Its keys count when the initiator has used them.</summary>
    public bool Complete(RespondWork work, TimeSpan now)
    {
        PeerSession session = work.Session;
        session.IsAnswering = false;
        if (work.Datagram is null || session.IsForgotten)
        {
            work.Keys?.Dispose();
            return false;
        }

        Discard(session.Next);
        session.Next = work.Keys;
        session.NextEpoch = work.Read.Epoch;
        session.NextPlace = work.Read.Source;
        session.NextSecret = work.Read.Secret;
        _slots[work.Keys!.LocalIndex] = new Slot(session, work.Keys, null);
        if (session.Attempt is { Noise: not null } own)
        {
            // Its initiator will confirm it in a moment; ours is made anew only if that does not happen.
            own.Due = Max(own.Due, now + SessionTimes.CrossedPatience);
        }

        return true;
    }

    private static bool IsSmaller(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => one.SequenceCompareTo(other) < 0;
}
