using System.IO;
using System.Linq;
using System.Management.Automation;
using LanPeer.Cmdlets.Completion;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Saves a peer's avatar as an image file.</para>
/// </summary>
[Cmdlet(VerbsData.Save, "LanAvatar", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class SaveLanAvatarCommand : LanSessionCmdlet
{
    /// <summary><para type="description">Whose: a user id, name, display name, PEER_ID, peer or profile; wildcards in names are allowed.</para></summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UserId")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PeerCompleter))]
    public LanPeerSelector[] Name { get; set; } = [];

    /// <summary>
    /// <para type="description">The file to write, or a folder, in which it is named after the peer. An extension is added when there is none. Default: the current folder.</para>
    /// </summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary><para type="description">Overwrite a file that exists.</para></summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary><para type="description">Give the file.</para></summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        LanSession session = RequireSession();
        foreach (LanPeerSelector selector in Name)
        {
            try
            {
                foreach (LanPeer peer in selector.Resolve(session.Peers))
                {
                    if (selector.IsPattern && !peer.HasAvatar)
                    {
                        continue;
                    }

                    Save(session, peer);
                }
            }
            catch (LanPeerException error)
            {
                Report(error, selector.Text);
            }
        }
    }

    private void Save(LanSession session, LanPeer peer)
    {
        LanProfile? profile = session.GetProfile(PeerLists.IdOf(peer));
        byte[] image = profile?.AvatarBytes ?? throw new LanPeerException(LanErrorId.ProfileNotFound,
            $"{peer.UserId} has sent no avatar.", "Get-LanPeer shows who has one (HasAvatar).");
        string file = LanPaths.ToFile(this, Path);
        if (Directory.Exists(file))
        {
            file = System.IO.Path.Combine(file, FileNameOf(peer.UserId) + profile.AvatarExtension);
        }
        else if (System.IO.Path.GetExtension(file).Length == 0)
        {
            file += profile.AvatarExtension;
        }

        if (!ShouldProcess(file, $"Save avatar of {peer.UserId}"))
        {
            return;
        }

        LanFiles.Write(file, image, Force, "Use -Force to overwrite it, or another -Path.");
        if (PassThru)
        {
            WriteObject(new FileInfo(file));
        }
    }

    /// <summary>An id from the network becomes a file name: nothing of it leaves the folder, and no two ids share a file.</summary>
    private static string FileNameOf(string userId)
        => string.Concat(userId.Select((c, i) => char.IsLetterOrDigit(c) || c is '@' or '-' or '_' || (c == '.' && i > 0)
            ? c.ToString() : $"%{(int)c:X4}"));
}
