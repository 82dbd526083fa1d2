using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using LanPeer.State;
using LanPeer.Tests.Engine;
using Xunit;

namespace LanPeer.Tests.State;

/// <summary>A test with a state folder of its own.</summary>
public abstract class StateTest : IDisposable
{
    private protected static readonly DateTimeOffset Now = new(2030, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private protected const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private protected const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    private protected string Root { get; } = Path.Combine(TestEnvironment.StateFolder, Guid.NewGuid().ToString("n"));

    private protected string AliceFolder => Path.Combine(Root, "identities", "alice");

    private protected string IdentityPath => Path.Combine(AliceFolder, "identity.json");

    private protected string PinsPath => Path.Combine(AliceFolder, "pins.json");

    public void Dispose()
    {
        if (Directory.Exists(Root))
        {
            Directory.Delete(Root, recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    private protected StateStore Open(string name = "alice", DateTimeOffset? now = null) => StateStore.Open(Root, name, now ?? Now);

    /// <summary>Makes the identity and closes it again; gives its id.</summary>
    private protected string Make()
    {
        using StateStore store = Open();
        return store.Identity.PeerId;
    }

    private protected StateException Fails(string errorId)
    {
        StateException error = Assert.Throws<StateException>(() => Open().Dispose());
        Assert.Equal(errorId, error.ErrorId);
        Assert.NotEmpty(error.RecommendedAction);
        return error;
    }

    /// <summary>Everything in a folder: names, contents, times, modes.</summary>
    private protected static List<string> Look(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(path) != "lock")
        .Select(path => $"{path} {new FileInfo(path).LinkTarget} {File.GetLastWriteTimeUtc(path):O} {File.GetAttributes(path)} "
            + $"{ModeOf(path)} {(new FileInfo(path).Length > 0 ? Convert.ToHexString(File.ReadAllBytes(path)) : "")}")
        .Order()];

    private protected static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    private protected static void SkipWindows() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes: a user's local data is kept from others by inheritance.");
}
