using System;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Sets this peer's profile and sends it to everyone, also to those who come later.</para>
/// </summary>
[Cmdlet(VerbsCommon.Set, "LanProfile", SupportsShouldProcess = true, DefaultParameterSetName = "Set")]
[OutputType(typeof(LanProfile))]
public sealed class SetLanProfileCommand : LanSessionCmdlet
{
    /// <summary>What the seed's program says when nothing was entered.</summary>
    private const string DefaultStatus = "Hello from P2P LSNP!";

    /// <summary>Bytes of the largest file that is read to be refused with its real size and kind.</summary>
    private const int LargestRead = 1_048_576;

    /// <summary><para type="description">The name to show, one line of at most 256 bytes. Default: as before, at first the peer's name.</para></summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? DisplayName { get; set; }

    /// <summary><para type="description">A line about oneself, at most 1,024 bytes. Default: as before.</para></summary>
    [Parameter(Position = 1)]
    [AllowEmptyString]
    public string? Status { get; set; }

    /// <summary><para type="description">A PNG, JPEG, GIF or WebP file of at most 20,480 bytes.</para></summary>
    [Parameter(ParameterSetName = "Set")]
    [ValidateNotNullOrEmpty]
    public string? AvatarPath { get; set; }

    /// <summary><para type="description">Take the avatar out of the profile.</para></summary>
    [Parameter(ParameterSetName = "Remove", Mandatory = true)]
    public SwitchParameter RemoveAvatar { get; set; }

    /// <summary><para type="description">Give the new profile.</para></summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        LanSession session = RequireSession();
        try
        {
            LanProfile? before = session.GetProfile();
            string displayName = DisplayName ?? before?.DisplayName ?? session.Name;
            string status = Status ?? before?.Status ?? DefaultStatus;
            byte[]? avatar = RemoveAvatar ? null : AvatarPath is null ? before?.AvatarBytes : ReadAvatar(AvatarPath);
            if (!ShouldProcess(session.UserId, $"Set profile to '{displayName}', '{status}'{Describe(avatar)} and send it to {session.Peers.Count} peer(s)"))
            {
                return;
            }

            // Who does not get it now gets it when it is here again, so there is nothing to wait for.
            ReportFailures(session.BeginProfile(displayName, status, avatar).Deliveries);
            if (PassThru)
            {
                WriteObject(session.GetProfile());
            }

            Narrate();
        }
        catch (LanPeerException error)
        {
            bool isAboutText = error.ErrorId is LanErrorId.InvalidText or LanErrorId.MessageTooLarge;
            Throw(error, isAboutText ? DisplayName ?? Status : AvatarPath);
        }
    }

    private static string Describe(byte[]? avatar) => avatar is null ? "" : $", avatar of {avatar.Length} bytes";

    private byte[] ReadAvatar(string path) => LanFiles.Read(LanPaths.ToFile(this, path), path, "an image file", length =>
    {
        if (length is 0 or > LargestRead)
        {
            throw length == 0
                ? new LanPeerException(LanErrorId.AvatarNotAnImage, $"'{path}' is empty or no regular file.", "Name an image file.")
                : new LanPeerException(LanErrorId.AvatarTooLarge, $"'{path}' has {length:N0} bytes; an avatar has at most 20,480.",
                    "Use a smaller or more strongly compressed image.");
        }
    });
}
