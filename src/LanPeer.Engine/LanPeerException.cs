using System;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>
/// An error of LanPeer with an id that scripts can rely on. Its texts are safe to print: control characters in what they
/// quote are made visible.
/// </summary>
public sealed class LanPeerException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="errorId">One of <see cref="LanErrorId"/>.</param>
    /// <param name="message">What happened.</param>
    /// <param name="recommendedAction">What the user can do about it.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public LanPeerException(string errorId, string message, string recommendedAction, Exception? innerException = null)
        : base(VisibleText.Line(message), innerException)
    {
        ErrorId = errorId;
        RecommendedAction = VisibleText.Line(recommendedAction);
    }

    /// <summary>One of <see cref="LanErrorId"/>; part of the interface, never changed.</summary>
    public string ErrorId { get; }

    /// <summary>What the user can do about it, in a sentence.</summary>
    public string RecommendedAction { get; }
}

/// <summary>The error ids of the engine and its cmdlets. They are an interface: added to, never renamed.</summary>
public static class LanErrorId
{
    /// <summary>A peer's name is empty, too long, or has characters other than letters, digits, <c>- _ .</c></summary>
    public const string InvalidName = "InvalidName";

    /// <summary>An option is out of its range.</summary>
    public const string InvalidOption = "InvalidOption";

    /// <summary>A peer of that name runs already.</summary>
    public const string NameInUse = "NameInUse";

    /// <summary>The port asked for, or every port tried, is taken.</summary>
    public const string PortInUse = "PortInUse";

    /// <summary>The system forbids to open the port.</summary>
    public const string PortDenied = "PortDenied";

    /// <summary>The system gives no socket.</summary>
    public const string NetworkUnavailable = "NetworkUnavailable";

    /// <summary>No interface of that name or address.</summary>
    public const string InterfaceNotFound = "InterfaceNotFound";

    /// <summary>LANPEER_NETWORK confines this process and something else was asked for, or its value is unknown.</summary>
    public const string NetworkConfined = "NetworkConfined";

    /// <summary>A seed's host name has no IPv4 address.</summary>
    public const string SeedNotResolved = "SeedNotResolved";

    /// <summary>The session was stopped.</summary>
    public const string SessionStopped = "SessionStopped";

    /// <summary>A message, name or status that does not fit its limit.</summary>
    public const string MessageTooLarge = "MessageTooLarge";

    /// <summary>An empty message.</summary>
    public const string EmptyMessage = "EmptyMessage";

    /// <summary>A text that is no well-formed Unicode, or a line break where one line is wanted.</summary>
    public const string InvalidText = "InvalidText";

    /// <summary>An avatar over 20,480 bytes.</summary>
    public const string AvatarTooLarge = "AvatarTooLarge";

    /// <summary>An avatar that is no PNG, JPEG, GIF or WebP image.</summary>
    public const string AvatarNotAnImage = "AvatarNotAnImage";

    /// <summary>The receiver is no known peer (any more).</summary>
    public const string PeerNotFound = "PeerNotFound";

    /// <summary>A message did not get to a receiver: it was not sent, or not whole.</summary>
    public const string SendFailed = "SendFailed";

    /// <summary>A message was sent and no receipt came: it may have arrived or not.</summary>
    public const string DeliveryUnknown = "DeliveryUnknown";

    /// <summary>A receiver did not take a message, or is blocked here.</summary>
    public const string DeliveryRefused = "DeliveryRefused";

    /// <summary>No peer runs in this runspace and none was given.</summary>
    public const string NoSession = "NoSession";

    /// <summary>Several peers answer to a name; the message lists them.</summary>
    public const string AmbiguousPeer = "AmbiguousPeer";

    /// <summary>A peer that has sent no profile, or one without an avatar.</summary>
    public const string ProfileNotFound = "ProfileNotFound";

    /// <summary>A path that names no file.</summary>
    public const string FileNotFound = "FileNotFound";

    /// <summary>A file that cannot be read.</summary>
    public const string FileNotReadable = "FileNotReadable";

    /// <summary>A file that exists already.</summary>
    public const string FileExists = "FileExists";

    /// <summary>A file that cannot be written.</summary>
    public const string FileNotWritable = "FileNotWritable";

    /// <summary>A text that is no PEER_ID.</summary>
    public const string InvalidPeerId = "InvalidPeerId";

    /// <summary>No place for another pin.</summary>
    public const string PinBookFull = "PinBookFull";

    /// <summary>A network key that is too short or too long.</summary>
    public const string InvalidNetworkKey = "InvalidNetworkKey";

    /// <summary>A key file that others can read.</summary>
    public const string NetworkKeyExposed = "NetworkKeyExposed";

    /// <summary>A user id that is pinned to one identity is used by another.</summary>
    public const string PeerKeyChanged = "PeerKeyChanged";

    /// <summary>Another program was seen with this peer's user id or keys.</summary>
    public const string OwnIdentityElsewhere = "OwnIdentityElsewhere";

    /// <summary>Somebody uses the name of this closed network with another key.</summary>
    public const string WrongNetworkKey = "WrongNetworkKey";

    /// <summary>The identity of a name is in use by another peer.</summary>
    public const string IdentityInUse = "IdentityInUse";

    /// <summary>The file of an identity is not what was written there. It is left as it is.</summary>
    public const string IdentityDamaged = "IdentityDamaged";

    /// <summary>Other users of the machine can read or change an identity's folder or files. They are left as they are.</summary>
    public const string IdentityExposed = "IdentityExposed";

    /// <summary>The state folder cannot be made, read or written.</summary>
    public const string StateUnavailable = "StateUnavailable";

    /// <summary>A change to the state cannot be written down now; the old file is whole.</summary>
    public const string StateNotSaved = "StateNotSaved";

    /// <summary>The file of pins in the state folder is not what was written there. It is left as it is.</summary>
    public const string PinsDamaged = "PinsDamaged";

    /// <summary>A file of pins to import is none.</summary>
    public const string PinFileInvalid = "PinFileInvalid";

    /// <summary>A peer that speaks in the clear has the name of somebody who can prove who he is, and is not written to by it.</summary>
    public const string DowngradeRefused = "DowngradeRefused";

    /// <summary>A user id is used by an identity it does not belong to; nothing is sent there by that name.</summary>
    public const string PeerInConflict = "PeerInConflict";

    /// <summary>A peer without a PEER_ID, which can be neither approved nor blocked.</summary>
    public const string PeerHasNoIdentity = "PeerHasNoIdentity";

    /// <summary>Somebody would have to compare a PEER_ID, and there is nobody to ask.</summary>
    public const string ConfirmationNeeded = "ConfirmationNeeded";

    /// <summary>No pin of that PEER_ID or name.</summary>
    public const string PinNotFound = "PinNotFound";

    /// <summary>A pin to import against which something decided here stands.</summary>
    public const string PinConflict = "PinConflict";
}
