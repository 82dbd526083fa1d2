using System;
using System.Linq;
using System.Text;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

/// <summary>Plain texts are written 32 or 16 units at a time: whatever comes wherever, the bytes are those of the general way.</summary>
public sealed class PlainTextTests
{
    /// <summary>Units that are not plain, and those that become plain when cut to a byte, to seven bits or to a sign.</summary>
    private static readonly string[] s_odd =
        ["\n", "\r", "\0", "\t", "\u001F", "\u007F", "\u0080", "\u00C1", "é", "\u0141", "\u4141", "\u8041", "\uFF41", "€", "\U0001F600", "\uD800", "\uDC41"];

    private static readonly Envelope s_envelope = new("a@b"u8.ToArray(), 1_795_368_238, 0x0123_4567_89AB_CDEF);

    [Fact]
    public void Texts_of_every_length_are_written_and_fit_exactly()
    {
        for (int length = 0; length <= 140; length++)
        {
            string text = string.Concat(Enumerable.Range(length, length).Select(static i => (char)(' ' + (i % 95))));
            byte[] expected = Expected(text);

            Assert.Equal(expected, Written(text, expected.Length));
            Assert.Empty(Written(text, expected.Length - 1));
        }
    }

    [Fact]
    public void An_odd_unit_is_seen_at_every_place()
    {
        foreach (string odd in s_odd)
        {
            foreach (int length in (int[])[1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 65, 97])
            {
                for (int place = 0; place < length; place++)
                {
                    string text = new string('x', place) + odd + new string('y', length - place - 1);
                    byte[] expected = Expected(text);

                    Assert.Equal(expected, Written(text, expected.Length));
                    Assert.Empty(Written(text, expected.Length - 1));
                }
            }
        }
    }

    [Fact]
    public void Only_from_blank_to_DEL_is_plain()
    {
        byte[] room = new byte[64];
        foreach (int length in (int[])[1, 16, 40])
        {
            for (int unit = 0; unit <= char.MaxValue; unit++)
            {
                string text = new string('x', length - 1) + (char)unit;
                Assert.Equal(unit is >= ' ' and <= 0x7F, PlainText.TryWrite(text, room));
            }
        }
    }

    [Fact]
    public void Hex_digits_are_those_of_the_number_and_fit_exactly()
    {
        var random = new Random(1);
        for (int i = 0; i < 2_000; i++)
        {
            ulong value = (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            byte digits = (byte)random.Next(1, 17);
            string expected = value.ToString("x16", null)[^digits..];
            byte[] buffer = new byte[digits + 4];
            var writer = new DatagramWriter(buffer, Dialect.Lean);
            writer.HexField("X"u8, value, digits);

            Assert.Equal(buffer.Length, writer.Complete());
            Assert.Equal($"X:{expected}\n\n", Encoding.UTF8.GetString(buffer));

            writer = new DatagramWriter(buffer.AsSpan(1), Dialect.Lean);
            writer.HexField("X"u8, value, digits);
            Assert.Equal(0, writer.Complete());
        }
    }

    /// <summary>The message as docs/protocol.md has it, without a thought of time.</summary>
    private static byte[] Expected(string text)
    {
        bool isEscaped = text.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0;
        string content = isEscaped ? ContentEscape.Encode(text) : text;
        string encoding = isEscaped ? "CONTENT_ENCODING:escape\n" : "";
        return Encoding.UTF8.GetBytes(
            $"TYPE:POST\nUSER_ID:a@b\nCONTENT:{content}\nTIMESTAMP:1795368238\nMESSAGE_ID:0123456789abcdef\n{encoding}\n");
    }

    private static byte[] Written(string text, int room)
    {
        byte[] buffer = new byte[room];
        return buffer[..MessageWriter.Post(buffer, s_envelope, text, default)];
    }
}
