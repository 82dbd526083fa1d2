using System.Linq;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Adds the pins of a file that Export-LanPin has written. What was decided here stands.</para>
/// </summary>
[Cmdlet(VerbsData.Import, "LanPin", SupportsShouldProcess = true)]
[OutputType(typeof(LanPinImport))]
public sealed class ImportLanPinCommand : LanSessionCmdlet
{
    /// <summary>Bytes of the largest file that is read: the 10,000 pins a peer keeps take 40 MB at most.</summary>
    private const int LargestRead = 48 * 1_024 * 1_024;

    /// <summary><para type="description">The file to read. Whoever wrote it is believed about who is who: take it from people you trust.</para></summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        LanSession session = RequireSession();
        try
        {
            byte[] document = LanFiles.Read(LanPaths.ToFile(this, Path), Path, "a file of Export-LanPin", CheckLength);
            if (ShouldProcess(Path, "Import pins"))
            {
                Write(session, session.ImportPins(document));
            }
        }
        catch (LanPeerException error) when (error.ErrorId == LanErrorId.SessionStopped)
        {
            Throw(error, session.UserId);
        }
        catch (LanPeerException error)
        {
            Report(error, Path);
        }
    }

    /// <summary>Tells at once when the pins could not be written down.</summary>
    protected override void EndProcessing() => TellNews(RequireSession());

    private static void CheckLength(long length)
    {
        if (length is 0 or > LargestRead)
        {
            throw new LanPeerException(LanErrorId.PinFileInvalid,
                length == 0 ? "The pins cannot be used. The file is empty or no regular file." : $"The pins cannot be used. The file has {length:N0} bytes.",
                "Name a file that Export-LanPin has written.");
        }
    }

    private void Write(LanSession session, LanPinImport import)
    {
        WriteObject(import);
        foreach (LanPin pin in import.Conflicting)
        {
            LanPin[] others = [.. session.GetPins().Where(own => own.PeerId != pin.PeerId && own.UserIds.Any(id => PeerLists.OwnerOf([pin], id) is not null))];
            string what = others.Length > 0 ? $"its user ids belong to {PeerLists.WithPeerIds(others)}" : "something else was decided about it here";
            Report(new LanPeerException(LanErrorId.PinConflict, $"The pin of {PeerLists.WithPeerIds([pin])} was not taken whole: {what}.",
                $"What was decided here stands. Compare PEER_IDs; then Approve-LanPeer {pin.PeerId} or Block-LanPeer {pin.PeerId} decides anew."), pin);
        }

        if (import.LeftOut.Count > 0)
        {
            Report(new LanPeerException(LanErrorId.PinBookFull, $"There was no place for {import.LeftOut.Count:N0} of the pins.",
                "Remove pins that are not needed any more with Remove-LanPin."), Path);
        }
    }
}
