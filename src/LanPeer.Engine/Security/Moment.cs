using System;

namespace LanPeer.Security;

/// <summary>"Now", handed in by whoever drives the protocol: there is no clock in here.</summary>
/// <param name="Elapsed">Monotonic time since an arbitrary start. All intervals are measured with it.</param>
/// <param name="Utc">Wall clock, for what people read: TIMESTAMP, last seen. May step in either direction.</param>
internal readonly record struct Moment(TimeSpan Elapsed, DateTimeOffset Utc);
