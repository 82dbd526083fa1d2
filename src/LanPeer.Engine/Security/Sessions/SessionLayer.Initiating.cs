using System;
using LanPeer.Security.Noise;
using LanPeer.Wire;

namespace LanPeer.Security.Sessions;

/// <content>Handshakes this peer begins, and the keys that come of them.</content>
internal sealed partial class SessionLayer
{
    /// <summary>Begins a handshake, unless one is under way.</summary>
    /// <param name="session">With whom.</param>
    /// <param name="to">Where it is thought to be.</param>
    /// <param name="now">Now.</param>
    /// <param name="maxTries">How many initiations may be sent there; at most that of <see cref="SessionTimes.Retries"/>.</param>
    /// <returns>Whether one has begun.</returns>
    public bool Begin(PeerSession session, Ipv4Endpoint to, Moment now, int maxTries)
        => session.Attempt is null && maxTries > 0 && !IsAnswerFresh(session, now.Elapsed) && Initiate(session, to, now, tries: 0, maxTries);

    /// <summary>Whether the other side has begun a moment ago, was answered, and will use the keys any time.</summary>
    public static bool IsAnswerFresh(PeerSession session, TimeSpan now)
        => session.IsAnswering || (session.Next is TransportKeys next && now - next.CreatedAt < SessionTimes.CrossedPatience);

    /// <summary>Makes the next initiation when the last one was not answered in time.</summary>
    /// <returns>False when that was the last one, and the handshake is given up.</returns>
    public bool Retry(PeerSession session, Moment now)
    {
        Attempt attempt = session.Attempt!;
        Abandon(session);
        int tries = attempt.Tries + 1;
        return tries < Math.Min(attempt.MaxTries, SessionTimes.Retries.Length) && Initiate(session, attempt.To, now, tries, attempt.MaxTries);
    }

    /// <summary>The initiation is ready to be sent; false when it is not wanted any more.</summary>
    /// <param name="work">What was done.</param>
    /// <param name="isPatient">Whether the last initiation there may be gets the longest time for its response.</param>
    /// <param name="now">Now.</param>
    public bool Complete(InitiateWork work, bool isPatient, Moment now)
    {
        Attempt attempt = work.Attempt;
        if (attempt.IsAbandoned || work.Session.Attempt != attempt || work.Datagram is null)
        {
            work.Noise?.Dispose();
            if (work.Session.Attempt == attempt)
            {
                Abandon(work.Session);
            }

            return false;
        }

        attempt.Noise = work.Noise;
        attempt.Mac1 = Macs.Mac1Of(work.Datagram).ToArray();
        bool isLast = attempt.Tries + 1 >= attempt.MaxTries;
        attempt.Due = now.Elapsed + (SessionTimes.Retries[isLast && isPatient ? ^1 : attempt.Tries] * _random.NextJitter());
        return true;
    }

    /// <summary>A response was opened; false when it was not authentic, and then the handshake goes on waiting.</summary>
    public bool Complete(ReadResponseWork work, TimeSpan now)
    {
        work.Attempt.IsBusy = false;
        if (work.Keys is null || work.Attempt.IsAbandoned || work.Session.Attempt != work.Attempt)
        {
            work.Keys?.Dispose();
            if (work.Attempt.IsAbandoned)
            {
                work.Attempt.Noise?.Dispose();
            }

            return false;
        }

        work.Attempt.Noise!.Dispose();
        work.Session.Attempt = null;
        Install(work.Session, work.Keys, now);
        work.Session.ConfirmTries = 0;
        work.Session.ConfirmDue = now + SessionTimes.Retries[0];
        return true;
    }

    private bool Initiate(PeerSession session, Ipv4Endpoint to, Moment now, int tries, int maxTries)
    {
        if (!_epochs.TryNext(now.Utc, out ulong epoch))
        {
            return false;
        }

        var attempt = new Attempt { Index = NewIndex(), Secret = session.Secret ?? Network.Newest, To = to, Tries = tries, MaxTries = maxTries };
        session.Attempt = attempt;
        _slots[attempt.Index] = new Slot(session, null, attempt);
        byte[] cookie = now.Elapsed < session.CookieUntil ? session.Cookie : [];
        _ownWork.Enqueue(new InitiateWork(Context, session, attempt, epoch, cookie));
        return true;
    }

    /// <summary>Whether the session's keys are old enough for a new handshake, seen from this side.</summary>
    public static bool IsRekeyDue(PeerSession session, TimeSpan now)
        => session.Current is TransportKeys keys
            && (keys.NextCounter >= TransportKeys.RekeyAfterMessages
                || now - keys.CreatedAt >= (keys.CarriedMessage ? SessionTimes.RekeyAfter : SessionTimes.RekeyIdleAfter)
                    + (keys.IsInitiator ? TimeSpan.Zero : SessionTimes.ResponderPatience));
}
