using System;
using System.Collections.Generic;
using System.Linq;

namespace LanPeer.Security;

/// <summary>What a person's decision changed.</summary>
/// <param name="Before">The pin before; null when there was none.</param>
/// <param name="After">The pin now; null when there is none (any more).</param>
/// <param name="FormerOwner">The pin that lost the user id to this one, as it is now.</param>
internal readonly record struct PinChange(Pin? Before, Pin? After, Pin? FormerOwner = null)
{
    public bool IsChange => Before != After;
}

/// <summary>
/// Whom this peer knows: trust on first use, as SSH does with host keys (RFC 4251 §4.1). An identity is pinned when it is
/// first met; from then on its user ids are its own, and another identity under one of them is a conflict until a person
/// decides. Pure: no file, no clock, no lock.
/// </summary>
/// <remarks>
/// User ids and names are compared without regard to case, as the commands compare what a user types: <c>Alice</c> must
/// not pass for <c>alice</c>.
/// </remarks>
/// <param name="capacity">Pins kept. When there are more, the least of them goes; never one a person decided about.</param>
internal sealed partial class PinBook(int capacity = PinBook.DefaultCapacity)
{
    /// <summary>More peers than a LAN has, and a scan of it takes less time than the handshake that causes it.</summary>
    public const int DefaultCapacity = 10_000;

    private readonly Dictionary<string, Pin> _pins = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _names = new(StringComparer.OrdinalIgnoreCase);

    public int Count => _pins.Count;

    /// <summary>Counts changes worth writing down. Being met again is one once an hour, not each time.</summary>
    public long Version { get; private set; }

    /// <summary>The book of pins read from a file. Their user ids are distinct; what exceeds the capacity is left out.</summary>
    public static PinBook Load(IEnumerable<Pin> pins, int capacity = DefaultCapacity)
    {
        var book = new PinBook(capacity);
        book.Merge(pins);
        book.Version = 0;
        return book;
    }

    public Pin? Find(string peerId) => _pins.GetValueOrDefault(peerId);

    /// <summary>The PEER_ID a user id is pinned to, of blocked ones too; null when nobody has it.</summary>
    public string? OwnerOf(string userId) => _owners.GetValueOrDefault(userId);

    /// <summary>Whether a user id is pinned to anybody.</summary>
    public bool HasUserId(string userId) => _owners.ContainsKey(userId);

    /// <summary>Whether a name is that of any pinned user id: such a name is never that of an unsigned peer.</summary>
    public bool HasName(string name) => _names.ContainsKey(name);

    /// <summary>The pins, by PEER_ID. The array is the caller's, and what is in it never changes.</summary>
    public Pin[] ToArray() => [.. _pins.Values.OrderBy(pin => pin.PeerId, StringComparer.Ordinal)];

    /// <summary>What is known of an identity under a user id. Changes nothing; never <see cref="PinVerdict.Full"/>.</summary>
    public PinVerdict Judge(PublicIdentity who, string userId)
    {
        Pin? pin = Find(who.PeerId);
        if (pin?.State == PinState.Blocked)
        {
            return PinVerdict.Blocked;
        }

        if (OwnerOf(userId) is string owner && owner != who.PeerId)
        {
            return PinVerdict.Conflict;
        }

        return pin is null ? PinVerdict.New : pin.State == PinState.Approved ? PinVerdict.Approved : PinVerdict.Pinned;
    }

    /// <summary>
    /// Judges an identity that proved itself, and notes the meeting: a new one is pinned, a known one may add a free user
    /// id. A conflict or a blocked identity leaves no trace.
    /// </summary>
    public PinVerdict Meet(PublicIdentity who, string userId, DateTimeOffset now)
    {
        PinVerdict verdict = Judge(who, userId);
        if (verdict is PinVerdict.Conflict or PinVerdict.Blocked)
        {
            return verdict;
        }

        now = now.ToUniversalTime();
        Pin? pin = Find(who.PeerId);
        if (pin is null && !TryMakeRoom())
        {
            return PinVerdict.Full;
        }

        Pin met = pin is { Keys: not null } ? pin with { LastSeen = now }
            : new Pin { PeerId = who.PeerId, Keys = who, State = pin?.State ?? PinState.Pinned, UserIds = pin?.UserIds ?? [], FirstSeen = now, LastSeen = now };
        met = WithUserId(met, userId);
        if (pin is not null && (met with { LastSeen = pin.LastSeen }) == pin && IsSameHour(pin.LastSeen, now))
        {
            _pins[met.PeerId] = met;
        }
        else
        {
            Put(pin, met);
        }

        return verdict;
    }

    /// <summary>A user id at the end of a pin's list; one that is none is not added, or no reader would take the file.</summary>
    private static Pin WithUserId(Pin pin, string userId)
    {
        if (!Pin.IsUserId(userId) || (pin.UserIds.Count > 0 && pin.UserIds[^1] == userId))
        {
            return pin;
        }

        string[] ids = [.. pin.UserIds.Where(id => !id.Equals(userId, StringComparison.OrdinalIgnoreCase)), userId];
        return pin with { UserIds = ids[Math.Max(0, ids.Length - Pin.MaxUserIds)..] };
    }

    private static bool IsSameHour(DateTimeOffset one, DateTimeOffset other)
        => one.UtcTicks / TimeSpan.TicksPerHour == other.UtcTicks / TimeSpan.TicksPerHour;

    /// <summary>Drops the least pin when the book is full. False when only decided ones are left.</summary>
    private bool TryMakeRoom()
    {
        if (_pins.Count < capacity)
        {
            return true;
        }

        Pin? oldest = null;
        foreach (Pin pin in _pins.Values)
        {
            if (pin.State == PinState.Pinned && (oldest is null || IsWorthLess(pin, oldest)))
            {
                oldest = pin;
            }
        }

        Put(oldest, null);
        return oldest is not null;
    }

    /// <summary>What goes first: who never was at the place he names, then who was met on one day only, then whom we met longest ago.</summary>
    private static bool IsWorthLess(Pin one, Pin other)
    {
        int order = Worth(one).CompareTo(Worth(other));
        return order < 0 || (order == 0 && string.CompareOrdinal(one.PeerId, other.PeerId) < 0);
    }

    private static (bool HasUserId, bool IsAcquainted, DateTimeOffset LastSeen) Worth(Pin pin)
        => (pin.UserIds.Count > 0, pin.LastSeen - pin.FirstSeen >= TimeSpan.FromDays(1), pin.LastSeen);

    /// <summary>Replaces a pin; keeps the tables of user ids and names in step.</summary>
    private void Put(Pin? before, Pin? after)
    {
        if (before == after)
        {
            return;
        }

        foreach (string id in before?.UserIds ?? [])
        {
            _owners.Remove(id);
            string name = NameOf(id);
            if (--_names[name] == 0)
            {
                _names.Remove(name);
            }
        }

        foreach (string id in after?.UserIds ?? [])
        {
            _owners.Add(id, after!.PeerId);
            string name = NameOf(id);
            _names[name] = _names.GetValueOrDefault(name) + 1;
        }

        if (after is null)
        {
            _pins.Remove(before!.PeerId);
        }
        else
        {
            _pins[after.PeerId] = after;
        }

        Version++;
    }

    private static string NameOf(string userId) => userId[..userId.LastIndexOf('@')];
}
