using System;

namespace LanPeer.Security.Sessions;

/// <summary>The times of a session (docs/protocol.md, "Sessions").</summary>
internal static class SessionTimes
{
    /// <summary>Age of keys that carried a message at which their initiator begins a new handshake.</summary>
    public static readonly TimeSpan RekeyAfter = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The same for keys that carried no message. Every pair of peers has keys: with 1,000 peers a handshake for each of
    /// them every ten minutes would be 2.5 datagrams of 300 bytes a second and peer, more than all the rest.
    /// </summary>
    public static readonly TimeSpan RekeyIdleAfter = TimeSpan.FromMinutes(60);

    /// <summary>So much later the other side begins it when the initiator has not.</summary>
    public static readonly TimeSpan ResponderPatience = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Age at which keys seal no message, and at which keys that carried one neither seal nor open anything, whatever
    /// became of the handshakes.
    /// </summary>
    public static readonly TimeSpan RejectAfter = TimeSpan.FromMinutes(15);

    /// <summary>Age at which keys that carried no message neither seal nor open any more.</summary>
    public static readonly TimeSpan RejectIdleAfter = TimeSpan.FromMinutes(70);

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
