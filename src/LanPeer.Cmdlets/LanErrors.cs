using System;
using System.Management.Automation;

namespace LanPeer.Cmdlets;

/// <summary>Error records: id, category, target and what to do, made in one place.</summary>
internal static class LanErrors
{
    public static ErrorRecord Record(LanPeerException error, object? target)
        => new(error, error.ErrorId, CategoryOf(error.ErrorId), target)
        {
            ErrorDetails = new ErrorDetails(error.Message) { RecommendedAction = error.RecommendedAction },
        };

    internal static ErrorCategory CategoryOf(string errorId) => errorId switch
    {
        LanErrorId.InvalidName or LanErrorId.InvalidOption or LanErrorId.NetworkConfined or LanErrorId.AmbiguousPeer
            => ErrorCategory.InvalidArgument,
        LanErrorId.NameInUse => ErrorCategory.ResourceExists,
        LanErrorId.FileExists => ErrorCategory.ResourceExists,
        LanErrorId.PortInUse or LanErrorId.NetworkUnavailable => ErrorCategory.ResourceUnavailable,
        LanErrorId.PortDenied => ErrorCategory.PermissionDenied,
        LanErrorId.InterfaceNotFound or LanErrorId.SeedNotResolved or LanErrorId.PeerNotFound or LanErrorId.ProfileNotFound
            or LanErrorId.FileNotFound => ErrorCategory.ObjectNotFound,
        LanErrorId.SessionStopped or LanErrorId.NoSession => ErrorCategory.InvalidOperation,
        LanErrorId.MessageTooLarge or LanErrorId.AvatarTooLarge => ErrorCategory.LimitsExceeded,
        LanErrorId.EmptyMessage or LanErrorId.InvalidText or LanErrorId.AvatarNotAnImage => ErrorCategory.InvalidData,
        LanErrorId.SendFailed => ErrorCategory.ConnectionError,
        LanErrorId.FileNotReadable => ErrorCategory.ReadError,
        LanErrorId.FileNotWritable => ErrorCategory.WriteError,
        _ => ErrorCategory.NotSpecified,
    };
}
