using System;
using System.Collections.Generic;
using System.Linq;

namespace LanPeer.Security;

/// <summary>What bringing in pins of a file did.</summary>
/// <param name="Added">New pins, as they are now.</param>
/// <param name="Updated">Pins that were known and changed, as they are now.</param>
/// <param name="Conflicting">Pins of the file against which the book stands, in a user id or a decision; the rest of them was taken.</param>
/// <param name="LeftOut">Pins of the file for which there was no place.</param>
internal sealed record PinMerge(IReadOnlyList<Pin> Added, IReadOnlyList<Pin> Updated, IReadOnlyList<Pin> Conflicting, IReadOnlyList<Pin> LeftOut);

/// <summary>What people decide about pins.</summary>
internal sealed partial class PinBook
{
    /// <summary>Approves an identity, a blocked one too; a user id given becomes its own, whoever had it.</summary>
    /// <param name="peerId">The PEER_ID a person compared.</param>
    /// <param name="who">Its keys, when they are known.</param>
    /// <param name="userId">The user id to move to it; null to move none.</param>
    /// <param name="now">The wall clock.</param>
    /// <returns>What changed; no pin after it when there was no place for one.</returns>
    /// <exception cref="ArgumentException">The ids are none, or the keys are not those of the id.</exception>
    public PinChange Approve(string peerId, PublicIdentity? who, string? userId, DateTimeOffset now)
    {
        if (userId is not null && !Pin.IsUserId(userId))
        {
            throw new ArgumentException("No user id.", nameof(userId));
        }

        Pin? before = Find(peerId);
        if (Decide(before, peerId, who, PinState.Approved, now) is not Pin pin)
        {
            return new PinChange(null, null);
        }

        Pin? former = null;
        if (userId is not null)
        {
            if (OwnerOf(userId) is string owner && owner != peerId)
            {
                Pin loser = Find(owner)!;
                former = loser with { UserIds = [.. loser.UserIds.Where(id => !id.Equals(userId, StringComparison.OrdinalIgnoreCase))] };
                Put(loser, former);
            }

            pin = WithUserId(pin, userId);
        }

        Put(before, pin);
        return new PinChange(before, pin, former);
    }

    /// <summary>Blocks an identity. Its user ids stay its own: nobody else may come under them either.</summary>
    /// <inheritdoc cref="Approve"/>
    public PinChange Block(string peerId, PublicIdentity? who, DateTimeOffset now)
    {
        Pin? before = Find(peerId);
        Pin? after = Decide(before, peerId, who, PinState.Blocked, now);
        Put(before, after);
        return new PinChange(before, after);
    }

    /// <summary>Undoes <see cref="Block"/>: pinned again if it was ever met, forgotten if not. Others stay as they are.</summary>
    public PinChange Unblock(string peerId)
    {
        Pin? before = Find(peerId);
        if (before?.State != PinState.Blocked)
        {
            return new PinChange(before, before);
        }

        Pin? after = before.Keys is null ? null : before with { State = PinState.Pinned };
        Put(before, after);
        return new PinChange(before, after);
    }

    /// <summary>Forgets an identity and frees its user ids.</summary>
    public PinChange Remove(string peerId)
    {
        Pin? before = Find(peerId);
        Put(before, null);
        return new PinChange(before, null);
    }

    /// <summary>
    /// Adds pins that others made. What was decided or seen here stands: no user id changes its owner, nothing is
    /// unblocked, nothing approved loses that, and no pin gives way to one of a file.
    /// </summary>
    public PinMerge Merge(IEnumerable<Pin> imported)
    {
        List<Pin> added = [], updated = [], conflicting = [], leftOut = [];
        foreach (Pin pin in imported)
        {
            Pin? before = Find(pin.PeerId);
            if (before is null && Count >= capacity)
            {
                leftOut.Add(pin);
                continue;
            }

            string[] free = [.. pin.UserIds.Where(id => OwnerOf(id) is not string owner || owner == pin.PeerId)
                .Distinct(StringComparer.OrdinalIgnoreCase).TakeLast(Pin.MaxUserIds)];
            Pin after = before is null ? pin with { UserIds = free } : Join(before, pin, free);
            if (free.Length < pin.UserIds.Count || (after.State != pin.State && pin.State != PinState.Pinned))
            {
                conflicting.Add(pin);
            }

            if (after != before)
            {
                (before is null ? added : updated).Add(after);
                Put(before, after);
            }
        }

        return new PinMerge(added, updated, conflicting, leftOut);
    }

    private static Pin Join(Pin own, Pin other, string[] otherIds)
    {
        IEnumerable<string> more = otherIds.Where(id => !own.UserIds.Contains(id, StringComparer.OrdinalIgnoreCase));
        return own with
        {
            Keys = own.Keys ?? other.Keys,
            State = own.State == PinState.Pinned ? other.State : own.State,
            UserIds = [.. more.TakeLast(Pin.MaxUserIds - own.UserIds.Count), .. own.UserIds],
            FirstSeen = own.FirstSeen < other.FirstSeen ? own.FirstSeen : other.FirstSeen,
            LastSeen = own.LastSeen > other.LastSeen ? own.LastSeen : other.LastSeen,
        };
    }

    /// <summary>The pin a decision makes, not yet entered; null when there is no place for it.</summary>
    private Pin? Decide(Pin? before, string peerId, PublicIdentity? who, PinState state, DateTimeOffset now)
    {
        if (!Pin.IsPeerId(peerId) || (who is not null && who.PeerId != peerId))
        {
            throw new ArgumentException("No PEER_ID, or not that of the keys.", nameof(peerId));
        }

        now = now.ToUniversalTime();
        return before is not null ? before with { State = state, Keys = before.Keys ?? who }
            : TryMakeRoom() ? new Pin { PeerId = peerId, Keys = who, State = state, FirstSeen = now, LastSeen = now }
            : null;
    }
}
