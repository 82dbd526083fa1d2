using System;

namespace LanPeer.Security.Sessions;

/// <summary>The times of a session (docs/protocol.md, "Sessions").</summary>
internal static class SessionTimes
{
    /// <summary>Age of the keys at which their initiator begins a new handshake.</summary>
    public static readonly TimeSpan RekeyAfter = TimeSpan.FromMinutes(10);

    /// <summary>The other side does when the initiator has not.</summary>
    public static readonly TimeSpan RekeyByResponderAfter = TimeSpan.FromMinutes(11);

    /// <summary>Age at which keys seal and open no more, whatever became of the handshakes.</summary>
    public static readonly TimeSpan RejectAfter = TimeSpan.FromMinutes(15);

    /// <summary>How long the keys before the present ones still open what was on the way.</summary>
    public static readonly TimeSpan KeepOld = TimeSpan.FromSeconds(60);

    /// <summary>How long the keys of a response to a stranger wait for their first use.</summary>
    public static readonly TimeSpan KeepUnconfirmed = TimeSpan.FromSeconds(10);

    /// <summary>How long one side waits for the other when both handshakes cross: its own is made anew only after that.</summary>
    public static readonly TimeSpan CrossedPatience = TimeSpan.FromSeconds(1);

    /// <summary>An initiation that is not answered is made anew after these times; after the last it is given up.</summary>
    public static readonly TimeSpan[] Retries =
    [
        TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4),
    ];
}
