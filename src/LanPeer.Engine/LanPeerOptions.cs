using System;
using System.Collections.Generic;
using System.Text.Json;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>What a session is started with. Everything but the name has a default that suits a LAN.</summary>
public sealed record LanPeerOptions
{
    /// <summary>The port the seed announces on.</summary>
    public const int DefaultDiscoveryPort = 50_999;

    /// <summary>The lowest port a peer picks for itself.</summary>
    public const int FirstPort = 8_000;

    /// <summary>The highest port a peer picks for itself.</summary>
    public const int LastPort = 9_999;

    /// <summary>The name before the @ of the user id: letters, digits, <c>- _ .</c>, at most 64 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The UDP port to send from and receive on, 1 to 65535; 0 picks a free one from 8000 to 9999.</summary>
    public int Port { get; init; }

    /// <summary>The UDP port announcements go to, 1 to 65535. All who want to meet use the same.</summary>
    public int DiscoveryPort { get; init; } = DefaultDiscoveryPort;

    /// <summary>How far the peer reaches.</summary>
    public LanNetwork Network { get; init; }

    /// <summary>Names or addresses of the interfaces to announce on; empty means all.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = [];

    /// <summary>Between two announcements, give or take a tenth: 0.1 s to 1 h.</summary>
    public TimeSpan AnnounceInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A peer that speaks only the seed's language and was not heard of for this long is removed: 0.2 s to 24 h. Several
    /// times the announce interval of the slowest peer. LanPeer peers are probed, and missed within seconds.
    /// </summary>
    public TimeSpan PeerTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>host:port</c> of peers to ask at each announcement, for machines no broadcast reaches; at most 64.</summary>
    public IReadOnlyList<string> Seeds { get; init; } = [];

    /// <summary>Messages the inbox holds, 1 to 1,000,000. When it is full, further plain messages are dropped and counted.</summary>
    public int InboxCapacity { get; init; } = 10_000;

    /// <summary>Bytes the inbox holds, roughly; 1 MiB or more.</summary>
    public long InboxBytes { get; init; } = 64L * 1_024 * 1_024;

    /// <summary>Name of a closed network: 1 to 64 characters of a peer's name. Empty means the open network.</summary>
    public string NetworkName { get; init; } = "";

    /// <summary>The keys of the closed network, newest first: one, or two while it is being changed. The first seals.</summary>
    public IReadOnlyList<LanNetworkKey> NetworkKeys { get; init; } = [];

    /// <summary>Folder of identities, pins and what runs now; null for LANPEER_STATE or, without it, the user's own.</summary>
    public string? StatePath { get; init; }

    /// <summary>Whether the peer has an identity for this session only, and neither reads nor writes any.</summary>
    public bool Ephemeral { get; init; }

    /// <summary>Whether only pinned and approved identities are talked to.</summary>
    public bool RequireTrust { get; init; }

    /// <summary>Whether plain text is taken from those who have once proven who they are. Anybody can forge it.</summary>
    public bool AllowUnsigned { get; init; }

    /// <summary>
    /// What <see cref="LanMessage.Data"/> of structured data is made by, when it is first asked for, on the thread that asks. It gets what
    /// anybody on the network may have written, nested at most 64 deep. Null gives the <see cref="JsonElement"/> itself.
    /// </summary>
    public Func<JsonElement, object?>? DataReader { get; init; }

    internal void Validate()
    {
        if (!UserIds.IsValidName(Name))
        {
            throw new LanPeerException(LanErrorId.InvalidName,
                $"'{Name}' cannot be a peer's name.",
                $"Use 1 to {UserIds.MaxName} letters, digits, '-', '_' and '.', beginning with a letter, digit or '_'.");
        }

        Require(Port is >= 0 and <= 65_535, nameof(Port), "0 to 65535");
        Require(DiscoveryPort is >= 1 and <= 65_535, nameof(DiscoveryPort), "1 to 65535");
        Require(Port == 0 || Port != DiscoveryPort, nameof(Port), "a port other than the discovery port");
        Require(Enum.IsDefined(Network), nameof(Network), "Lan or Loopback");
        Require(Network == LanNetwork.Lan || Interfaces.Count == 0, nameof(Interfaces), "none for the network Loopback, which has one interface");
        Require(AnnounceInterval >= TimeSpan.FromSeconds(0.1) && AnnounceInterval <= TimeSpan.FromHours(1), nameof(AnnounceInterval), "0.1 s to 1 h");
        Require(PeerTimeout >= TimeSpan.FromSeconds(0.2) && PeerTimeout <= TimeSpan.FromHours(24), nameof(PeerTimeout), "0.2 s to 24 h");
        Require(Seeds.Count <= 64, nameof(Seeds), "at most 64 entries");
        Require(InboxCapacity is >= 1 and <= 1_000_000, nameof(InboxCapacity), "1 to 1,000,000");
        Require(NetworkName.Length == 0 || UserIds.IsValidName(NetworkName), nameof(NetworkName), "1 to 64 letters, digits, '-', '_' and '.'");
        Require(NetworkName.Length == 0 == (NetworkKeys.Count == 0), nameof(NetworkKeys), "a network name with its key, or neither");
        Require(NetworkKeys.Count <= 2, nameof(NetworkKeys), "one key, or two while it is being changed");
        Require(!Ephemeral || StatePath is null, nameof(StatePath), "no state folder for an ephemeral peer");
        Require(InboxBytes >= 1_048_576, nameof(InboxBytes), "1,048,576 or more");
    }

    private static void Require(bool holds, string option, string range)
    {
        if (!holds)
        {
            throw new LanPeerException(LanErrorId.InvalidOption, $"{option} is out of its range.", $"Choose {range}.");
        }
    }
}
