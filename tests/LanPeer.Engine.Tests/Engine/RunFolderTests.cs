using System;
using System.IO;
using System.Linq;
using System.Threading;
using LanPeer.Transport;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class RunFolderTests : IDisposable
{
    private readonly string _folder = Path.Combine(TestEnvironment.StateFolder, Guid.NewGuid().ToString("n"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_id_is_entered_once_and_its_holder_is_named()
    {
        using RunFolder? alice = RunFolder.Enter(_folder, "alice@127.0.0.1", 8_001, out RunEntry? nobody);
        using RunFolder? again = RunFolder.Enter(_folder, "alice@127.0.0.1", 8_002, out RunEntry? holder);

        Assert.NotNull(alice);
        Assert.Null(nobody);
        Assert.Null(again);
        Assert.Equal(new RunEntry("alice@127.0.0.1", 8_001, Environment.ProcessId), holder);
    }

    [Fact]
    public void The_others_are_all_but_oneself()
    {
        using RunFolder? alice = RunFolder.Enter(_folder, "alice@127.0.0.1", 8_001, out _);
        using RunFolder? bob = RunFolder.Enter(_folder, "bob@127.0.0.1", 8_002, out _);
        using RunFolder? carol = RunFolder.Enter(_folder, "carol@127.0.0.1", 8_003, out _);

        Assert.Equal(["bob@127.0.0.1", "carol@127.0.0.1"], alice!.Others().Select(entry => entry.UserId).Order());
        bob!.Dispose();
        Assert.Equal([8_003], alice.Others().Select(entry => (int)entry.Port));
    }

    [Fact]
    public void Leaving_frees_the_id_and_removes_the_file()
    {
        RunFolder.Enter(_folder, "alice@127.0.0.1", 8_001, out _)!.Dispose();

        Assert.Empty(Directory.GetFiles(_folder, "*.peer"));
        using RunFolder? again = RunFolder.Enter(_folder, "alice@127.0.0.1", 8_001, out _);
        Assert.NotNull(again);
    }

    [Fact]
    public void What_a_killed_process_left_behind_is_cleared_away()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "alice@127.0.0.1,8001,999999.peer"), "");

        using RunFolder? alice = RunFolder.Enter(_folder, "alice@127.0.0.1", 8_002, out RunEntry? holder);

        Assert.NotNull(alice);
        Assert.Null(holder);
        Assert.Equal([$"alice@127.0.0.1,8002,{Environment.ProcessId}.peer"], Directory.GetFiles(_folder, "*.peer").Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("readme.txt")]
    [InlineData(".peer")]
    [InlineData("a,b.peer")]
    [InlineData("a,99999,1.peer")]
    [InlineData("a,x,1.peer")]
    [InlineData("a,1,1,1.peer")]
    public void Other_files_are_left_alone(string name)
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, name), "");

        using RunFolder? alice = RunFolder.Enter(_folder, "alice@127.0.0.1", 8_001, out _);

        Assert.Empty(alice!.Others());
        Assert.True(File.Exists(Path.Combine(_folder, name)));
    }

    [Fact]
    public void Of_many_who_want_one_id_at_once_one_gets_it()
    {
        int won = 0;
        using var go = new Barrier(8);
        using var done = new Barrier(8);
        Thread[] threads = Enumerable.Range(0, 8).Select(i => new Thread(() =>
        {
            go.SignalAndWait();
            using RunFolder? entry = RunFolder.Enter(_folder, "alice@127.0.0.1", (ushort)(8_001 + i), out _);
            Interlocked.Add(ref won, entry is null ? 0 : 1);
            done.SignalAndWait();
        })).ToArray();
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            Wait.For(thread, "somebody who wants the id");
        }

        Assert.Equal(1, won);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_an_IO_error()
    {
        Directory.CreateDirectory(_folder);
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        Assert.ThrowsAny<IOException>(() => RunFolder.Enter(Path.Combine(file, "below"), "alice@127.0.0.1", 8_001, out _));
    }

    [Fact]
    public void Nobody_else_may_look_into_the_folder_and_those_above_it()
    {
        string folder = RunFolder.Locate(_folder, 50_999);
        using RunFolder? alice = RunFolder.Enter(folder, "alice@127.0.0.1", 8_001, out _);

        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows keeps a user's local data from others by inheritance.");
        }
        else
        {
            // Whichever of them is made first: the state folder is checked for this mode when the identity is opened.
            for (string at = folder; at.Length >= _folder.Length; at = Path.GetDirectoryName(at)!)
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(at));
            }
        }
    }
}
