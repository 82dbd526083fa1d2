using System;
using System.Text;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class DatagramWriterTests
{
    [Fact]
    public void Lean_fields_have_no_blank_and_a_message_ends_with_an_empty_line()
    {
        byte[] buffer = new byte[100];
        var writer = new DatagramWriter(buffer, Dialect.Lean);
        writer.Field("A"u8, "b c"u8);
        writer.Field("D"u8, "é".AsSpan());
        writer.Field("N"u8, -5);
        writer.HexField("X"u8, 0xAB, 4);
        writer.TokenField("a@b"u8, 60, "chat"u8);
        Assert.Equal("A:b c\nD:é\nN:-5\nX:00ab\nTOKEN:a@b|60|chat\n\n", Encoding.UTF8.GetString(buffer, 0, writer.Complete()));
    }

    [Fact]
    public void Rfc_fields_have_one_blank()
    {
        byte[] buffer = new byte[100];
        var writer = new DatagramWriter(buffer, Dialect.Rfc);
        writer.Field("A"u8, " b"u8);
        writer.HexField("X"u8, 1, 2);
        writer.TokenField("a@b"u8, 60, "chat"u8);
        Assert.Equal("A:  b\nX: 01\nTOKEN: a@b|60|chat\n\n", Encoding.UTF8.GetString(buffer, 0, writer.Complete()));
    }

    [Theory]
    [InlineData(4, 10)]
    [InlineData(10, 10)]
    [InlineData(11, 11)]
    [InlineData(60, 60)]
    public void Padding_makes_up_what_is_missing(int total, int expected)
    {
        byte[] buffer = new byte[100];
        var writer = new DatagramWriter(buffer, Dialect.Lean);
        writer.Field("A"u8, "b"u8);
        writer.PadTo(total);
        Assert.Equal(expected, writer.Complete());
    }

    [Fact]
    public void Padding_beyond_the_buffer_is_an_overflow()
    {
        var writer = new DatagramWriter(new byte[50], Dialect.Lean);
        writer.PadTo(51);
        Assert.Equal(0, writer.Complete());
    }

    [Fact]
    public void After_an_overflow_nothing_more_is_written()
    {
        byte[] buffer = new byte[8];
        var writer = new DatagramWriter(buffer, Dialect.Lean);
        writer.Field("LONG"u8, "value"u8);
        writer.Field("A"u8, "b"u8);
        Assert.Equal(0, writer.Complete());
        Assert.DoesNotContain("A:b", Encoding.UTF8.GetString(buffer));
    }

    [Fact]
    public void Half_a_surrogate_pair_becomes_a_replacement_character()
    {
        byte[] buffer = new byte[50];
        var writer = new DatagramWriter(buffer, Dialect.Lean);
        writer.Field("A"u8, "x\uD800y".AsSpan());
        Assert.Equal("A:x\uFFFDy\n\n", Encoding.UTF8.GetString(buffer, 0, writer.Complete()));
    }
}
