using System.IO;
using System.Linq;
using LanPeer.Security;
using LanPeer.State;
using LanPeer.Tests.Security;
using Xunit;

namespace LanPeer.Tests.State;

public sealed class PinFileTests : StateTest
{
    private string PinFilePath => Path.Combine(Root, "team.json");

    [Fact]
    public void What_one_exports_another_imports()
    {
        Directory.CreateDirectory(Root);
        var book = new PinBook();
        PublicIdentity bob = Someone.New();
        book.Approve(bob.PeerId, bob, "bob@b", Now);

        PinFile.Write(PinFilePath, book.ToArray(), overwrite: false);

        Assert.Equal(book.ToArray(), PinFile.Read(PinFilePath));
        Assert.Equal([bob.PeerId], new PinBook().Merge(PinFile.Read(PinFilePath)).Added.Select(pin => pin.PeerId));
    }

    [Fact]
    public void A_file_that_is_there_gives_way_only_when_asked_to()
    {
        Directory.CreateDirectory(Root);
        File.WriteAllText(PinFilePath, "precious");

        Assert.Equal(LanErrorId.FileExists, Assert.Throws<StateException>(() => PinFile.Write(PinFilePath, [], overwrite: false)).ErrorId);
        Assert.Equal("precious", File.ReadAllText(PinFilePath));
        PinFile.Write(PinFilePath, [], overwrite: true);
        Assert.Empty(PinFile.Read(PinFilePath));
    }

    [Fact]
    public void What_is_wrong_has_an_id_and_a_line()
    {
        Assert.Equal(LanErrorId.FileNotFound, Assert.Throws<StateException>(() => PinFile.Read(PinFilePath)).ErrorId);
        Assert.Equal(LanErrorId.FileNotWritable, Assert.Throws<StateException>(() => PinFile.Write(PinFilePath, [], overwrite: false)).ErrorId);
        Directory.CreateDirectory(Root);
        Assert.Equal(LanErrorId.FileNotReadable, Assert.Throws<StateException>(() => PinFile.Read(Root)).ErrorId);

        File.WriteAllText(PinFilePath, "{\n\"format\":\"LanPeer pins\",\n\"version\":2}");
        StateException error = Assert.Throws<StateException>(() => PinFile.Read(PinFilePath));
        Assert.Equal(LanErrorId.PinFileInvalid, error.ErrorId);
        Assert.Contains("Line 3: only version 1 is known.", error.Message);

        using (FileStream file = File.OpenWrite(PinFilePath))
        {
            file.SetLength(PinDocument.MaxLength + 1);
        }

        Assert.Equal(LanErrorId.PinFileInvalid, Assert.Throws<StateException>(() => PinFile.Read(PinFilePath)).ErrorId);
    }
}
