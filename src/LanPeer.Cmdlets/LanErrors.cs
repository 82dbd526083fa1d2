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

    /// <summary>There is no session to work on.</summary>
    public static LanPeerException NoSession() => new(
        LanErrorId.NoSession, "No peer is running in this session.", "Run Start-LanPeer first, or pass one with -Session.");

    internal static ErrorCategory CategoryOf(string errorId) => errorId switch
    {
        LanErrorId.InvalidName or LanErrorId.InvalidOption or LanErrorId.NetworkConfined or LanErrorId.AmbiguousPeer
            or LanErrorId.InvalidPeerId or LanErrorId.InvalidNetworkKey => ErrorCategory.InvalidArgument,
        LanErrorId.NameInUse or LanErrorId.FileExists or LanErrorId.IdentityInUse or LanErrorId.PinConflict => ErrorCategory.ResourceExists,
        LanErrorId.PortInUse or LanErrorId.NetworkUnavailable or LanErrorId.StateUnavailable => ErrorCategory.ResourceUnavailable,
        LanErrorId.PortDenied or LanErrorId.DeliveryRefused => ErrorCategory.PermissionDenied,
        LanErrorId.InterfaceNotFound or LanErrorId.SeedNotResolved or LanErrorId.PeerNotFound or LanErrorId.ProfileNotFound
            or LanErrorId.FileNotFound or LanErrorId.PinNotFound => ErrorCategory.ObjectNotFound,
        LanErrorId.SessionStopped or LanErrorId.NoSession or LanErrorId.PeerHasNoIdentity or LanErrorId.ConfirmationNeeded
            => ErrorCategory.InvalidOperation,
        LanErrorId.MessageTooLarge or LanErrorId.AvatarTooLarge or LanErrorId.PinBookFull => ErrorCategory.LimitsExceeded,
        LanErrorId.EmptyMessage or LanErrorId.InvalidText or LanErrorId.AvatarNotAnImage or LanErrorId.IdentityDamaged
            or LanErrorId.PinsDamaged or LanErrorId.PinFileInvalid => ErrorCategory.InvalidData,
        LanErrorId.SendFailed => ErrorCategory.ConnectionError,
        LanErrorId.DeliveryUnknown => ErrorCategory.OperationTimeout,
        LanErrorId.FileNotReadable => ErrorCategory.ReadError,
        LanErrorId.FileNotWritable or LanErrorId.StateNotSaved => ErrorCategory.WriteError,
        LanErrorId.PeerKeyChanged or LanErrorId.OwnIdentityElsewhere or LanErrorId.WrongNetworkKey or LanErrorId.DowngradeRefused
            or LanErrorId.PeerInConflict or LanErrorId.IdentityExposed or LanErrorId.NetworkKeyExposed => ErrorCategory.SecurityError,
        _ => ErrorCategory.NotSpecified,
    };
}
