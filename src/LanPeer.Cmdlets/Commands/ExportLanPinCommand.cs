using System.IO;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Commands;

/// <summary>
/// <para type="synopsis">Writes all pins to a JSON file, for another peer to import. It holds nothing secret.</para>
/// </summary>
[Cmdlet(VerbsData.Export, "LanPin", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportLanPinCommand : LanSessionCmdlet
{
    /// <summary><para type="description">The file to write. One that exists is overwritten.</para></summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary><para type="description">Overwrite a file that is read-only, too.</para></summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary><para type="description">Overwrite no file.</para></summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary><para type="description">Give the file.</para></summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        LanSession session = RequireSession();
        try
        {
            string file = LanPaths.ToFile(this, Path);
            if (!ShouldProcess(file, "Export pins"))
            {
                return;
            }

            MakeWritable(file);
            LanFiles.Write(file, session.ExportPins(), !NoClobber, "Leave -NoClobber out to overwrite it, or use another -Path.");
            if (PassThru)
            {
                WriteObject(new FileInfo(file));
            }
        }
        catch (LanPeerException error)
        {
            Throw(error, Path);
        }
    }

    /// <summary>As Export-Csv does: a read-only file stays as it is without -Force, though its folder would let it be replaced.</summary>
    private void MakeWritable(string file)
    {
        var info = new FileInfo(file);
        if (NoClobber || !info.Exists || !info.IsReadOnly)
        {
            return;
        }

        if (!Force)
        {
            throw new LanPeerException(LanErrorId.FileNotWritable, $"'{file}' is read-only.", "Use -Force to overwrite it, or another -Path.");
        }

        try
        {
            info.IsReadOnly = false;
        }
        catch (System.Exception error) when (error is IOException or System.UnauthorizedAccessException)
        {
            throw new LanPeerException(LanErrorId.FileNotWritable, $"'{file}' cannot be written: {error.Message}", "Check the path and your permissions.", error);
        }
    }
}
