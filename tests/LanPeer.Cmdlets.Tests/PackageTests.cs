using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Management.Automation.Language;
using System.Xml.Linq;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>The package for the Gallery, packed and unpacked: what is in it, what it says of itself, and that it works.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lanpeer-package-").FullName;

    [Fact]
    public void It_holds_the_module_says_what_the_manifest_says_and_works()
    {
        string package = Pack();
        string module = Path.Combine(_folder, "LanPeer");
        ZipFile.ExtractToDirectory(package, module);
        XElement nuspec = XDocument.Load(Path.Combine(module, "LanPeer.nuspec")).Root!.Elements().First();

        // What makes a zip file a package is taken away by whoever installs it.
        foreach (string part in new[] { "_rels", "package" })
        {
            Directory.Delete(Path.Combine(module, part), recursive: true);
        }

        File.Delete(Path.Combine(module, "[Content_Types].xml"));
        File.Delete(Path.Combine(module, "LanPeer.nuspec"));
        Assert.Equal(FilesOf(Path.Combine(HostProcess.RepositoryRoot, "out", "LanPeer")), FilesOf(module));
        AssertSaysWhatTheManifestSays(nuspec, ReadManifest(Path.Combine(module, "LanPeer.psd1")));
        AssertWorks(Path.Combine(module, "LanPeer.psd1"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void AssertSaysWhatTheManifestSays(XElement nuspec, Dictionary<string, string[]> manifest)
    {
        string Of(string name) => nuspec.Elements().Single(element => element.Name.LocalName == name).Value.Trim();
        Assert.Equal("LanPeer", Of("id"));
        Assert.Equal(manifest["ModuleVersion"][0], Of("version"));
        Assert.Matches(@"^\d+\.\d+\.\d+$", Of("version"));
        Assert.Equal(typeof(LanSession).Assembly.GetName().Version!.ToString(3), Of("version"));
        Assert.Equal(manifest["Author"][0], Of("authors"));
        Assert.Equal(manifest["Description"][0], Of("description"));
        Assert.Equal(manifest["Copyright"][0], Of("copyright"));
        Assert.Equal(manifest["LicenseUri"][0], Of("licenseUrl"));
        Assert.Equal(manifest["ReleaseNotes"][0], Of("releaseNotes"));

        // The Gallery finds modules by these.
        string[] tags = ["PSModule", .. manifest["Tags"], "PSIncludes_Cmdlet", .. manifest["CmdletsToExport"].Select(static name => "PSCmdlet_" + name)];
        string[] given = Of("tags").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.True(tags.SequenceEqual(given),
            $"The tags of LanPeer.nuspec are not those of the manifest. Missing: {string.Join(' ', tags.Except(given))}. Too many: {string.Join(' ', given.Except(tags))}.");

        // Tested are PowerShell on .NET and Linux; no result from elsewhere is claimed.
        Assert.DoesNotContain(tags, static tag => tag is "Windows" or "MacOS" or "PSEdition_Desktop");
    }

    private static void AssertWorks(string manifest)
    {
        const string Script = """
            $one = Start-LanPeer one -DiscoveryPort 23994 -Ephemeral
            $two = Start-LanPeer two -DiscoveryPort 23994 -Ephemeral
            Find-LanPeer -Session $one -Timeout 20 -Count 1 | Out-Null
            Send-LanDM two 'packed' -Session $one -Timeout 20 -ErrorAction Stop
            (Get-Module LanPeer).Path
            (Receive-LanMessage -Session $two -Type DM -Timeout 20 -Count 1).Content
            (Get-Help Send-LanDM).Synopsis
            (Get-Help about_LanPeer).Length -gt 1000
            """;
        HostResult result = HostProcess.Run(new HostRun { Environment = new Dictionary<string, string?> { ["LANPEER_MODULE"] = manifest } }, "-c", Script);
        Assert.Empty(result.StdErr);
        Assert.Equal(["packed", "Sends a message to one peer, straight and without a relay.", "True"], result.Lines[^3..]);
        Assert.StartsWith(Path.GetDirectoryName(manifest)!, result.Lines[^4], StringComparison.Ordinal);
    }

    private static string[] FilesOf(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(file => $"{Path.GetRelativePath(folder, file).Replace('\\', '/')} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}")
        .Order(StringComparer.Ordinal)];

    private static Dictionary<string, string[]> ReadManifest(string file)
    {
        var table = (HashtableAst)Parser.ParseFile(file, out _, out _).Find(static ast => ast is HashtableAst, searchNestedScriptBlocks: true);
        return table.FindAll(static ast => ast is HashtableAst, searchNestedScriptBlocks: true).Cast<HashtableAst>().SelectMany(static part => part.KeyValuePairs)
            .Where(static pair => pair.Item2.Find(static ast => ast is HashtableAst, searchNestedScriptBlocks: true) is null)
            .ToDictionary(static pair => pair.Item1.ToString(), static pair => pair.Item2.FindAll(static ast => ast is StringConstantExpressionAst, searchNestedScriptBlocks: true)
                .Select(static ast => ((StringConstantExpressionAst)ast).Value).ToArray());
    }

    private string Pack()
    {
        // What is in out/LanPeer, whichever way it was built; the release comes from ./build.ps1 Package.
        string configuration = typeof(PackageTests).Assembly.Location.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        var start = new ProcessStartInfo("dotnet", ["pack", Path.Combine("src", "LanPeer.Cmdlets"), "--no-build", "--configuration", configuration, "--output", _folder, "--nologo"])
        {
            WorkingDirectory = HostProcess.RepositoryRoot,
            RedirectStandardOutput = true,
        };

        // Set by a test runner for itself; the other process has its own.
        start.Environment.Remove("MSBUILD_EXE_PATH");
        using Process pack = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        string output = pack.StandardOutput.ReadToEnd();
        pack.WaitForExit();
        Assert.True(pack.ExitCode == 0, output);
        return Assert.Single(Directory.EnumerateFiles(_folder, "*.nupkg"));
    }
}
