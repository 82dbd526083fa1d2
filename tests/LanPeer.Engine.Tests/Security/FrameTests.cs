using System;
using System.Collections.Generic;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using LanPeer.Protocol;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>Frames inside of transport datagrams, written and read.</summary>
public sealed class FrameTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(3_000);

    [Fact]
    public void A_header_has_the_type_and_the_length_in_two_bytes()
    {
        byte[] buffer = new byte[Frames.Header];

        Assert.Equal(Frames.Header + 0xABCD, Frames.WriteHeader(buffer, FrameType.Leave, 0xABCD));
        Assert.Equal([3, 0xAB, 0xCD], buffer);
        Assert.Equal(Frames.Header, Frames.WriteHeader(buffer, FrameType.Ping, 0));
        Assert.Equal([2, 0, 0], buffer);
    }

    [Fact]
    public void Frames_are_read_one_after_the_other()
    {
        ReadOnlySpan<byte> rest = [1, 0, 2, 7, 8, 0, 0, 0, 255, 0, 1, 9];

        AssertFrame(ref rest, 1, [7, 8]);
        AssertFrame(ref rest, 0, []);
        AssertFrame(ref rest, 255, [9]);
        Assert.True(rest.IsEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("0200")]
    [InlineData("020001")]
    [InlineData("01ffff00")]
    [InlineData("0100030102")]
    public void A_tail_that_is_no_whole_frame_is_none_and_stays(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        ReadOnlySpan<byte> rest = bytes;

        Assert.False(Frames.TryRead(ref rest, out _, out ReadOnlySpan<byte> body));
        Assert.True(body.IsEmpty);
        Assert.Equal(bytes, rest.ToArray());
    }

    [Fact]
    public void What_is_written_is_read_again()
        => Check.One(s_config, Prop.ForAll(Arb.From(ManyFrames()), frames =>
        {
            byte[] bytes = [.. frames.SelectMany(Write)];
            ReadOnlySpan<byte> rest = bytes;
            foreach ((byte type, byte[] body) in frames)
            {
                if (!Frames.TryRead(ref rest, out FrameType readType, out ReadOnlySpan<byte> readBody)
                    || (byte)readType != type || !readBody.SequenceEqual(body))
                {
                    return false;
                }
            }

            return rest.IsEmpty;
        }));

    [Fact]
    public void Whatever_bytes_come_reading_ends_and_takes_nothing_twice()
        => Check.One(s_config, Prop.ForAll(Arb.From(Gen.Choose(0, 255).Select(b => (byte)(b < 100 ? b % 6 : b)).ArrayOf()), bytes =>
        {
            ReadOnlySpan<byte> rest = bytes;
            int taken = 0;
            while (Frames.TryRead(ref rest, out _, out ReadOnlySpan<byte> body))
            {
                taken += Frames.Header + body.Length;
            }

            return taken + rest.Length == bytes.Length;
        }));

    private static Gen<List<(byte Type, byte[] Body)>> ManyFrames()
        => (from type in Gen.Choose(0, 255)
            from body in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf()
            select ((byte)type, body)).ListOf().Select(frames => frames.ToList());

    private static byte[] Write((byte Type, byte[] Body) frame)
    {
        byte[] bytes = new byte[Frames.Header + frame.Body.Length];
        Frames.WriteHeader(bytes, (FrameType)frame.Type, frame.Body.Length);
        frame.Body.CopyTo(bytes, Frames.Header);
        return bytes;
    }

    private static void AssertFrame(ref ReadOnlySpan<byte> rest, byte type, byte[] body)
    {
        Assert.True(Frames.TryRead(ref rest, out FrameType readType, out ReadOnlySpan<byte> readBody));
        Assert.Equal(type, (byte)readType);
        Assert.Equal(body, readBody.ToArray());
    }
}
