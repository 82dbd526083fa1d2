using System.Text;
using LanPeer.Protocol;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class DuplicateWindowTests
{
    private readonly DuplicateWindow _window = new();

    [Fact]
    public void An_id_is_new_once()
    {
        Assert.True(Add("deadbeef"));
        Assert.False(Add("deadbeef"));
        Assert.True(Add("deadbee0"));
        Assert.False(Add("deadbeef"));
    }

    [Fact]
    public void Types_do_not_disturb_each_other()
    {
        Assert.True(Add("1", MessageType.Post));
        Assert.True(Add("1", MessageType.DM));
        Assert.False(Add("1", MessageType.DM));
    }

    [Fact]
    public void No_id_is_never_a_duplicate()
    {
        Assert.True(Add(""));
        Assert.True(Add(""));
    }

    [Fact]
    public void The_last_256_are_remembered()
    {
        for (int i = 0; i < 256; i++)
        {
            Assert.True(Add($"id{i}"));
        }

        Assert.False(Add("id0"));
        Assert.True(Add("id256"));
        Assert.True(Add("id0"));
        Assert.False(Add("id255"));
    }

    [Fact]
    public void Senders_that_share_a_window_do_not_disturb_each_other()
    {
        Assert.True(_window.TryAdd(MessageType.Post, "1"u8, "a@b"u8));
        Assert.True(_window.TryAdd(MessageType.Post, "1"u8, "c@d"u8));
        Assert.False(_window.TryAdd(MessageType.Post, "1"u8, "a@b"u8));
        Assert.True(_window.TryAdd(MessageType.Post, "1a"u8, "@b"u8));
    }

    [Fact]
    public void Looking_notes_nothing()
    {
        Assert.False(_window.Has(MessageType.Post, "1"u8));
        Assert.True(Add("1"));
        Assert.True(_window.Has(MessageType.Post, "1"u8));
        Assert.False(_window.Has(MessageType.DM, "1"u8));
        Assert.False(_window.Has(MessageType.Post, "1"u8, "a@b"u8));
        Assert.False(_window.Has(MessageType.Post, ""u8));
    }

    private bool Add(string id, MessageType type = MessageType.Post) => _window.TryAdd(type, Encoding.ASCII.GetBytes(id));
}
